"""An order of a refund says of its case what is true: its limit, its payee, who must decide.

Where money is set aside, its payee is still the one that was agreed to. Lines that left their case
before did not take along which payee they were submitted with.
"""

from django.db import migrations

FORWARD = """
UPDATE closures_case c SET submitted_payee = payee_index
    WHERE submitted_at IS NOT NULL AND submitted_payee IS NULL AND payee_index IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM settlement_refundorder o
            JOIN closures_closing l ON l.id = o.closing_id WHERE l.case_id = c.id);

CREATE FUNCTION closures_order_is_about_its_case() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held closures_case%ROWTYPE;
BEGIN
    SELECT c.* INTO held FROM closures_case c JOIN closures_closing l ON l.case_id = c.id
        WHERE l.id = NEW.closing_id;
    IF FOUND AND (
        NEW.operator <> held.operator
        OR NEW.route <> held.refund_route
        OR NEW.payee IS DISTINCT FROM held.payee_index
        OR (NEW.payee IS NOT NULL AND NEW.payee IS DISTINCT FROM held.submitted_payee
            AND NOT NEW.moved AND NEW.needed = 0)
        OR (held.applicant IN ('guardian', 'heir', 'liquidator') AND NEW.deciders < 2)
        OR NEW.limit_fen IS DISTINCT FROM (
            SELECT (document -> 'refund' ->> 'review_above_fen')::bigint
                FROM registry_policyversion WHERE id = held.policy_id))
    THEN
        RAISE EXCEPTION 'an order says something else than its case' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'an_order_is_about_its_case';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER an_order_is_about_its_case BEFORE INSERT ON settlement_refundorder
    FOR EACH ROW EXECUTE FUNCTION closures_order_is_about_its_case();

CREATE FUNCTION closures_money_goes_to_its_payee() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held closures_case%ROWTYPE;
    newest settlement_refundorder%ROWTYPE;
BEGIN
    SELECT c.* INTO held FROM closures_case c JOIN closures_closing l ON l.case_id = c.id
        WHERE l.id = NEW.closing_id;
    IF NOT FOUND THEN
        RETURN NEW;
    END IF;
    SELECT * INTO newest FROM settlement_refundorder
        WHERE closing_id = NEW.closing_id ORDER BY id DESC LIMIT 1;
    IF newest.route IS DISTINCT FROM held.refund_route
        OR newest.payee IS DISTINCT FROM held.payee_index
        OR NOT (EXISTS (SELECT 1 FROM queue_effect
                WHERE id = NEW.effect_id AND subject_id = NEW.closing_id AND kind = 'refund')
            OR EXISTS (SELECT 1 FROM closures_assistedpayment p
                WHERE p.id = NEW.effect_id AND p.closing_id = NEW.closing_id
                    AND p.amount_fen = NEW.amount_fen AND p.recorded_by_id = newest.prepared_by
                    AND p.confirmed_by_id = newest.first_by))
    THEN
        RAISE EXCEPTION 'money goes elsewhere than was agreed' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'money_goes_to_its_payee';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER money_goes_to_its_payee BEFORE INSERT ON settlement_transfer
    FOR EACH ROW WHEN (NEW.credit = 'refund_pending')
    EXECUTE FUNCTION closures_money_goes_to_its_payee();
"""

BACKWARD = """
DROP TRIGGER money_goes_to_its_payee ON settlement_transfer;
DROP FUNCTION closures_money_goes_to_its_payee();
DROP TRIGGER an_order_is_about_its_case ON settlement_refundorder;
DROP FUNCTION closures_order_is_about_its_case();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("closures", "0017_claimed_or_handed_out_never_both"),
        ("settlement", "0015_no_money_goes_without_an_order"),
        ("queue", "0001_effects_and_heartbeats"),
        ("registry", "0006_lines_are_found_by_card_and_name"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
