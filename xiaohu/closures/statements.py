"""The money of a closing as a person follows it: what there was, what each item took, what is left."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext

from xiaohu.core.laws import in_english
from xiaohu.core.money import Money
from xiaohu.core.profile import ExitFee
from xiaohu.core.settlement import BASES, ItemKind, Line
from xiaohu.erasure.models import OutsideState
from xiaohu.settlement.models import SettledClosing

ENGLISH = "en"
AMOUNTS = (
    "opening_fen",
    "usage_fen",
    "fees_fen",
    "exit_fee_fen",
    "device_fen",
    "arrears_fen",
    "forfeited_gift_fen",
    "refundable_fen",
    "refunded_fen",
    "waived_fen",
    "unclaimed_fen",
    "debt_fen",
    "operator_cost_fen",
)
# Documents of old say how much, not what for.
_BY_KIND = ("usage_fen", "fees_fen", "exit_fee_fen", "device_fen", "arrears_fen")
_GIFT_BASIS = "赠送活动规则"


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """One line of a statement: its words, an amount (negative where taken), and why.

    `total` marks what the lines above it come to.
    """

    words: str
    amount_fen: int
    why: str = ""
    total: bool = False


def of_settled(
    settled: SettledClosing, lines: Sequence[Line], exit_fee: ExitFee | None
) -> dict[str, Any]:
    """Return the settlement of a closing as it is signed and shown: amounts, items and clauses."""
    clause = exit_fee.clause.model_dump() if exit_fee is not None else None
    return {
        **{name: getattr(settled, name) for name in AMOUNTS},
        "items": [
            {
                "kind": line.item.kind.value,
                "on": line.item.on.isoformat(),
                "paid_fen": line.paid_fen,
                "owed_fen": line.owed_fen,
                "borne_fen": line.borne_fen,
                "basis": BASES[line.item.kind],
                **({"clause": clause} if clause and line.item.kind is ItemKind.EXIT_FEE else {}),
            }
            for line in lines
        ],
    }


def rows(said: Mapping[str, Any]) -> list[MoneyRow]:
    """Return a settlement line by line in the reader's language; nothing where there is none."""
    return list(_rows(said)) if said else []


def _rows(said: Mapping[str, Any]) -> Iterator[MoneyRow]:
    yield MoneyRow(gettext("money.opening_fen"), said["opening_fen"], total=True)
    items = said.get("items")
    if items is None:
        for name in _BY_KIND:
            if said.get(name):
                yield MoneyRow(gettext(f"money.{name}"), -said[name])
    for item in items or ():
        yield from _item(item)
    if said["forfeited_gift_fen"]:
        gift = -said["forfeited_gift_fen"]
        yield MoneyRow(gettext("money.forfeited_gift_fen"), gift, gift_basis())
    if "refundable_fen" in said:
        yield MoneyRow(gettext("money.refundable_fen"), said["refundable_fen"], total=True)
    yield MoneyRow(gettext("money.refunded_fen"), said["refunded_fen"])
    for name in ("waived_fen", "unclaimed_fen"):
        if said.get(name):
            yield MoneyRow(gettext(f"money.{name}"), said[name], gettext(f"money.why.{name}"))
    if said["debt_fen"]:
        yield MoneyRow(gettext("money.debt_fen"), said["debt_fen"], _owed(items or ()))


def elsewhere(outside: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what a receipt says of the operator's own systems, each named once, as it is signed."""
    by_store: dict[str, dict[str, Any]] = {}
    for one in outside:
        said = by_store.setdefault(
            one["store"], {**one["names"], "erased": 0, "kept": 0, "kept_until": ""}
        )
        if one["state"] == OutsideState.DONE:
            said["erased"] += one["found"]
        elif one["state"] == OutsideState.KEPT:
            said["kept"] += one["found"]
            said["kept_until"] = max(said["kept_until"], one["until"])
    return list(by_store.values())


def told_of_elsewhere(erased: Mapping[str, Any]) -> list[str]:
    """Return in words what was erased, and what is kept, in the operator's own systems."""
    english = get_language() == ENGLISH
    told = []
    for one in erased.get("outside", ()):
        name = one["en" if english else "zh"]
        if one["erased"]:
            told.append(gettext("paper.erased.in").format(store=name, count=one["erased"]))
        if one["kept"]:
            told.append(
                gettext("paper.kept.in").format(
                    store=name, count=one["kept"], until=one["kept_until"]
                )
            )
    return told


def clause_of(kind: ItemKind, exit_fee: ExitFee | None) -> str:
    """Return the clause a kind of item rests on, in the reader's language."""
    if kind is ItemKind.EXIT_FEE and exit_fee is not None:
        return exit_fee.clause.read(get_language() or "")
    return _source(BASES[kind])


def gift_basis() -> str:
    """Return what gift credit lapses by, in the reader's language."""
    return _source(_GIFT_BASIS)


def _item(item: Mapping[str, Any]) -> Iterator[MoneyRow]:
    """Return what an item took, and what of it was struck off."""
    words = gettext(f"money.item.{item['kind']}")
    if item["paid_fen"]:
        yield MoneyRow(words, -item["paid_fen"], _dated(item, _clause(item)))
    if item["borne_fen"]:
        above = item["kind"] == ItemKind.EXIT_FEE.value
        why = gettext("money.borne.above_shown" if above else "money.borne.fee_stop")
        borne = why.format(amount=Money(item["borne_fen"]).yuan())
        yield MoneyRow(words, 0, _dated(item, borne))


def _dated(item: Mapping[str, Any], why: str) -> str:
    return gettext("money.dated").format(on=item["on"], why=why)


def _owed(items: Sequence[Mapping[str, Any]]) -> str:
    """Return what of the bill was not paid from the purses, kind by kind."""
    owed: dict[str, int] = {}
    for item in items:
        if item["owed_fen"]:
            owed[item["kind"]] = owed.get(item["kind"], 0) + item["owed_fen"]
    parts = [
        gettext("money.part").format(what=gettext(f"money.item.{kind}"), amount=Money(fen).yuan())
        for kind, fen in owed.items()
    ]
    return (", " if get_language() == ENGLISH else "、").join(parts)


def _clause(item: Mapping[str, Any]) -> str:
    clause = item.get("clause")
    if clause is None:
        return _source(item["basis"])
    return str(clause["en" if get_language() == ENGLISH else "zh"])


def _source(basis: str) -> str:
    return in_english(basis) if get_language() == ENGLISH else basis
