"""Closings the operator starts itself: opened by an officer, decided by another, announced, stopped."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.closures import checking, drafting, hearing, moves, queries, submitting
from xiaohu.closures.models import Case
from xiaohu.core import checks, involuntary
from xiaohu.core.actors import WORKER, Actor
from xiaohu.core.applicants import ApplicantKind, ClosingType
from xiaohu.core.calendar import day_of
from xiaohu.core.channels import CaseChannel
from xiaohu.core.checks import CheckCode, Finding
from xiaohu.core.choices import Choice
from xiaohu.core.facts import LineFacts, RequestFacts
from xiaohu.core.involuntary import INVOLUNTARY
from xiaohu.core.money import Money
from xiaohu.core.moves import Action, MoveNotAllowed
from xiaohu.core.notices import Notice
from xiaohu.core.references import case_reference
from xiaohu.core.refusals import Refusal
from xiaohu.core.retention import Category
from xiaohu.core.review import ReviewReason
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope
from xiaohu.registry import lines, policies
from xiaohu.registry.models import Line, PolicyVersion
from xiaohu.screening import facts as screening
from xiaohu.screening.facts import Gathered
from xiaohu.trail import events
from xiaohu.vault import records, units


class NotYoursToStart(Refusal):
    """Such a closing is started by another role; `role` names it."""

    code = "NOT_YOURS_TO_START"


class GroundNotNamed(Refusal):
    """A closing the operator starts names its ground: an order, a clause, a decision."""

    code = "GROUND_NOT_NAMED"


class StillStanding(Refusal):
    """The ground of the closing still holds."""

    code = "STILL_STANDING"


@transaction.atomic(durable=True)
def open_case(
    *,
    officer: StaffUser,
    line: Line,
    kind: ClosingType,
    ground: str,
    gathered: Gathered,
    choices: Mapping[CheckCode, Choice],
    now: datetime,
) -> Case:
    """Put a closing of the operator's own before another person.

    `ground` names the order, clause or decision; the holder reads it. `choices` say what becomes
    of what hangs on the line.

    Raises:
        NotYoursToStart: another role starts such a closing.
        GroundNotNamed, GroundMissing: there is no ground, or not yet.
        AlreadyClosing: the line has an open request.
        Blocked: something that touches others was not chosen.
    """
    role = INVOLUNTARY[kind].started_by
    if not officer.acts_as(role) or officer.operator != line.operator:
        raise NotYoursToStart(role=role.value)
    if not ground.strip():
        raise GroundNotNamed
    return put_before_people(
        line,
        kind,
        " ".join(ground.split()),
        gathered,
        actor=officer.actor(role),
        prepared_by=officer.pk,
        choices={code.value: choice.value for code, choice in choices.items()},
        now=now,
    )


def put_before_people(
    line: Line,
    kind: ClosingType,
    ground: str,
    gathered: Gathered,
    *,
    actor: Actor,
    prepared_by: UUID,
    choices: Mapping[str, str],
    now: datetime,
) -> Case:
    """Open such a closing and let people decide on it. Call inside a transaction.

    Raises:
        GroundMissing, AlreadyClosing, Blocked: as when an officer opens it.
    """
    policy = policies.in_force(line.operator)
    arrears = policies.profile(policy.pk).arrears_closing
    involuntary.require_ground(kind, gathered.facts, today=day_of(now), arrears=arrears)
    drafting.refuse_second(line, None)
    case = _opened(line, policy, kind, prepared_by, now)
    drafting.open_closing(case, line, None, now, choices)
    closing = queries.closings_of(case)[0]
    screening.keep(closing.pk, gathered)
    checks.require_clear(checking.judge(closing, gathered, now=now).findings)
    hearing.write(case, **{hearing.GROUND: ground})
    events.record(
        operator=case.operator,
        actor=actor,
        action="open",
        case_id=case.pk,
        to_state=case.state,
        now=now,
    )
    submitting.hand_to_reviewer(case, Action.SEND_TO_REVIEW, actor=actor, now=now)
    return case


def to_choose(*, line: Line, facts: LineFacts, now: datetime) -> tuple[Finding, ...]:
    """Return what must be chosen before such a closing is opened: what touches others."""
    found = checks.evaluate(
        facts=facts,
        request=RequestFacts(
            applicant=ApplicantKind.OPERATOR, holder=lines.holder_kind(line.holder_id)
        ),
        choices={},
        today=day_of(now),
    )
    return tuple(finding for finding in found if finding.blocks and finding.choices)


def recheck(*, case_id: UUID, now: datetime) -> Case:
    """Look again whether the ground still holds, as its holder asks, and stop where it does not.

    Raises:
        GatewayUnavailable: the operator does not answer.
        StillStanding: it does.
        MoveNotAllowed: the closing has begun, or is not the operator's.
    """
    case = Case.objects.get(pk=case_id)
    closing = queries.closings_of(case)[0]
    if not case.by_operator or closing.line is None:
        raise MoveNotAllowed(state=case.state, action=Action.STOP.value)
    gathered = screening.gather(closing.line, now=now)
    with transaction.atomic(durable=True):
        case = moves.lock(case_id)
        screening.keep(closing.pk, gathered)
        if ground_holds(case, gathered.facts, now=now):
            raise StillStanding
        stop(case, actor=WORKER, now=now)
    return case


def stop(case: Case, *, actor: Actor, now: datetime) -> None:
    """End a closing the operator started, with the line as it was. Call inside a transaction."""
    moves.move(case, Action.STOP, actor=actor, now=now)
    submitting.tell(case, Notice.INVOLUNTARY_STOPPED, now=now)


def ground_holds(case: Case, facts: LineFacts, *, now: datetime) -> bool:
    """Say whether the ground of a closing the operator started holds now."""
    kind, rule = ClosingType(case.closing_type), queries.profile_of(case).arrears_closing
    return involuntary.holds(kind, facts, today=day_of(now), arrears=rule)


def notice_days(case: Case) -> tuple[int, ...]:
    """Return how many days before it a closing is announced, under the rules of its case."""
    rule = queries.profile_of(case).arrears_closing
    return involuntary.notice_days(ClosingType(case.closing_type), rule)


def warn(case: Case, days: int, *, now: datetime) -> None:
    """Tell the holder how many days are left and how to stop it. Call inside a transaction."""
    case.warned_days = [*case.warned_days, days]
    case.save(update_fields=["warned_days"])
    owed_fen = _owed_fen(case)
    submitting.tell(
        case,
        Notice.INVOLUNTARY if owed_fen else Notice.ANNOUNCED,
        now=now,
        days=str(days),
        date=submitting.shown_time(case.execute_at) if case.execute_at else "",
        **({"amount": Money(owed_fen).yuan()} if owed_fen else {}),
    )


def _owed_fen(case: Case) -> int:
    closing = queries.closings_of(case)[0]
    known = screening.last(closing.pk)
    return known.arrears_fen if known is not None else 0


def _opened(
    line: Line, policy: PolicyVersion, kind: ClosingType, prepared_by: UUID, now: datetime
) -> Case:
    case = Case.objects.create(
        operator=line.operator,
        reference=case_reference(now=now, random=secrets.token_bytes(drafting.REFERENCE_BYTES)),
        state=CaseState.DRAFT.value,
        scope=Scope.LINE.value,
        holder_id=line.holder_id,
        policy=policy,
        language="zh-hans",
        prepared_by=prepared_by,
        opened_at=now,
        submitted_at=now,
        applicant=ApplicantKind.OPERATOR.value,
        channel=CaseChannel.OPERATOR.value,
        closing_type=kind.value,
        review_reasons=[ReviewReason.OPERATOR_INITIATED.value],
        effects_read=True,
    )
    _take_contact(case, line)
    return case


def _take_contact(case: Case, line: Line) -> None:
    """Give the folder the holder's registered contact, which outlives the holder's own record."""
    contact = lines.registered_contact(line)
    case.contact_confirmed = bool(contact)
    if contact:
        case.contact_index = lines.number_index(case.operator, contact)
        records.seal(
            operator=case.operator,
            unit=units.case(case.pk),
            category=Category.CONTACT,
            value={"to": contact},
        )
    case.save(update_fields=["contact_confirmed", "contact_index"])
