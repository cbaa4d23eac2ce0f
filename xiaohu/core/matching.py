"""What became of a payment, from everything that was ever said of it.

A pure function of what we asked and of all that was heard: in which order it came, how often
and how late cannot matter. A callback alone proves nothing where the provider can be asked.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

CURRENCY = "CNY"
MOST_FEN = 10**15
LONGEST = 64


class Said(StrEnum):
    """What somebody said of a payment."""

    PAID = "paid"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    RETURNED = "returned"  # it was paid, and came back
    NOT_FOUND = "not_found"  # for good: looked for often enough, long enough after
    NOTHING = "nothing"  # no answer yet, or none that says anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One thing that was said, by callback or by answer."""

    said: Said
    amount_fen: int | None = None
    currency: str = ""
    reference: str = ""
    reason: str = ""


class Outcome(StrEnum):
    """What to make of it all."""

    STILL_OPEN = "still_open"
    PAID = "paid"
    REFUSED = "refused"
    RETURNED = "returned"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_CURRENCY = "wrong_currency"
    CONTRADICTORY = "contradictory"


FOR_PEOPLE = frozenset({Outcome.WRONG_AMOUNT, Outcome.WRONG_CURRENCY, Outcome.CONTRADICTORY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The one outcome, with what they say of it."""

    outcome: Outcome
    reference: str = ""
    reason: str = ""
    theirs_fen: int | None = None


SAID_BY_TYPE: Mapping[str, Said] = {
    "payout.paid": Said.PAID,
    "payout.accepted": Said.ACCEPTED,
    "payout.refused": Said.REFUSED,
    "payout.failed": Said.REFUSED,
    "payout.returned": Said.RETURNED,
    "payout.chargeback": Said.RETURNED,
}


def match(
    *, amount_fen: int, callbacks: Collection[Heard], answer: Heard | None, lookup: bool
) -> Match:
    """Return the outcome of a payment of that amount in yuan.

    `answer` is what the provider says when asked; `lookup` that it can be asked.
    """
    heard = [*callbacks, *([answer] if answer is not None else [])]
    money = [each for each in heard if each.said in {Said.PAID, Said.RETURNED}]
    if any(each.currency not in {"", CURRENCY} for each in money):
        return _told(Outcome.WRONG_CURRENCY, money)
    others = sorted({fen for fen in (e.amount_fen for e in money) if fen not in {None, amount_fen}})
    if others:
        return _told(Outcome.WRONG_AMOUNT, money, theirs_fen=others[0])
    if _contradict(heard):
        return _told(Outcome.CONTRADICTORY, heard)
    evidence = [
        *([] if lookup else filter(_proves, callbacks)),
        *([answer] if answer is not None else []),
    ]
    # That money came back is acted on at once: nobody says so of what was never paid.
    said = {each.said for each in evidence} | {e.said for e in money if e.said is Said.RETURNED}
    for one, outcome in _BY_WEIGHT:
        if one in said:
            return _told(outcome, heard)
    return _told(Outcome.STILL_OPEN, heard)


def read(body: bytes) -> Heard | None:
    """Read the body of a callback; None where nothing can be made of it."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(parsed, dict):
        return None
    said = SAID_BY_TYPE.get(str(parsed.get("type")))
    amount_fen, currency = parsed.get("amount_fen"), parsed.get("currency", "")
    if said is None or not isinstance(currency, str) or not _is_amount(amount_fen):
        return None
    return Heard(
        said=said,
        amount_fen=amount_fen,
        currency=currency[:LONGEST],
        reference=_code(parsed, "reference"),
        reason=_code(parsed, "reason"),
    )


def kept(body: bytes) -> bytes:
    """Return what is kept of a body: all that `read` reads, and nothing of whatever else was said."""
    heard = read(body)
    if heard is None:
        return b""
    said = {
        "type": json.loads(body)["type"],
        "amount_fen": heard.amount_fen,
        "currency": heard.currency,
        "reference": heard.reference,
        "reason": heard.reason,
    }
    return json.dumps(said).encode()


_BY_WEIGHT = (
    (Said.RETURNED, Outcome.RETURNED),
    (Said.PAID, Outcome.PAID),
    (Said.REFUSED, Outcome.REFUSED),
)


def _proves(heard: Heard) -> bool:
    """Say whether a callback can prove something alone: that it was paid only with how much of what."""
    whole = heard.amount_fen is not None and heard.currency != ""
    return heard.said is not Said.PAID or whole


def _contradict(heard: Collection[Heard]) -> bool:
    said = {each.said for each in heard}
    moved = said & {Said.PAID, Said.RETURNED}
    references = {each.reference for each in heard if each.said is Said.PAID and each.reference}
    return len(references) > 1 or bool(moved and said & {Said.REFUSED, Said.NOT_FOUND})


def _told(outcome: Outcome, heard: Collection[Heard], theirs_fen: int | None = None) -> Match:
    return Match(
        outcome=outcome,
        reference=min(_texts(each.reference for each in heard), default=""),
        reason=min(_texts(each.reason for each in heard), default=""),
        theirs_fen=theirs_fen,
    )


def _texts(texts: Iterator[str]) -> Iterator[str]:
    return (text for text in texts if text)


def _is_amount(value: object) -> bool:
    if value is None:
        return True
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_FEN


def _code(parsed: Mapping[str, Any], field: str) -> str:
    value = parsed.get(field, "")
    plain = isinstance(value, str) and value.isascii() and value.isprintable()
    return value[:LONGEST] if plain else ""
