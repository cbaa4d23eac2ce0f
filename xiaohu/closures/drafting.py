"""Filling in a request: everything here can be changed until it is submitted."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Q

from xiaohu.access.sessions import Method, Subscriber
from xiaohu.closures import moves, queries
from xiaohu.closures.models import Case, Closing, HumanQueue
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.applicants import (
    closing_type,
    first_asked,
)
from xiaohu.core.checks import CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.numbers import NumberRefused, normalise
from xiaohu.core.proofs import ProofMethod
from xiaohu.core.references import case_reference
from xiaohu.core.refusals import Refusal
from xiaohu.core.retention import Category
from xiaohu.core.schedule import answer_until
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope
from xiaohu.proofing import proofs
from xiaohu.registry import lines, policies
from xiaohu.registry.models import Line
from xiaohu.trail import events
from xiaohu.vault import records, units

EDITABLE = frozenset({CaseState.DRAFT, CaseState.AWAITING_CUSTOMER})
REFERENCE_BYTES = 8
_SIGN_IN_PROOF = {
    Method.PASSWORD: ProofMethod.PASSWORD,
    Method.CODE: ProofMethod.CODE,
    Method.APP: ProofMethod.APP,
}


class AlreadyClosing(Refusal):
    """The line or account has an open request; `reference` names it."""

    code = "ALREADY_CLOSING"


class NotEditable(Refusal):
    """The request was submitted; answers can no longer be changed."""

    code = "NOT_EDITABLE"


class ContactRefused(Refusal):
    """The contact is neither a number nor an e-mail address; `why` says what is wrong."""

    code = "CONTACT_REFUSED"


class ContactSameNumber(Refusal):
    """The contact is the number that is to be closed."""

    code = "CONTACT_SAME_NUMBER"


def subscriber_actor(subscriber: Subscriber) -> Actor:
    """Return who acts, by the account or line they proved."""
    return Actor(
        ActorKind.SUBSCRIBER, str(subscriber.account_id or subscriber.line_id or subscriber.case_id)
    )


def note_sign_in(*, case_id: UUID, subscriber: Subscriber, now: datetime) -> None:
    """Note how somebody signed in as a proof for a case; a case code proves only the contact.

    Asked again whenever a proof is asked for: a reviewer may have put all of them aside.
    """
    proof = _SIGN_IN_PROOF.get(subscriber.method)
    if proof is not None:
        proofs.note(case_id=case_id, method=proof, now=now)


@transaction.atomic(durable=True)
def open_case(
    *,
    subscriber: Subscriber,
    scope: Scope,
    line_ids: Sequence[UUID],
    language: str,
    now: datetime,
) -> Case:
    """Open a draft for lines of one holder, for an account, or for both.

    Raises:
        LineNotYours: the sign-in may not speak for a line, or has no account to close.
        AlreadyClosing: there is an open request; its reference is named.
        NoPolicy: the operator has not published any rules.
    """
    chosen = queries.lines_among(subscriber, line_ids) if scope is not Scope.ACCOUNT else []
    account_id = subscriber.account_id if scope is not Scope.LINE else None
    holder_id = chosen[0].holder_id if chosen else subscriber.holder_id
    lacks_line = not chosen and scope is not Scope.ACCOUNT
    lacks_account = account_id is None and scope is not Scope.LINE
    if holder_id is None or lacks_line or lacks_account:
        raise queries.LineNotYours
    actor = subscriber_actor(subscriber)
    case = Case.objects.create(
        operator=subscriber.operator,
        reference=case_reference(now=now, random=secrets.token_bytes(REFERENCE_BYTES)),
        scope=scope.value,
        holder_id=holder_id,
        policy=policies.in_force(subscriber.operator),
        language=language,
        prepared_by=UUID(actor.id),
        opened_at=now,
        size=max(1, len(chosen)),
        **_first_asked(holder_id),
    )
    # The account goes with the last line, so that it can be used until then.
    targets: list[Line | None] = [*chosen] or [None]
    for line in targets:
        account = account_id if line is targets[-1] else None
        refuse_second(line, account)
        open_closing(case, line, account, now)
    note_sign_in(case_id=case.pk, subscriber=subscriber, now=now)
    events.record(
        operator=case.operator,
        actor=actor,
        action="open",
        case_id=case.pk,
        to_state=case.state,
        now=now,
    )
    return case


def _first_asked(holder_id: UUID) -> dict[str, str]:
    kind = first_asked(holder=lines.holder_kind(holder_id))
    return {"applicant": kind.value, "closing_type": closing_type(kind).value}


@transaction.atomic(durable=True)
def choose(*, case_id: UUID, check: CheckCode, choice: Choice) -> None:
    """Record what the subscriber chooses about an obstacle, for every line of the request.

    It counts only for the lines that meet the obstacle and are offered the choice.
    """
    case = editable(case_id)
    for closing in queries.closings_of(case):
        closing.choices = {**closing.choices, check.value: choice.value}
        closing.save(update_fields=["choices"])


@transaction.atomic(durable=True)
def set_contact(*, case_id: UUID, to: str) -> None:
    """Record a contact that outlives the line; it counts once a code sent to it was typed.

    Raises:
        ContactRefused: neither a number nor an e-mail address.
        ContactSameNumber: a number that is to be closed, in this request or another.
    """
    case = editable(case_id)
    write_contact(case, to=to)


def write_contact(case: Case, *, to: str) -> None:
    """Write the contact of a locked case. Call inside a transaction.

    Raises:
        ContactRefused, ContactSameNumber: as `set_contact`.
    """
    address = contact_address(to)
    index = lines.number_index(case.operator, address)
    if _closes(case, index):
        raise ContactSameNumber
    records.seal(
        operator=case.operator,
        unit=units.case(case.pk),
        category=Category.CONTACT,
        value={"to": address},
    )
    case.contact_confirmed, case.contact_index = False, index
    case.save(update_fields=["contact_confirmed", "contact_index"])


def _closes(case: Case, index: bytes) -> bool:
    going = Closing.objects.filter(operator=case.operator, line__number_index=index)
    return going.filter(Q(case=case) | Q(is_open=True)).exists()


@transaction.atomic(durable=True)
def confirm_contact(*, case_id: UUID) -> None:
    """Note that the code sent to the contact was typed."""
    case = editable(case_id)
    case.contact_confirmed = True
    case.save(update_fields=["contact_confirmed"])


@transaction.atomic(durable=True)
def note_effects_read(*, case_id: UUID) -> None:
    """Note that the page of consequences was read."""
    case = editable(case_id)
    case.effects_read = True
    case.save(update_fields=["effects_read"])


def contact(case: Case) -> str:
    """Return the contact of a case, or an empty text."""
    opened = records.open_one(
        operator=case.operator, unit=units.case(case.pk), category=Category.CONTACT
    )
    return opened.get("to", "")


def contact_address(raw: str) -> str:
    """Return a number in E.164 or an e-mail address.

    Raises:
        ContactRefused: neither.
    """
    text = raw.strip()
    if "@" in text:
        name, _, domain = text.partition("@")
        if (
            not name
            or "@" in domain
            or "." not in domain.strip(".")
            or len(text) > 254
            or any(map(str.isspace, text))
        ):
            raise ContactRefused(why="email")
        return text
    try:
        return normalise(text)
    except NumberRefused:
        raise ContactRefused(why="number") from None


def editable(case_id: UUID) -> Case:
    """Return a locked case whose answers may still change. Call inside a transaction.

    Raises:
        NotEditable: it was submitted.
    """
    case = moves.lock(case_id)
    if CaseState(case.state) not in EDITABLE:
        raise NotEditable(reference=case.reference)
    return case


def refuse_second(line: Line | None, account_id: UUID | None) -> None:
    """Refuse a line or account that has an open request. Call inside a transaction."""
    existing = queries.open_closing_of(line) if line is not None else None
    if existing is None and account_id is not None:
        existing = (
            Closing.objects.filter(account_id=account_id, is_open=True)
            .select_related("case")
            .first()
        )
    if existing is not None:
        raise AlreadyClosing(reference=existing.case.reference)


def open_closing(
    case: Case,
    line: Line | None,
    account_id: UUID | None,
    now: datetime,
    choices: Mapping[str, str] | None = None,
) -> None:
    """Open a closing of a case. Call inside a transaction."""
    expires_at = answer_until(asked_at=now)
    try:
        with transaction.atomic():
            Closing.objects.create(
                id=uuid5(case.pk, str(line.pk if line is not None else account_id)),
                operator=case.operator,
                case=case,
                line=line,
                account_id=account_id,
                choices=dict(choices or {}),
                next_action_at=expires_at,
                owner=HumanQueue.SUBSCRIBER.value,
                owner_due_at=expires_at,
            )
    except IntegrityError:  # Two tabs at once: the constraint lets one of them open it.
        raise AlreadyClosing(reference="") from None
