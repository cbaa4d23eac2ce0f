"""Charges the operator names after its last bill: set aside, never booked to a closed account."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from xiaohu.closures.models import Closing
from xiaohu.core.findings import FindingKind, FindingSource
from xiaohu.core.matching import CURRENCY
from xiaohu.core.steps import Step
from xiaohu.gateways.callbacks import WAKE
from xiaohu.queue import engine
from xiaohu.queue.models import Effect
from xiaohu.settlement import findings, suspense

SOURCE = "operator"
LATE_CHARGE = "bill.late_charge"
MOST_FEN = 10**12
_REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def hear(key: UUID, said: Mapping[str, Any], now: datetime) -> None:
    """Take what a signed callback of the operator says; `key` is that of a part of a bill.

    A late charge goes into suspense and to people; anything else only says when to look. Call
    inside a transaction.
    """
    if said.get("type") != LATE_CHARGE:
        engine.defer(WAKE, effect_id=key)
        return
    closing = _closing_of(key)
    reference, amount_fen = _read(said)
    found = findings.note(
        operator=closing.operator if closing is not None else settings.XIAOHU.operator,
        kind=_kind(closing, amount_fen),
        source=FindingSource.CALLBACK,
        reference=reference,
        closing_id=closing.pk if closing is not None else None,
        effect_id=key,
        theirs_fen=amount_fen,
        now=now,
    )
    if closing is not None and amount_fen is not None:
        suspense.suspend(
            operator=closing.operator,
            closing_id=closing.pk,
            charge_id=found.pk,
            amount_fen=amount_fen,
            now=now,
        )


def miss(event_id: str, now: datetime) -> None:
    """Leave to people what the operator signed and nobody can read. Call inside a transaction."""
    findings.note(
        operator=settings.XIAOHU.operator,
        kind=FindingKind.UNREADABLE,
        source=FindingSource.CALLBACK,
        reference=event_id,
        now=now,
    )


def _kind(closing: Closing | None, amount_fen: int | None) -> FindingKind:
    if closing is None:
        return FindingKind.UNKNOWN_REFERENCE
    return FindingKind.LATE_CHARGE if amount_fen is not None else FindingKind.BILL_UNREADABLE


def _closing_of(key: UUID) -> Closing | None:
    effect = Effect.objects.filter(pk=key, kind=Step.COLLECT_BILL.value).first()
    return Closing.objects.filter(pk=effect.subject_id).first() if effect is not None else None


def _read(said: Mapping[str, Any]) -> tuple[str, int | None]:
    """Return the reference and the amount in yuan of a charge; none where it cannot be read.

    What cannot be read is told apart by what was said, so that no second one is taken for the first.
    """
    reference, amount = said.get("reference"), said.get("amount_fen")
    if not isinstance(reference, str) or not _REFERENCE.fullmatch(reference):
        return _digest(said), None
    in_yuan = said.get("currency", CURRENCY) == CURRENCY and not isinstance(amount, bool)
    if in_yuan and isinstance(amount, int) and 0 < amount <= MOST_FEN:
        return reference, amount
    return f"{reference[:47]}-{_digest(said)}", None


def _digest(said: Mapping[str, Any]) -> str:
    text = json.dumps(said, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
