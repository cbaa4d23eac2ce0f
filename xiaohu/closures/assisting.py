"""Taking somebody's request at the desk: one sitting, one transaction, and another person decides.

Whoever typed it counts as its preparer. What was told of the holder must be what is registered;
a card is compared by the system, papers and a visit are seen by a person.
"""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.closures import applying, drafting, handing, noting, paying, queries, submitting
from xiaohu.closures.applying import ApplicantNotTaken, Details
from xiaohu.closures.models import Case, ConsentHeard
from xiaohu.core import checks
from xiaohu.core.actors import ActorKind
from xiaohu.core.applicants import PHOTOS, ApplicantKind, closing_type, may_apply
from xiaohu.core.calendar import day_of
from xiaohu.core.channels import CaseChannel
from xiaohu.core.checks import CheckCode, Finding
from xiaohu.core.choices import Choice
from xiaohu.core.consents import ConsentKind
from xiaohu.core.facts import LineFacts, RequestFacts
from xiaohu.core.profile import RefundRoute
from xiaohu.core.proofs import ProofMethod
from xiaohu.core.readout import READOUT_VERSION, HeardBy, ReadItem
from xiaohu.core.reasons import Reason
from xiaohu.core.references import case_reference
from xiaohu.core.refusals import Refusal
from xiaohu.core.retention import Category
from xiaohu.core.steps import Scope
from xiaohu.proofing import consents, papers, proofs
from xiaohu.registry import lines, policies
from xiaohu.registry.models import Line
from xiaohu.screening import facts as screening
from xiaohu.screening.facts import Gathered
from xiaohu.trail import events
from xiaohu.vault import records, units

CONSENT_FOR = timedelta(days=1)


class NotYoursToTake(Refusal):
    """Taking requests needs the role of an officer at the line's operator."""

    code = "NOT_YOURS_TO_TAKE"


