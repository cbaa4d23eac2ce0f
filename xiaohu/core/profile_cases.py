"""The test cases of a profile: facts in, and the blockers, choices, amounts and dates it must give."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from xiaohu.core import checks, schedule
from xiaohu.core.calendar import CHINA, WorkingCalendar
from xiaohu.core.checks import CAN_BLOCK, CheckCode, Finding
from xiaohu.core.choices import Choice
from xiaohu.core.facts import LineFacts, LineStatus, RequestFacts
from xiaohu.core.profile import Day, Fen, Profile, ProfileRefused, Text
from xiaohu.core.profile_reading import CASES, Document, refusals

PLAIN = LineFacts(
    status=LineStatus.ACTIVE,
    cash_fen=0,
    deposit_fen=0,
    promotion_fen=0,
    gift_fen=0,
    points=0,
    arrears_fen=0,
    unbilled_fen=0,
    exit_fee_fen=0,
    contract_end_on=None,
    filing=False,
    port_out=False,
    open_order=False,
    legal_hold=False,
)
_REQUEST: TypeAdapter[RequestFacts] = TypeAdapter(RequestFacts)
_Code = Annotated[CheckCode, Field(strict=False)]
_Choice = Annotated[Choice, Field(strict=False)]


class ProfileCase(BaseModel):
    """One test case: what differs from a plain line asked for by its holder, and what must follow.

    What is not stated is not compared; `blockers` are all there are, in any order.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Text
    today: Day
    line: dict[str, Any] = {}
    request: dict[str, Any] = {}
    choices: dict[_Code, _Choice] = {}
    accepted_at: AwareDatetime | None = None
    blockers: Annotated[tuple[_Code, ...], Field(strict=False)] | None = None
    offered: dict[_Code, Annotated[tuple[_Choice, ...], Field(strict=False)]] = {}
    amounts: dict[_Code, Fen] = {}
    execute_at: AwareDatetime | None = None
    decision_on: Day | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a case turned out differently: `expected` and `got` are codes, fen, dates or moments."""

    what: str
    expected: str
    got: str


def read(document: Document) -> tuple[ProfileCase, ...]:
    """Return the test cases of a document that is whole.

    Raises:
        ProfileRefused: a case is written wrongly; names it.
    """
    listed = document.get(CASES, [])
    if not isinstance(listed, list):
        raise ProfileRefused(field=CASES, why="wrong_kind", value="", limit="", allowed="")
    return tuple(_case(place, data) for place, data in enumerate(listed))


def run(profile: Profile, case: ProfileCase, calendar: WorkingCalendar) -> tuple[Difference, ...]:
    """Return where a case differs from what it expects; nothing where it holds."""
    findings = _findings(profile, case)
    told: list[tuple[str, str, str]] = []
    if case.blockers is not None:
        got = sorted(finding.code for finding in findings if finding.blocks)
        told.append(("blockers", " ".join(sorted(case.blockers)), " ".join(got)))
    for code, expected in case.offered.items():
        offered = next((f.choices for f in findings if f.code is code), ())
        told.append((f"offered.{code}", " ".join(expected), " ".join(offered)))
    for code, fen in case.amounts.items():
        amount = next((f.amount_fen for f in findings if f.code is code), None)
        told.append((f"amounts.{code}", str(fen), "" if amount is None else str(amount)))
    if case.accepted_at is not None:
        told += _dates(profile, case, case.accepted_at, findings, calendar)
    return tuple(Difference(*one) for one in told if one[1] != one[2])


def untested(profile: Profile, cases: Sequence[ProfileCase]) -> tuple[CheckCode, ...]:
    """Return the checks switched on that can block and that no case shows blocking."""
    shown = {code for case in cases for code in case.blockers or ()}
    return tuple(code for code in profile.checks if code in CAN_BLOCK and code not in shown)


def problems(
    profile: Profile, cases: Sequence[ProfileCase], calendar: WorkingCalendar, *, own: int
) -> Iterator[ProfileRefused]:
    """Return what keeps a profile from being published: no cases of its `own`, a gap, a failure."""
    if own == 0:
        yield ProfileRefused(field=CASES, why="untested")
    for code in untested(profile, cases):
        yield ProfileRefused(field=CASES, why="check_untested", value=code.value)
    for case in cases:
        for difference in run(profile, case, calendar):
            yield ProfileRefused(
                field=f"{CASES} {case.name}",
                why="case_fails",
                value=difference.what,
                expected=difference.expected or "–",
                got=difference.got or "–",
            )


def _case(place: int, data: object) -> ProfileCase:
    at = f"{CASES}.{place + 1}"
    try:
        case = ProfileCase.model_validate(data)
        _line(case)
        _request(case)
    except ValidationError as refused:
        raise refusals(refused, data, at=at)[0] from None
    known = {"line": set(LineFacts.model_fields), "request": {f.name for f in fields(RequestFacts)}}
    for part, names in known.items():
        for strange in sorted(set(getattr(case, part)) - names):
            field = f"{at}.{part}.{strange}"
            raise ProfileRefused(field=field, why="unknown_key", value="", limit="", allowed="")
    return case


def _line(case: ProfileCase) -> LineFacts:
    return LineFacts.model_validate({**PLAIN.model_dump(), **case.line})


def _request(case: ProfileCase) -> RequestFacts:
    return _REQUEST.validate_python(case.request)


def _findings(profile: Profile, case: ProfileCase) -> tuple[Finding, ...]:
    found = checks.evaluate(
        facts=_line(case),
        request=_request(case),
        choices=case.choices,
        today=case.today,
        offered=profile.choices,
        exit_percent=profile.fees.exit_percent,
        deposit_up_to_fen=profile.fees.deposit_up_to_fen,
    )
    return tuple(finding for finding in found if finding.code in profile.checks)


def _dates(
    profile: Profile,
    case: ProfileCase,
    accepted_at: datetime,
    findings: tuple[Finding, ...],
    calendar: WorkingCalendar,
) -> list[tuple[str, str, str]]:
    told = []
    if case.execute_at is not None:
        at = schedule.execution_time(
            profile, accepted_at=accepted_at, not_before=schedule.not_before(findings)
        )
        expected, got = (moment.astimezone(CHINA) for moment in (case.execute_at, at))
        told.append(("execute_at", expected.isoformat(), got.isoformat()))
    if case.decision_on is not None:
        due: date = schedule.decision_due(profile, calendar, requested_at=accepted_at).on
        told.append(("decision_on", case.decision_on.isoformat(), due.isoformat()))
    return told
