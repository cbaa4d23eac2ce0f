"""Running the checks of a case: facts are gathered outside transactions, then judged by `core`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import moves, queries
from xiaohu.closures.models import Case
from xiaohu.core import checks
from xiaohu.core.calendar import day_of
from xiaohu.core.checks import CheckCode, Choice, Finding, LineFacts, StaleChecks
from xiaohu.screening import facts as screening


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks say of a case, and what they are based on; no facts for an account alone."""

    facts: LineFacts | None
    findings: tuple[Finding, ...]

    @property
    def clear(self) -> bool:
        """Say whether nothing stands in the way."""
        return not any(finding.blocks for finding in self.findings)

    @property
    def refundable_fen(self) -> int:
        """What the holder may get back, before the final bill."""
        return self.facts.refundable_fen if self.facts is not None else 0


def gather(case: Case, *, now: datetime) -> LineFacts | None:
    """Ask the operator about the line of a case. Call outside any transaction.

    Raises:
        GatewayUnavailable: no answer.
        UnknownLine: the operator has no such line.
    """
    line = queries.closing_of(case).line
    if line is None:
        return None
    return screening.gather(line, holder_matches=line.holder_id == case.holder_id, now=now)


def run(*, case_id: UUID, now: datetime) -> Checked:
    """Ask the operator afresh and keep what it says.

    Raises:
        GatewayUnavailable: no answer; what was known before stays known.
    """
    case = Case.objects.get(pk=case_id)
    found = gather(case, now=now)
    with transaction.atomic(durable=True):
        locked = moves.lock(case_id)
        keep(locked, found)
    return judge(case, found, now=now)


def keep(case: Case, facts: LineFacts | None) -> None:
    """Keep the facts of a case. Call inside a transaction."""
    if facts is not None:
        screening.keep(queries.closing_of(case).pk, facts)


def last(case: Case, *, now: datetime) -> Checked | None:
    """Return what the checks last said; None where they never ran."""
    closing = queries.closing_of(case)
    if closing.line_id is None:
        return Checked(None, ())
    facts = screening.last(closing.pk)
    return judge(case, facts, now=now) if facts is not None else None


def judge(case: Case, facts: LineFacts | None, *, now: datetime) -> Checked:
    """Judge facts with the choices and the rules of a case."""
    if facts is None:
        return Checked(None, ())
    switched_on = set(queries.profile_of(case).checks)
    choices = {CheckCode(code): Choice(choice) for code, choice in case.choices.items()}
    findings = checks.evaluate(facts=facts, choices=choices, today=day_of(now))
    return Checked(facts, tuple(found for found in findings if found.code in switched_on))


def require_clear(case: Case, *, now: datetime) -> Checked:
    """Return fresh checks without a blocker.

    Raises:
        StaleChecks: never run, or more than half an hour ago.
        Blocked: names every blocker.
    """
    checked = last(case, now=now)
    if checked is None:
        raise StaleChecks(minutes=int(checks.FRESH_FOR.total_seconds()) // 60)
    if checked.facts is not None:
        checks.require_fresh(gathered_at=checked.facts.gathered_at, now=now)
    checks.require_clear(checked.findings)
    return checked
