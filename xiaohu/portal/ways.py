"""The ways to sign in: what each asks, where its code goes, and what a right code proves.

A number, reference or user name nobody has is answered in the very same way as any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language

from xiaohu.access import accounts, codes, sessions
from xiaohu.access.codes import Issued, Limited, Purpose
from xiaohu.access.models import SubscriberAccount
from xiaohu.access.sessions import Method
from xiaohu.closures import drafting, queries
from xiaohu.core.references import normalise_reference
from xiaohu.notices import outbox
from xiaohu.portal.forms import NumberSignIn, PasswordSignIn, ReferenceSignIn
from xiaohu.registry import lines
from xiaohu.ui.plain import PlainForm

NOBODY = "nobody@invalid"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to sign in: its form, the purpose of its code, and whether the code is read out."""

    form: type[PlainForm]
    purpose: Purpose | None = None
    voice: bool = False


WAYS: Mapping[str, Way] = {
    "password": Way(PasswordSignIn),
    "code": Way(NumberSignIn, Purpose.SIGN_IN),
    "voice": Way(NumberSignIn, Purpose.SIGN_IN, voice=True),
    "reference": Way(ReferenceSignIn, Purpose.FIND_CASE),
}
RECOVERY = ("recover_line", "recover_contact")
TO_A_NUMBER = frozenset({"code", "voice", "recover_line"})


@dataclass(frozen=True, slots=True)
class Address:
    """Where a code goes, whether anybody gets it, and what its page may name of it."""

    to: str
    known: bool
    shown: str = ""


def address(way: str, typed: str) -> Address:
    """Return where the code of a way goes."""
    operator = settings.XIAOHU.operator
    if way in TO_A_NUMBER:
        return Address(typed, lines.find(operator, typed) is not None)
    case = queries.by_reference(operator, typed)
    contact = drafting.contact(case) if case is not None and case.contact_confirmed else ""
    # A reference is no secret; a number stays in the vault and only its code is named.
    shown = normalise_reference(typed)[:20]
    if contact:
        return Address(contact, known=True, shown=shown)
    return Address(f"{normalise_reference(typed)}:{NOBODY}", known=False, shown=shown)


def address_to_recover(way: str, *, username: str, number: str) -> Address:
    """Return where a code goes that lets somebody set another password."""
    operator = settings.XIAOHU.operator
    index = accounts.username_index(operator, username)
    account = accounts.of_username(index, operator=operator)
    holder_id = account.holder_id if account is not None else None
    if way == "recover_line":
        line = lines.find(operator, number)
        own = line is not None and line.holder_id == holder_id
        return Address(number, known=own, shown=index.hex())
    contact = lines.contact_of_holder(operator, holder_id) if holder_id is not None else ""
    return Address(contact or f"{index.hex()}:{NOBODY}", known=bool(contact), shown=index.hex())


@transaction.atomic(durable=True)
def send(purpose: Purpose, to: Address, *, voice: bool, now: datetime) -> Issued | Limited:
    """Send a code, or say when another may be asked for."""
    issued = codes.issue(
        operator=settings.XIAOHU.operator,
        purpose=purpose,
        to=to.to,
        known=to.known,
        now=now,
        voice=voice,
    )
    _queue(issued, now=now)
    return issued


@transaction.atomic(durable=True)
def send_again(code_id: UUID, *, voice: bool, now: datetime) -> Issued | Limited | None:
    """Send another code where one went; None once nobody knows where that was."""
    issued = codes.again(code_id=code_id, voice=voice, now=now)
    _queue(issued, now=now)
    return issued


def _queue(issued: Issued | Limited | None, *, now: datetime) -> None:
    if isinstance(issued, Issued):
        outbox.queue_code(
            operator=settings.XIAOHU.operator,
            code_id=issued.code_id,
            language=get_language() or "zh-hans",
            now=now,
        )


def proven(way: str, shown: str) -> str:
    """Begin the session a right code earned, and return its token.

    Raises:
        CaseNotFound, LineNotYours: it ended while the code was on its way.
    """
    operator = settings.XIAOHU.operator
    if way == "reference":
        case = queries.by_reference(operator, shown)
        if case is None:
            raise queries.CaseNotFound
        return sessions.begin(operator=operator, method=Method.CASE_CODE, case_id=case.pk)
    line = lines.find(operator, shown)
    if line is None:
        raise queries.LineNotYours
    return sessions.begin(operator=operator, method=Method.CODE, line_id=line.pk)


def account_of(shown: str) -> SubscriberAccount | None:
    """Return the account whose password is to be recovered, by what its code remembers."""
    return accounts.of_username(bytes.fromhex(shown), operator=settings.XIAOHU.operator)
