"""Facts about a line: all of them as the operator says now, the last ones kept for the checks."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.core.lines import facts as facts_of
from tests.stories import CLEAN, CONTRACT, NOON, TODAY, World
from xiaohu.core.facts import LineFacts, LineStatus
from xiaohu.gateways import http
from xiaohu.gateways.http import NOTHING, Reply
from xiaohu.gateways.protocols import GatewayUnavailable, UnknownLine
from xiaohu.registry.models import Line
from xiaohu.screening import facts
from xiaohu.screening.facts import Gathered
from xiaohu.screening.models import CheckRun

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
LINE = Line(operator="demo", subscription_id="SUB00000001")
SAID: dict[str, Any] = {
    "status": "stopped",
    "realname": "missing",
    "filing": True,
    "contract_end_on": "2027-06-30",
    "cash_fen": 1,
    "deposit_fen": 2,
    "promotion_fen": 3,
    "gift_fen": 4,
    "points": 5,
    "arrears_fen": 6,
    "unbilled_fen": 7,
    "exit_fee_fen": 8,
    "port_out": True,
    "open_order": True,
    "legal_hold": True,
}
FULL = facts_of(
    **SAID,
    sublines=2,
    group_network="family",
    payer="organisation",
    restriction="complaints",
    restriction_grade=2,
    restricted_on="2026-10-01",
)


def answers(monkeypatch: pytest.MonkeyPatch, reply: Reply) -> None:
    """Let the operator give one answer to everything."""
    monkeypatch.setattr(http, "call", lambda *_args, **_kwargs: reply)


def gather(line: Line = LINE) -> LineFacts:
    """Ask about a line."""
    asked = facts.gather(line, now=NOON)
    assert asked.at == NOON
    return asked.facts


def test_reads_every_fact_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, Reply(200, FULL.model_dump(mode="json")))
    assert gather() == FULL


def test_what_an_operator_does_not_say_does_not_apply(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, Reply(200, SAID))
    assert gather() == facts_of(**SAID)


@pytest.mark.parametrize("none", [None, ""])
def test_a_line_without_a_contract_has_no_last_day(
    monkeypatch: pytest.MonkeyPatch, none: str | None
) -> None:
    answers(monkeypatch, Reply(200, {**SAID, "contract_end_on": none}))
    assert gather().contract_end_on is None


@pytest.mark.parametrize(
    "reply",
    [
        NOTHING,
        Reply(500, SAID),
        Reply(503, {"error": "down"}),
        Reply(200, {}),
        Reply(200, {name: said for name, said in SAID.items() if name != "legal_hold"}),
        Reply(200, {**SAID, "status": "asleep"}),
        Reply(200, {**SAID, "arrears_fen": -1}),
        Reply(200, {**SAID, "arrears_fen": "0"}),
        Reply(200, {**SAID, "cash_fen": 126.4}),
        Reply(200, {**SAID, "points": True}),
        Reply(200, {**SAID, "legal_hold": 0}),
        Reply(200, {**SAID, "contract_end_on": "30.06.2027"}),
        Reply(200, {**SAID, "contract_end_on": 20270630}),
    ],
)
def test_an_answer_that_cannot_be_read_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, reply: Reply
) -> None:
    answers(monkeypatch, reply)
    with pytest.raises(GatewayUnavailable):
        gather()


def test_asks_the_operator_itself(world: World) -> None:
    line = world.line(CLEAN)
    said = gather(line)
    assert (said.status, said.cash_fen, said.gift_fen) == (LineStatus.ACTIVE, 12640, 2000)
    world.outside.change(line, status="stopped", arrears_fen=500, legal_hold=True)
    now = gather(line)
    assert now == said.model_copy(
        update={"status": LineStatus.STOPPED, "arrears_fen": 500, "legal_hold": True}
    )
    bound = gather(world.line(CONTRACT))
    assert (bound.contract_end_on, bound.exit_fee_fen) == (TODAY + timedelta(days=200), 6000)


@pytest.mark.parametrize("fault", ["down", "error"])
def test_says_when_the_operator_is_away(world: World, fault: str) -> None:
    world.outside.fault("operator", **{fault: True})
    with pytest.raises(GatewayUnavailable):
        gather(world.line())


@pytest.mark.parametrize("name", ["SUB99999999", "", "../orders", "名"])
def test_says_when_the_operator_has_no_such_line(world: World, name: str) -> None:
    with pytest.raises(UnknownLine):
        gather(Line(operator="demo", subscription_id=name))


@pytest.mark.parametrize("known", [FULL, *(facts_of(status=each) for each in LineStatus)])
def test_keeps_what_it_was_given(known: LineFacts) -> None:
    closing_id = uuid4()
    facts.keep(closing_id, Gathered(known, NOON))
    assert facts.last(closing_id) == known
    assert facts.last_of([closing_id, uuid4()]) == {closing_id: Gathered(known, NOON)}


def test_what_is_kept_takes_the_place_of_what_was(world: World) -> None:
    here, there = uuid4(), uuid4()
    newer = facts_of(points=860)
    for closing_id, known in ((here, FULL), (there, FULL), (here, newer)):
        facts.keep(closing_id, Gathered(known, NOON))
    assert (facts.last(here), facts.last(there)) == (newer, FULL)
    assert CheckRun.objects.count() == 2
