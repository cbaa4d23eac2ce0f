"""Money that waits is claimed or handed out, never both: the database looks itself."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION closures_claimed_or_handed_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM closures_closing WHERE id = NEW.closing_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT 1 FROM closures_claim WHERE closing_id = NEW.closing_id AND ended_at IS NULL)
        AND EXISTS (SELECT 1 FROM closures_assistedpayment WHERE closing_id = NEW.closing_id
            AND confirmed_at IS NULL AND dropped_at IS NULL)
    THEN
        RAISE EXCEPTION 'money is claimed and handed out at once' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'claimed_or_handed_out_never_both';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claimed_or_handed_out_never_both AFTER INSERT OR UPDATE ON closures_claim
    FOR EACH ROW EXECUTE FUNCTION closures_claimed_or_handed_out();
CREATE TRIGGER claimed_or_handed_out_never_both AFTER INSERT OR UPDATE ON closures_assistedpayment
    FOR EACH ROW EXECUTE FUNCTION closures_claimed_or_handed_out();

CREATE FUNCTION closures_handed_out_to_somebody_seen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM closures_assistedpayment WHERE id = NEW.effect_id
        AND NOT (identity_seen AND confirmed_at IS NOT NULL))
    THEN
        RAISE EXCEPTION 'money is handed out to somebody nobody saw' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'handed_out_to_somebody_seen';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER handed_out_to_somebody_seen BEFORE INSERT ON settlement_transfer
    FOR EACH ROW WHEN (NEW.debit = 'unclaimed' AND NEW.effect_id IS NOT NULL)
    EXECUTE FUNCTION closures_handed_out_to_somebody_seen();
"""

BACKWARD = """
DROP TRIGGER handed_out_to_somebody_seen ON settlement_transfer;
DROP FUNCTION closures_handed_out_to_somebody_seen();
DROP TRIGGER claimed_or_handed_out_never_both ON closures_assistedpayment;
DROP TRIGGER claimed_or_handed_out_never_both ON closures_claim;
DROP FUNCTION closures_claimed_or_handed_out();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("closures", "0016_refunds_have_a_day_they_are_due"),
        ("settlement", "0010_money_that_came_back_can_be_claimed"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
