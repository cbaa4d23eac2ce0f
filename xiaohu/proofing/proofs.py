"""Giving proofs for a case. A failed try is remembered, so these return instead of raising."""

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xiaohu.access import codes, counters
from xiaohu.access.codes import Issued, Limited, Outcome, Purpose, Tried
from xiaohu.core.consents import ConsentKind
from xiaohu.core.proofs import TRIES_A_DAY, ProofMethod
from xiaohu.gateways import providers
from xiaohu.proofing import consents, reencoding
from xiaohu.proofing.models import Proof
from xiaohu.registry import lines
from xiaohu.registry.models import Line

A_DAY = timedelta(days=1)
FACES_A_DAY = 3
TAIL = 4


@dataclass(frozen=True, slots=True)
class Tries:
    """Whether what was typed is right, and how many tries are left today."""

    right: bool
    tries_left: int


def given(case_id: UUID) -> frozenset[ProofMethod]:
    """Return the proofs given for a case."""
    found = Proof.objects.filter(case_id=case_id).values_list("method", flat=True)
    return frozenset(ProofMethod(method) for method in found)


def dated(case_id: UUID) -> list[Proof]:
    """Return the proofs given for a case with their moments, the first one first."""
    return list(Proof.objects.filter(case_id=case_id).order_by("given_at", "method"))


def note(*, case_id: UUID, method: ProofMethod, now: datetime) -> None:
    """Note a proof. Call inside a transaction; harmless to repeat."""
    Proof.objects.get_or_create(case_id=case_id, method=method.value, defaults={"given_at": now})


def forget(case_id: UUID) -> None:
    """Ask for every proof again, as a reviewer may. Call inside a transaction."""
    Proof.objects.filter(case_id=case_id).delete()


def forget_one(case_id: UUID, method: ProofMethod) -> None:
    """Put one proof aside, with the consent it rested on. Call inside a transaction."""
    Proof.objects.filter(case_id=case_id, method=method.value).delete()


def send_code(*, line: Line, now: datetime) -> Issued | Limited:
    """Send a code to the line that is to be closed. Call inside a transaction."""
    return codes.issue(
        operator=line.operator,
        purpose=Purpose.PROVE_LINE,
        to=lines.number(line),
        known=True,
        now=now,
    )


def try_code(*, case_id: UUID, code_id: UUID, code: str, now: datetime) -> Tried:
    """Try the code sent to the line; the right one is a proof."""
    tried = codes.check(code_id=code_id, purpose=Purpose.PROVE_LINE, code=code, now=now)
    if tried.outcome is Outcome.OK:
        note(case_id=case_id, method=ProofMethod.CODE, now=now)
    return tried


def try_service_password(*, case_id: UUID, line: Line, password: str, now: datetime) -> Tries:
    """Have the operator check the service password; it is never kept. Call outside transactions.

    Raises:
        GatewayUnavailable: the operator does not answer; the try does not count.
    """
    if counters.spent("service password", str(line.pk), limit=TRIES_A_DAY, now=now):
        return Tries(right=False, tries_left=0)
    right = providers.operator().check_service_password(line.subscription_id, password)
    with transaction.atomic(durable=True):
        tries = counters.hit(
            "service password", str(line.pk), limit=TRIES_A_DAY, window=A_DAY, now=now
        )
        if right and tries.allowed:
            note(case_id=case_id, method=ProofMethod.SERVICE_PASSWORD, now=now)
    return Tries(right=right and tries.allowed, tries_left=max(0, TRIES_A_DAY - tries.count))


def try_face(*, case_id: UUID, line: Line, photo: bytes, now: datetime) -> Tries:
    """Have the operator compare a face with the one it registered; nothing of it is kept here.

    Call outside transactions.

    Raises:
        ConsentMissing: a face is used only with a consent of its own.
        PaperRefused: the picture cannot be read.
        GatewayUnavailable: the operator does not answer; the try does not count.
    """
    consents.require(case_id, ConsentKind.FACE)
    picture = reencoding.pages(photo)[0]
    if counters.spent("face", str(line.pk), limit=FACES_A_DAY, now=now):
        return Tries(right=False, tries_left=0)
    right = providers.operator().check_face(line.subscription_id, picture)
    with transaction.atomic(durable=True):
        tries = counters.hit("face", str(line.pk), limit=FACES_A_DAY, window=A_DAY, now=now)
        if right and tries.allowed:
            note(case_id=case_id, method=ProofMethod.FACE, now=now)
    return Tries(right=right and tries.allowed, tries_left=max(0, FACES_A_DAY - tries.count))


def used_up(line_id: UUID, *, now: datetime) -> frozenset[ProofMethod]:
    """Return the ways of those somebody can go alone that failed too often today."""
    tried = {
        ProofMethod.ICCID_TAIL: ("iccid", TRIES_A_DAY),
        ProofMethod.SERVICE_PASSWORD: ("service password", TRIES_A_DAY),
        ProofMethod.FACE: ("face", FACES_A_DAY),
    }
    return frozenset(
        method
        for method, (name, most) in tried.items()
        if counters.spent(name, str(line_id), limit=most, now=now)
    )


def locked(line_id: UUID, *, now: datetime) -> bool:
    """Say whether the tries of a line are used up for today."""
    return counters.spent("iccid", str(line_id), limit=TRIES_A_DAY, now=now)


@transaction.atomic(durable=True)
def try_card(*, case_id: UUID, line: Line, tail: str, now: datetime) -> Tries:
    """Try the last four characters of the card's ICCID; five tries a day for each line."""
    tried = _compared(line, tail, now=now)
    if tried.right:
        note(case_id=case_id, method=ProofMethod.ICCID_TAIL, now=now)
    return tried


@transaction.atomic(durable=True)
def compare_card(*, line: Line, tail: str, now: datetime) -> Tries:
    """Compare a card before there is a case, with the same tries; nothing is noted as a proof."""
    return _compared(line, tail, now=now)


def _compared(line: Line, tail: str, *, now: datetime) -> Tries:
    tries = counters.hit("iccid", str(line.pk), limit=TRIES_A_DAY, window=A_DAY, now=now)
    left = max(0, TRIES_A_DAY - tries.count)
    typed = "".join(unicodedata.normalize("NFKC", tail).split()).upper()[-TAIL:]
    whole = len(typed) == TAIL  # nothing typed must never equal nothing registered
    right = (
        tries.allowed
        and whole
        and hmac.compare_digest(typed.encode(), lines.iccid_tail(line).encode())
    )
    return Tries(right=right, tries_left=left)
