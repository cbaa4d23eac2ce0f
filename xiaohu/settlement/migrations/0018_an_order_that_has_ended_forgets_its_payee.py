"""Of an order that has ended the fingerprint of its payee may go, and nothing else."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION settlement_orders_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.ended_at IS NOT NULL AND NEW.payee IS NULL
        AND to_jsonb(NEW) - 'payee' = to_jsonb(OLD) - 'payee'
    THEN
        RETURN NEW;
    END IF;
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
"""

BACKWARD = """
CREATE OR REPLACE FUNCTION settlement_orders_stay() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("settlement", "0017_who_moves_a_refund_showed_who_they_are")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
