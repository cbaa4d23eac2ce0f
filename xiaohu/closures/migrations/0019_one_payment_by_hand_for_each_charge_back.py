"""Money that came back after it was paid by hand can be paid by hand once more, and only once."""

from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION closures_charge_backs_are_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.charge_backs <> (SELECT count(*) FROM settlement_transfer
        WHERE closing_id = NEW.closing_id AND debit = 'refunded')
    THEN
        RAISE EXCEPTION 'money has not come back so often' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'charge_backs_are_counted';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER charge_backs_are_counted BEFORE INSERT OR UPDATE OF charge_backs, closing_id
    ON closures_assistedpayment FOR EACH ROW
    EXECUTE FUNCTION closures_charge_backs_are_counted();
"""

BACKWARD = """
DROP TRIGGER charge_backs_are_counted ON closures_assistedpayment;
DROP FUNCTION closures_charge_backs_are_counted();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("closures", "0018_an_order_is_about_its_case"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="assistedpayment",
            name="one_payment_by_hand_of_a_closing",
        ),
        migrations.AddField(
            model_name="assistedpayment",
            name="charge_backs",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="assistedpayment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("dropped_at", None)),
                fields=("closing", "charge_backs"),
                name="one_payment_by_hand_for_each_charge_back",
            ),
        ),
        migrations.AddConstraint(
            model_name="assistedpayment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("confirmed_at", None), ("dropped_at", None)),
                fields=("closing",),
                name="one_payment_by_hand_waits_of_a_closing",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
