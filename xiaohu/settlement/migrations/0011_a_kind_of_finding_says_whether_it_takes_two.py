"""Whether two people decide follows from what was found; what was found is never changed."""

from django.db import migrations, models

ONE_PERSON = ("bill_unreadable", "exit_fee_above_shown", "statement_refused", "unreadable")

# What one person decided and takes two by now waits for the second, with the first one's proposal.
FOLLOWS = """
UPDATE settlement_finding SET two_people = true, decision = '', decided_by_id = NULL, decided_at = NULL
WHERE NOT two_people AND kind NOT IN
    ('bill_unreadable', 'exit_fee_above_shown', 'statement_refused', 'unreadable');
"""

FORWARD = """
CREATE FUNCTION settlement_findings_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.operator, NEW.kind, NEW.source, NEW.two_people)
            IS DISTINCT FROM (OLD.operator, OLD.kind, OLD.source, OLD.two_people)
        OR (NEW.closing_id, NEW.effect_id, NEW.ours_fen, NEW.theirs_fen)
            IS DISTINCT FROM (OLD.closing_id, OLD.effect_id, OLD.ours_fen, OLD.theirs_fen)
        OR (OLD.decided_at IS NOT NULL AND
            (NEW.decision, NEW.decided_by_id, NEW.decided_at, NEW.proposal, NEW.proposed_by_id)
            IS DISTINCT FROM
            (OLD.decision, OLD.decided_by_id, OLD.decided_at, OLD.proposal, OLD.proposed_by_id))
    THEN
        RAISE EXCEPTION 'what was found or decided stays as it is' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'a_finding_stays_as_it_is';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_finding_stays_as_it_is BEFORE UPDATE ON settlement_finding
    FOR EACH ROW EXECUTE FUNCTION settlement_findings_stay();
"""

BACKWARD = """
DROP TRIGGER a_finding_stays_as_it_is ON settlement_finding;
DROP FUNCTION settlement_findings_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("settlement", "0010_money_that_came_back_can_be_claimed")]

    operations = [
        migrations.RunSQL(FOLLOWS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(two_people=False, kind__in=ONE_PERSON)
                | (models.Q(two_people=True) & ~models.Q(kind__in=ONE_PERSON)),
                name="a_kind_says_whether_it_takes_two",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