class NotAllRead(Refusal):
    """Not everything was read, or not lately."""

    code = "NOT_ALL_READ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was read and agreed to, how and when."""

    items: Collection[ReadItem]
    by: HeardBy
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Everything somebody told an officer, and what the officer saw."""

    applicant: ApplicantKind
    details: Details
    contact: str
    heard: Heard
    route: RefundRoute | None = None
    bank: str = ""
    account: str = ""
    to_line: str = ""
    reason: Reason = Reason.NOT_SAID
    consents: Collection[ConsentKind] = ()
    card_agrees: bool = False
    visit: str = ""
    sitting: UUID = field(default_factory=uuid4)
    choices: Mapping[CheckCode, Choice] = field(default_factory=dict)


def to_choose(
    *, line: Line, applicant: ApplicantKind, facts: LineFacts, now: datetime
) -> tuple[Finding, ...]:
    """Return what stands in the way or must be chosen, before anything is opened."""
    profile = policies.current(line.operator)
    found = checks.evaluate(
        facts=facts,
        request=RequestFacts(
            applicant=applicant, holder=lines.holder_kind(line.holder_id), holder_matches=True
        ),
        choices={},
        today=day_of(now),
        offered=profile.choices,
        exit_percent=profile.fees.exit_percent,
        deposit_up_to_fen=profile.fees.deposit_up_to_fen,
    )
    return tuple(f for f in found if f.blocks and f.code in profile.checks)


@transaction.atomic(durable=True)
def take(
    *,
    officer: StaffUser,
    line: Line,
    asked: Asked,
    gathered: Gathered,
    more: Collection[tuple[Line, Gathered]] = (),
    now: datetime,
) -> Case:
    """Open and submit a request somebody made to an officer; nothing is opened where it fails.

    Where only the customer can settle what blocks it, it waits for them instead. The holder was
    compared before (`knowing.require_holder`); `more` are other lines of the same holder that go with it.

    Raises:
        NotYoursToTake: not an officer of the line's operator.
        LineNotYours: another line is not this holder's.
        AlreadyClosing, ApplicantNotTaken, NotAllRead, ContactRefused, ContactSameNumber,
        ConsentMissing, RouteNotOffered, NameMissing, HolderMissing, DocumentRefused: an answer cannot be taken.
        IdentityUnverified, PapersMissing: more must be shown.
        Blocked, Incomplete: something is to settle or to say first.
    """
    if not officer.acts_as(ActorKind.OFFICER) or officer.operator != line.operator:
        raise NotYoursToTake
    if asked.applicant not in may_apply(holder=lines.holder_kind(line.holder_id)):
        raise ApplicantNotTaken
    _require_heard(asked.heard, now)
    facts = {line: gathered, **dict(more)}
    if any(each.holder_id != line.holder_id or each.closed_at is not None for each in facts):
        raise queries.LineNotYours
    case = _opened(officer, line, asked, len(facts), now)
    _open_closings(case, facts, asked, now)
    actor = officer.actor(ActorKind.OFFICER)
    for kind in asked.consents:
        consents.give(operator=case.operator, case_id=case.pk, kind=kind, actor=actor, now=now)
    _write_answers(case, asked, now)
    _note_proofs(case, officer, asked, now)
    events.record(
        operator=case.operator,
        actor=actor,
        action="take",
        case_id=case.pk,
        to_state=case.state,
        evidence={"heard": READOUT_VERSION, "by": asked.heard.by.value},
        now=now,
    )
    if handing.hand_over(case, actor=actor, now=now):
        return case
    return submitting.submit(case, declared=True, actor=actor, now=now)


def consent_of(case: Case) -> ConsentHeard | None:
    """Return what was read before a request was taken; nothing where nobody took it."""
    return ConsentHeard.objects.filter(case=case).select_related("officer").first()


def _open_closings(case: Case, facts: Mapping[Line, Gathered], asked: Asked, now: datetime) -> None:
    choices = {code.value: choice.value for code, choice in asked.choices.items()}
    for line in facts:
        drafting.refuse_second(line, None)
        drafting.open_closing(case, line, None, now, choices)
    said_of = {line.pk: said for line, said in facts.items()}
    for closing in queries.closings_of(case):
        if closing.line_id is not None:
            screening.keep(closing.pk, said_of[closing.line_id])


def _opened(officer: StaffUser, line: Line, asked: Asked, size: int, now: datetime) -> Case:
    return Case.objects.create(
        pk=asked.sitting,
        operator=line.operator,
        reference=case_reference(now=now, random=secrets.token_bytes(drafting.REFERENCE_BYTES)),
        scope=Scope.LINE.value,
        holder_id=line.holder_id,
        policy=policies.in_force(line.operator),
        language="zh-hans",
        prepared_by=officer.pk,
        opened_at=now,
        applicant=asked.applicant.value,
        closing_type=closing_type(asked.applicant).value,
        channel=CaseChannel.DESK.value,
        reason=asked.reason.value,
        effects_read=True,
        size=size,
    )


def _write_answers(case: Case, asked: Asked, now: datetime) -> None:
    if asked.applicant is not ApplicantKind.HOLDER:
        value = applying.told(asked.details, today=day_of(now))
        unit = units.case(case.pk)
        records.seal(operator=case.operator, unit=unit, category=Category.APPLICANT, value=value)
    drafting.write_contact(case, to=asked.contact)
    case.contact_confirmed = True  # The officer reached it, or heard it from the person present.
    case.save(update_fields=["contact_confirmed"])
    if asked.route is not None:
        paying.write_refund(
            case,
            route=asked.route,
            bank=asked.bank,
            account=asked.account,
            to_line=asked.to_line,
        )


def _note_proofs(case: Case, officer: StaffUser, asked: Asked, now: datetime) -> None:
    """Note each proof with its evidence: what agreed, who was there, which papers were shown."""
    proofs.note(case_id=case.pk, method=ProofMethod.REGISTRATION, now=now)
    if asked.card_agrees:
        proofs.note(case_id=case.pk, method=ProofMethod.ICCID_TAIL, now=now)
    if asked.visit:
        noting.keep(case, text=asked.visit, officer=officer, now=now)
        proofs.note(case_id=case.pk, method=ProofMethod.COUNTER, now=now)
    shown = papers.kinds_of(case.pk)
    if shown & PHOTOS:
        consents.require(case.pk, ConsentKind.ID_PHOTO)
    if shown and not asked.card_agrees and not asked.visit:
        case.by_paper = applying.may_prove_by_paper(case)
        case.save(update_fields=["by_paper"])
    ConsentHeard.objects.create(
        case=case,
        version=READOUT_VERSION,
        items=[item.value for item in ReadItem],
        heard_by=asked.heard.by.value,
        heard_at=asked.heard.at,
        officer=officer,
    )


def _require_heard(heard: Heard, now: datetime) -> None:
    lately = now - CONSENT_FOR <= heard.at <= now
    if set(heard.items) != set(ReadItem) or not lately:
        raise NotAllRead
