"""Workers killed at every point, twice in one life: others end it as if nothing had happened.

Every fault point is enumerated from the registry, and every one must be reached by every seed.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.erasure.crm import Crm
from tests.faults import dying, oracle, summary
from tests.faults.dying import MOODS, Doomed
from tests.faults.outside import Outside
from tests.faults.seeds import rng
from tests.faults.stores import register
from tests.stories import World, closing_of
from xiaohu.core.steps import Step
from xiaohu.erasure import engine
from xiaohu.erasure.outside import EFFECT
from xiaohu.queue import clock, faults

pytestmark = [
    pytest.mark.kill,
    pytest.mark.django_db(transaction=True, databases=["default", "keystore"]),
]

POINTS = sorted(faults.POINTS)
KILLS_IN_A_LIFE = 2


def receipts(doomed: list[Doomed]) -> list[dict[str, Any]]:
    """Return the receipts of cases."""
    closings = [closing_of(one.case).pk for one in doomed]
    return [{"outside": engine.receipt_of(pk).outside} for pk in closings]


@pytest.mark.parametrize("turn", range(len(MOODS)))
def test_ends_like_an_undisturbed_run(
    world: World, outside: Outside, numbers: Iterator[str], stores: Crm, turn: int
) -> None:
    chance = rng("kills", turn)
    points = chance.sample(POINTS, len(POINTS))
    lives = [points[place::KILLS_IN_A_LIFE] for place in range(KILLS_IN_A_LIFE)]
    pairs = [list(pair) for pair in zip(*lives, strict=True)]
    doomed = [dying.doom(world, outside, next(numbers), pair) for pair in pairs]
    for place, one in enumerate(doomed):
        register(stores, one.case, at=place * 10)
    clock.move(by=timedelta(days=3, minutes=1))
    dying.kill_all(doomed, outside, chance, MOODS[turn])
    dying.finish(doomed, outside, chance, MOODS[turn])
    assert sum(one.kills for one in doomed) == len(POINTS)
    assert stores.canaries()["order_item"] == stores.canaries()["orders"] == 0
    assert {len(one["outside"]) for one in receipts(doomed)} == {5}
    assert {
        found["found"]
        for one in receipts(doomed)
        for found in one["outside"]
        if found["dataset"] == "items"
    } == {6}
    summary.add("cases", len(doomed))
    summary.add("kills", len(POINTS))
    oracle.require_agreement(outside.truth)


def test_every_step_has_its_points() -> None:
    named = {point.partition(".")[0] for point in POINTS}
    assert named == {"begin", EFFECT, *(step.value for step in Step)}


def test_a_misspelt_point_stops_the_start() -> None:
    with pytest.raises(faults.UnknownPoint):
        faults.arm_from("refund.after_cal:kill")


def test_faults_are_read_from_their_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "_armed", {})
    faults.arm_from("settle.before_commit:raise, refund.after_call")
    with pytest.raises(faults.FaultRaised):
        faults.hit("settle.before_commit")
    faults.hit("settle.before_commit")
