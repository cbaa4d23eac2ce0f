"""A refund goes elsewhere only where whoever named that place showed who they are.

Orders that moved a refund before rest on nothing that was shown: those that still stand are
stopped, people look at them, and the document is asked for. What was sent stays as it was, so the
rule is not applied to it.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

FORWARD = """
UPDATE settlement_refundorder SET outcome = 'stopped', ended_at = now()
    WHERE moved AND ended_at IS NULL;
CREATE FUNCTION settlement_shown_identity_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the terms of an order stay as they are' USING
        ERRCODE = 'check_violation', CONSTRAINT = 'an_order_stays_as_it_is';
END $$;
CREATE TRIGGER what_an_order_rests_on_stays BEFORE UPDATE ON settlement_refundorder
    FOR EACH ROW WHEN (NEW.identity IS DISTINCT FROM OLD.identity)
    EXECUTE FUNCTION settlement_shown_identity_stays();
"""
BACKWARD = """
DROP TRIGGER what_an_order_rests_on_stays ON settlement_refundorder;
DROP FUNCTION settlement_shown_identity_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("settlement", "0016_money_may_wait_past_its_last_day")]

    operations = [
        migrations.AddField(
            model_name="refundorder",
            name="identity",
            field=models.UUIDField(null=True),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        AddConstraintNotValid(
            model_name="refundorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("moved", False), ("identity__isnull", False), _connector="OR"),
                name="who_moves_a_refund_showed_who_they_are",
            ),
        ),
    ]
