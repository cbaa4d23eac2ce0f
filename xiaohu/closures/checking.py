"""Running the checks of a case: facts are gathered outside transactions, then judged by `core`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import applying, moves, queries, requesting
from xiaohu.closures.applying import Standing
from xiaohu.closures.models import Case, Closing
from xiaohu.closures.requesting import Answers
from xiaohu.core import checks, exit_fee
from xiaohu.core.calendar import day_of
from xiaohu.core.checks import CheckCode, Finding, Stage, StaleChecks
from xiaohu.core.choices import CARRIED_OUT, CarriedOut, Choice
from xiaohu.core.facts import LineFacts
from xiaohu.registry.models import Line
from xiaohu.screening import asking
from xiaohu.screening import facts as screening
from xiaohu.screening.asking import Heard
from xiaohu.screening.facts import Gathered, Known

BEFORE_THE_FORMS = frozenset({Stage.OBSTACLES})
ALL = frozenset(Stage)


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """What the checks say of one line, and what they are based on."""

    line: Line
    facts: LineFacts
    gathered_at: datetime
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks say of a case, line by line; no line for an account alone."""

    lines: tuple[CheckedLine, ...]
    standing: Standing | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, of whichever line."""
        return tuple(finding for line in self.lines for finding in line.findings)

    @property
    def clear(self) -> bool:
        """Say whether nothing stands in the way."""
        return not any(finding.blocks for finding in self.findings)

    @property
    def refundable_fen(self) -> int:
        """What the holder may get back, before the final bills."""
        return sum(line.facts.refundable_fen for line in self.lines)

    @property
    def balance_fen(self) -> int:
        """What stands on the lines: what may be got back, and gift credit."""
        return self.refundable_fen + self.gift_fen

    @property
    def payable_fen(self) -> int:
        """How much of it has somebody to be paid to."""
        return sum(line.facts.refundable_fen for line in self.lines if line.facts.is_registered)

    @property
    def unclaimed_fen(self) -> int:
        """How much of it is booked unclaimed, since nobody is registered to be paid."""
        return self.refundable_fen - self.payable_fen

    @property
    def pays(self) -> bool:
        """Say whether there is money to send somewhere, or may be once the last bill is there."""
        return any(each.facts.may_be_owed and each.facts.is_registered for each in self.lines)

    @property
    def balance_unknown(self) -> bool:
        """Say whether the operator cannot name the balance of a line before its last bill."""
        return any(line.facts.balance_unknown for line in self.lines)

    @property
    def coupons(self) -> int:
        """What lapses of coupons and other benefits."""
        return sum(line.facts.coupons for line in self.lines)

    @property
    def cash_fen(self) -> int:
        """What there is of cash principal."""
        return sum(line.facts.cash_fen for line in self.lines)

    @property
    def deposit_fen(self) -> int:
        """What there is of deposits."""
        return sum(line.facts.deposit_fen for line in self.lines)

    @property
    def gift_fen(self) -> int:
        """What lapses of gift credit."""
        return sum(line.facts.gift_fen for line in self.lines)

    @property
    def points(self) -> int:
        """What lapses of points."""
        return sum(line.facts.points for line in self.lines)

    @property
    def gathered_at(self) -> datetime | None:
        """When the oldest of it was said."""
        return min((line.gathered_at for line in self.lines), default=None)


def run(*, case_id: UUID, now: datetime) -> Checked:
    """Ask the operator afresh and keep what it says.

    Raises:
        GatewayUnavailable: no answer; what was known before stays known.
        UnknownLine: the operator has no such line.
    """
    case = Case.objects.get(pk=case_id)
    closings = [closing for closing in queries.closings_of(case) if closing.line is not None]
    gathered = {c.pk: screening.gather(c.line, now=now) for c in closings if c.line is not None}
    _keep(case_id, gathered)
    return _judged(closings, gathered, now=now, given=None)


def look(*, case_id: UUID, now: datetime, patience_s: float | None = None) -> Heard:
    """Ask the operator in the background, and keep what it says within a moment.

    Whoever looks again hears the rest, and asks about no line twice for that; what was known before
    stays known until then.
    """
    case = Case.objects.get(pk=case_id)
    lines = {c.pk: c.line for c in queries.closings_of(case) if c.line is not None}
    if left := asking.unheard(lines):
        known = screening.last_of(lines)
        lines = {pk: line for pk, line in lines.items() if pk in left or pk not in known}
    patience = asking.PATIENCE_S if patience_s is None else patience_s
    heard = asking.hear(lines, now=now, patience_s=patience)
    if heard.said:
        _keep(case_id, heard.said)
    return heard


def is_asking(case: Case) -> bool:
    """Say whether the operator was asked something that was not heard yet."""
    return bool(asking.unheard(closing.pk for closing in queries.closings_of(case)))


def _keep(case_id: UUID, said: Mapping[UUID, Gathered]) -> None:
    with transaction.atomic(durable=True):
        moves.lock(case_id)
        for closing_id, gathered in said.items():
            screening.keep(closing_id, gathered)


def last(case: Case, *, now: datetime, with_answers: bool = False) -> Checked | None:
    """Return what the checks last said; None where a line was never asked about.

    `with_answers` also judges what was answered in the forms.
    """
    closings = [closing for closing in queries.closings_of(case) if closing.line is not None]
    gathered = screening.last_of(closing.pk for closing in closings)
    if len(gathered) < len(closings):
        return None
    facts = [said.facts for said in gathered.values()]
    given = requesting.answers(case, facts, now=now) if with_answers else None
    return _judged(closings, gathered, now=now, given=given)


def judge(
    closing: Closing,
    gathered: Gathered,
    *,
    now: datetime,
    given: Answers | None = None,
) -> CheckedLine:
    """Judge what the operator said of a closing's line, with its choices and the case's rules.

    Without the answers `given`, only the obstacles asked for before the forms are judged.
    """
    if closing.line is None:
        raise LookupError("only a line is checked")
    case = closing.case
    profile = queries.profile_of(case)
    found = checks.evaluate(
        facts=gathered.facts,
        request=requesting.said(closing, given),
        choices={CheckCode(code): Choice(choice) for code, choice in closing.choices.items()},
        today=day_of(now),
        offered=profile.choices,
        exit_percent=profile.fees.exit_percent,
        deposit_up_to_fen=profile.fees.deposit_up_to_fen,
    )
    stages = BEFORE_THE_FORMS if given is None else ALL
    asked = tuple(f for f in found if f.code in profile.checks and f.rule.stage in stages)
    percent, today = profile.fees.exit_percent, day_of(now)
    leaving = exit_fee.formula(gathered.facts, percent=percent, today=today)
    facts = exit_fee.agreed(gathered.facts, leaving)
    return CheckedLine(closing.line, facts, gathered.at, asked)


def require_clear(case: Case, *, now: datetime) -> Checked:
    """Return fresh checks of a proved request without a blocker, the answers included.

    Raises:
        IdentityUnverified: one more proof is needed.
        PapersMissing: papers are.
        StaleChecks: never run, or more than half an hour ago.
        Blocked: names every blocker.
    """
    checked = last(case, now=now, with_answers=True)
    if checked is None or checked.standing is None:
        raise StaleChecks(minutes=checks.FRESH_MINUTES)
    applying.require_proof(checked.standing)
    if checked.gathered_at is not None:
        checks.require_fresh(gathered_at=checked.gathered_at, now=now)
    checks.require_clear(checked.findings)
    return checked


def carried_out(findings: Iterable[Finding], how: CarriedOut) -> tuple[Choice, ...]:
    """Return the choices carried out in one way, each once, in the table's order."""
    chosen = [finding.chosen for finding in findings if finding.chosen is not None]
    return tuple(dict.fromkeys(choice for choice in chosen if CARRIED_OUT[choice] is how))


def chosen(closing: Closing, how: CarriedOut, *, now: datetime) -> tuple[Choice, ...]:
    """Return what was chosen about a closing's line and is carried out in one way."""
    checked = last_of_line(closing, now=now)
    return carried_out(checked.findings, how) if checked is not None else ()


def last_of_line(closing: Closing, *, now: datetime) -> CheckedLine | None:
    """Return what the checks last said of one line, answers aside."""
    gathered = screening.last_of([closing.pk]).get(closing.pk)
    return judge(closing, gathered, now=now) if gathered is not None else None


def _judged(
    closings: Iterable[Closing],
    gathered: Known,
    *,
    now: datetime,
    given: Answers | None,
) -> Checked:
    judged = tuple(judge(c, gathered[c.pk], now=now, given=given) for c in closings)
    return Checked(judged, given.standing if given is not None else None)
