"""What the operator says of a line: taken only where it is about that line, and can be read."""

from collections.abc import Mapping
from typing import Any

import pytest

from xiaohu.gateways import http
from xiaohu.gateways.http import Reply
from xiaohu.gateways.http_operator import HttpOperator
from xiaohu.gateways.protocols import GatewayUnavailable, UnknownLine

SAID = {
    "status": "active",
    **dict.fromkeys(("cash_fen", "deposit_fen", "promotion_fen", "gift_fen", "points"), 0),
    **dict.fromkeys(("arrears_fen", "unbilled_fen", "exit_fee_fen"), 0),
    **dict.fromkeys(("filing", "port_out", "open_order", "legal_hold"), False),
    "contract_end_on": None,
}


def answering(
    monkeypatch: pytest.MonkeyPatch, status: int, body: Mapping[str, Any]
) -> HttpOperator:
    """Return an operator that answers one thing to everything."""
    monkeypatch.setattr(http, "call", lambda *_args, **_kwargs: Reply(status, body))
    return HttpOperator("http://operator.example")


@pytest.mark.parametrize("named", [{}, {"subscription_id": "S1"}])
def test_facts_of_the_line_are_taken(
    monkeypatch: pytest.MonkeyPatch, named: dict[str, str]
) -> None:
    facts = answering(monkeypatch, 200, {**SAID, **named, "cash_fen": 120}).facts("S1")
    assert (facts.status, facts.cash_fen) == ("active", 120)


@pytest.mark.parametrize(
    ("status", "changed"),
    [
        (200, {"subscription_id": "S2"}),
        (200, {"cash_fen": "120"}),
        (200, {"cash_fen": -1}),
        (200, {"status": "unheard of"}),
        (500, {}),
    ],
)
def test_anything_else_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, status: int, changed: dict[str, object]
) -> None:
    with pytest.raises(GatewayUnavailable):
        answering(monkeypatch, status, {**SAID, **changed}).facts("S1")


def test_a_line_the_operator_does_not_know_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownLine):
        answering(monkeypatch, 404, {}).facts("S1")
