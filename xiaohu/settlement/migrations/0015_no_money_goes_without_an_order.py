"""Every refund has an order of exactly its amount: without one the database sets nothing aside.

Orders placed before know no amount. They end as they may, but nothing goes under them any more:
whoever looks at such a refund next places its order anew, and people agree to it once more.
"""

from django.db import migrations

FORWARD = """
DROP TRIGGER a_refund_follows_its_order ON settlement_transfer;
DROP FUNCTION settlement_refund_follows_its_order();
DROP TRIGGER an_order_stays_as_it_is ON settlement_refundorder;
DROP FUNCTION settlement_orders_stay();

CREATE FUNCTION settlement_refund_follows_its_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    newest settlement_refundorder%ROWTYPE;
BEGIN
    SELECT * INTO newest FROM settlement_refundorder
        WHERE closing_id = NEW.closing_id ORDER BY id DESC LIMIT 1;
    IF NOT FOUND
        OR newest.outcome <> 'sent'
        OR newest.effect_id IS DISTINCT FROM NEW.effect_id
        OR newest.amount_fen IS DISTINCT FROM NEW.amount_fen
        OR newest.operator <> NEW.operator
        OR NEW.debit <> 'balance'
        OR (newest.needed > 0 AND newest.first_by IS NULL)
        OR (newest.needed > 1 AND newest.second_by IS NULL)
        OR (newest.held_until IS NOT NULL AND newest.held_until > NEW.at)
        OR EXISTS (SELECT 1 FROM settlement_transfer
            WHERE effect_id = NEW.effect_id AND credit = 'refund_pending')
    THEN
        RAISE EXCEPTION 'a refund goes against its order' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'a_refund_follows_its_order';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_refund_follows_its_order BEFORE INSERT ON settlement_transfer
    FOR EACH ROW WHEN (NEW.credit = 'refund_pending')
    EXECUTE FUNCTION settlement_refund_follows_its_order();

CREATE FUNCTION settlement_paid_was_set_aside() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    aside bigint;
    paid bigint;
BEGIN
    SELECT coalesce(sum(amount_fen) FILTER (WHERE credit = 'refund_pending'), 0),
        coalesce(sum(amount_fen) FILTER (WHERE credit = 'refunded'), 0)
            - coalesce(sum(amount_fen) FILTER (WHERE debit = 'refunded'), 0)
        INTO aside, paid FROM settlement_transfer
        WHERE effect_id = NEW.effect_id AND closing_id = NEW.closing_id;
    IF paid + NEW.amount_fen > aside THEN
        RAISE EXCEPTION 'what is paid was not set aside' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'what_is_paid_was_set_aside';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER what_is_paid_was_set_aside BEFORE INSERT ON settlement_transfer
    FOR EACH ROW WHEN (NEW.credit = 'refunded')
    EXECUTE FUNCTION settlement_paid_was_set_aside();

CREATE FUNCTION settlement_orders_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR (NEW.operator, NEW.closing_id, NEW.needed, NEW.prepared_by, NEW.created_at, NEW.stop_code,
            NEW.together_fen, NEW.limit_fen, NEW.route, NEW.moved, NEW.same_payee, NEW.by_staff,
            NEW.deciders)
            IS DISTINCT FROM (OLD.operator, OLD.closing_id, OLD.needed, OLD.prepared_by,
            OLD.created_at, OLD.stop_code, OLD.together_fen, OLD.limit_fen, OLD.route, OLD.moved,
            OLD.same_payee, OLD.by_staff, OLD.deciders)
        OR NEW.amount_fen IS DISTINCT FROM OLD.amount_fen
        OR NEW.payee IS DISTINCT FROM OLD.payee
        OR NEW.held_until IS DISTINCT FROM OLD.held_until
        OR (OLD.first_by IS NOT NULL AND NEW.first_by IS DISTINCT FROM OLD.first_by)
        OR (OLD.second_by IS NOT NULL AND NEW.second_by IS DISTINCT FROM OLD.second_by)
        OR OLD.ended_at IS NOT NULL
    THEN
        RAISE EXCEPTION 'the terms of an order stay as they are' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'an_order_stays_as_it_is';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER an_order_stays_as_it_is BEFORE UPDATE OR DELETE ON settlement_refundorder
    FOR EACH ROW EXECUTE FUNCTION settlement_orders_stay();

CREATE FUNCTION settlement_staff_agree_to_a_sum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.amount_fen IS NULL OR (
        SELECT count(*) FROM access_staffuser
            WHERE operator = NEW.operator AND id IN (NEW.first_by, NEW.second_by)
        ) <> num_nonnulls(NEW.first_by, NEW.second_by)
    THEN
        RAISE EXCEPTION 'only our people agree, and only to a sum' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'our_people_agree_to_a_sum';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER our_people_agree_to_a_sum BEFORE INSERT OR UPDATE OF first_by, second_by
    ON settlement_refundorder FOR EACH ROW WHEN (num_nonnulls(NEW.first_by, NEW.second_by) > 0)
    EXECUTE FUNCTION settlement_staff_agree_to_a_sum();
"""

