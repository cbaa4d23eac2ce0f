"""Money goes against no order: the database looks itself, and keeps the terms of an order as they were."""

from django.db import migrations

FORWARD = """
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

BACKWARD = """
DROP TRIGGER an_order_stays_as_it_is ON settlement_refundorder;
DROP FUNCTION settlement_orders_stay();
DROP TRIGGER a_refund_follows_its_order ON settlement_transfer;
DROP FUNCTION settlement_refund_follows_its_order();
"""


class Migration(migrations.Migration):
    dependencies = [("settlement", "0006_refunds_that_wait_have_an_order")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
