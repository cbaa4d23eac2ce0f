"""Workers killed at every point, twice in one life: others end it as if nothing had happened.

Every fault point is enumerated from the registry, and every one must be reached by every seed.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.erasure.crm import Crm
from tests.faults import dying, oracle, summary
from tests.faults.dying import MOODS, Doomed
from tests.faults.outside import Outside
from tests.faults.seeds import rng
from tests.faults.stores import register
from tests.stories import World, closing_of
from xiaohu.closures import fellows
from xiaohu.closures.models import Closing
from xiaohu.core.steps import Step
from xiaohu.erasure import engine
from xiaohu.erasure.outside import EFFECT
from xiaohu.queue import clock, faults

pytestmark = [
    pytest.mark.kill,
    pytest.mark.django_db(transaction=True, databases=["default", "keystore"]),
]

POINTS = sorted(faults.POINTS)
ERASING = [point for point in POINTS if point.partition(".")[0] in {EFFECT, Step.ERASE.value}]
KILLS_IN_A_LIFE = 2
TOGETHER = 3


def require_erased(doomed: list[Doomed], stores: Crm) -> None:
    """Pass where nothing is left in the operator's database, and each receipt counts what there was."""
    assert stores.canaries()["order_item"] == stores.canaries()["orders"] == 0
    receipts = [engine.receipt_of(closing_of(one.case).pk).outside for one in doomed]
    assert {len(receipt) for receipt in receipts} == {5}
    items = {each["found"] for one in receipts for each in one if each["dataset"] == "items"}
    assert items == {6}


@pytest.mark.parametrize("turn", range(len(MOODS)))
def test_ends_like_an_undisturbed_run(
    world: World,
    outside: Outside,
    numbers: Iterator[str],
    stores: Crm,
    monkeypatch: pytest.MonkeyPatch,
    turn: int,
) -> None:
    monkeypatch.setattr(fellows, "AT_ONCE", 1)  # each lives a life of its own
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
    require_erased(doomed, stores)
    summary.add("cases", len(doomed))
    summary.add("kills", len(POINTS))
    oracle.require_agreement(outside.truth)


def test_all_that_erase_together_end_like_an_undisturbed_run(
    world: World,
    outside: Outside,
    numbers: Iterator[str],
    stores: Crm,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fellows, "AT_ONCE", TOGETHER)
    chance = rng("kills together")
    doomed = [dying.doom(world, outside, next(numbers), []) for _ in range(TOGETHER * len(ERASING))]
    for place, one in enumerate(doomed):
        register(stores, one.case, at=place * 10)
    clock.move(by=timedelta(days=3, minutes=1))
    dying.bring(doomed, outside, chance, to=Step.ERASE)
    for point in chance.sample(ERASING, len(ERASING)):
        before = dying.held()
        waiting = Closing.objects.filter(is_open=True, step=Step.ERASE.value, lease_until=None)
        assert dying.killed(waiting[0].pk, point)
        assert len(dying.held() - before) == TOGETHER
    dying.finish(doomed, outside, chance, MOODS[0])
    require_erased(doomed, stores)
    summary.add("cases", len(doomed))
    summary.add("kills", len(ERASING))
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