BACKWARD = """
DROP TRIGGER our_people_agree_to_a_sum ON settlement_refundorder;
DROP FUNCTION settlement_staff_agree_to_a_sum();
DROP TRIGGER what_is_paid_was_set_aside ON settlement_transfer;
DROP FUNCTION settlement_paid_was_set_aside();
DROP TRIGGER an_order_stays_as_it_is ON settlement_refundorder;
DROP FUNCTION settlement_orders_stay();
DROP TRIGGER a_refund_follows_its_order ON settlement_transfer;
DROP FUNCTION settlement_refund_follows_its_order();
CREATE FUNCTION settlement_refund_follows_its_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    newest settlement_refundorder%ROWTYPE;
BEGIN
    SELECT * INTO newest FROM settlement_refundorder
        WHERE closing_id = NEW.closing_id ORDER BY id DESC LIMIT 1;
    IF NOT FOUND OR newest.outcome = 'sent' THEN
        RETURN NEW;
    END IF;
    IF newest.ended_at IS NOT NULL
        OR (newest.needed > 0 AND newest.first_by IS NULL)
        OR (newest.needed > 1 AND newest.second_by IS NULL)
        OR (newest.held_until IS NOT NULL AND newest.held_until > NEW.at)
    THEN
        RAISE EXCEPTION 'a refund goes against its order' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'a_refund_follows_its_order';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_refund_follows_its_order BEFORE INSERT ON settlement_transfer
    FOR EACH ROW WHEN (NEW.credit = 'refund_pending')
    EXECUTE FUNCTION settlement_refund_follows_its_order();

CREATE FUNCTION settlement_orders_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR (NEW.closing_id, NEW.needed, NEW.prepared_by, NEW.created_at, NEW.stop_code)
            IS DISTINCT FROM (OLD.closing_id, OLD.needed, OLD.prepared_by, OLD.created_at, OLD.stop_code)
        OR NEW.held_until IS DISTINCT FROM OLD.held_until
        OR (OLD.first_by IS NOT NULL AND NEW.first_by IS DISTINCT FROM OLD.first_by)
        OR (OLD.second_by IS NOT NULL AND NEW.second_by IS DISTINCT FROM OLD.second_by)
        OR OLD.ended_at IS NOT NULL
    THEN
        RAISE EXCEPTION 'the terms of an order stay as they are' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'an_order_stays_as_it_is';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER an_order_stays_as_it_is BEFORE UPDATE OR DELETE ON settlement_refundorder
    FOR EACH ROW EXECUTE FUNCTION settlement_orders_stay();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0014_an_order_says_how_much_and_to_whom"),
        ("access", "0001_people_sessions_and_counters"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
