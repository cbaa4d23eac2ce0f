"""A copy of the records of a request's lines or account, for somebody who has proved who they are."""

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import moves, queries
from xiaohu.closures.models import Case
from xiaohu.core.actors import Actor
from xiaohu.core.calendar import day_of
from xiaohu.core.exports import MONTHLY, Record, months
from xiaohu.core.proofs import TWO_KINDS, IdentityUnverified, level
from xiaohu.core.refusals import Refusal
from xiaohu.core.states import WITHDRAWABLE, CaseState
from xiaohu.exports import copies, packing
from xiaohu.exports.words import Words
from xiaohu.proofing import proofs
from xiaohu.trail import events


class NothingAsked(Refusal):
    """Neither a kind of record was named, nor a month where it has months."""

    code = "NOTHING_ASKED"


class TooLateToCopy(Refusal):
    """Closing has begun, or is over: there are no records to copy any more."""

    code = "TOO_LATE_TO_COPY"


@transaction.atomic(durable=True)
def ask(
    *,
    case_id: UUID,
    records: Collection[Record],
    chosen: Collection[str],
    language: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Have a copy made, in place of an earlier one; of what is not offered there is none.

    Raises:
        IdentityUnverified: call records are shown to nobody who only signed in.
        NothingAsked: no kind, or no month.
        TooLateToCopy: its carrying out has begun.
    """
    case = _open(case_id)
    _require_proof(case)
    wanted, of_months = set(records) & set(offered(case)), set(chosen) & set(months(day_of(now)))
    if not wanted or (wanted & MONTHLY and not of_months):
        raise NothingAsked
    closings = queries.closings_of(case)
    copies.ask(
        operator=case.operator,
        case_id=case.pk,
        line_ids=[each.line_id for each in closings if each.line_id],
        account_ids=[each.account_id for each in closings if each.account_id and not each.line_id],
        records=wanted,
        months=of_months,
        language=language,
        now=now,
    )
    events.record(
        operator=case.operator,
        actor=actor,
        action="ask_copy",
        case_id=case.pk,
        evidence={"records": " ".join(sorted(record.value for record in wanted))},
        now=now,
    )


@transaction.atomic(durable=True)
def retry(*, case_id: UUID) -> None:
    """Try the parts again that failed; where none did, nothing changes.

    Raises:
        TooLateToCopy: its carrying out has begun.
    """
    copies.retry(_open(case_id).pk)


def unlock(case: Case, *, words: Words, actor: Actor, now: datetime) -> str | None:
    """Pack the copy of a case and return its passphrase, this once; None where there is nothing to pack.

    Raises:
        IdentityUnverified: the proof was put aside in the meantime.
    """
    _require_proof(case)
    phrase = packing.pack(case.pk, words=words, now=now)
    if phrase is not None:
        _note(case, "pack_copy", actor, now)
    return phrase


def fetch(case: Case, *, actor: Actor, now: datetime) -> Iterator[bytes] | None:
    """Return the copy of a case in pieces and note that it was fetched; None where it cannot be.

    Raises:
        IdentityUnverified: the proof was put aside in the meantime.
    """
    _require_proof(case)
    found = copies.fetch(case.pk, now=now)
    if found is not None:
        _note(case, "fetch_copy", actor, now)
    return found


def offered(case: Case) -> tuple[Record, ...]:
    """Return what there may be to copy: where only an account is to end, what this service holds."""
    return tuple(Record) if queries.lines_of_case(case) else (Record.HELD,)


def may_ask(case: Case) -> bool:
    """Say whether copies can still be made: not once its carrying out began, nor once it ended."""
    return CaseState(case.state) in WITHDRAWABLE


def proved(case: Case) -> bool:
    """Say whether whoever asks has proved more than a sign-in."""
    return level(proofs.given(case.pk)) >= TWO_KINDS


@transaction.atomic(durable=True)
def _note(case: Case, action: str, actor: Actor, now: datetime) -> None:
    events.record(operator=case.operator, actor=actor, action=action, case_id=case.pk, now=now)


def _require_proof(case: Case) -> None:
    if not proved(case):
        raise IdentityUnverified(level=TWO_KINDS)


def _open(case_id: UUID) -> Case:
    case = moves.lock(case_id)
    if CaseState(case.state) not in WITHDRAWABLE:
        raise TooLateToCopy(reference=case.reference)
    return case
