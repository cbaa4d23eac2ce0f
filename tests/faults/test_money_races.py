"""Two at once about money on its way: it goes once or not at all, and nobody's word is slept through."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pytest

from tests.faults import contests, oracle, places, summary
from tests.faults.contests import DONE, TOLD, Move
from tests.faults.outside import Outside
from tests.faults.places import Place, Stage, finance
from tests.faults.racing import Track
from tests.faults.seeds import rng
from tests.stories import World
from xiaohu.closures import claiming, driver, repaying
from xiaohu.core.ordering import OrderOutcome
from xiaohu.core.states import CaseState
from xiaohu.queue import clock
from xiaohu.queue.models import Effect, EffectState
from xiaohu.settlement import ledger, orders
from xiaohu.settlement.models import Account, Finding

pytestmark = [
    pytest.mark.kill,
    pytest.mark.django_db(transaction=True, databases=["default", "keystore"]),
]

LINES = 400


@dataclass(frozen=True)
class Bout:
    """Where two begin, what they do, how they may come out, and what must hold once all went on."""

    stage: Stage
    moves: tuple[Move, Move]
    ends: frozenset[tuple[bool, bool]]
    holds: Callable[[Place], None]


def standing(place: Place) -> dict[Account, int]:
    """Return where the holder's money stands, without what is empty."""
    where = (Account.BALANCE, Account.REFUND_PENDING, Account.REFUNDED, Account.UNCLAIMED)
    found = ledger.balances(place.closing.pk)
    return {account: found[account] for account in where if found[account]}


def payments(place: Place) -> int:
    """Return how often the bank paid for a closing."""
    refunds = Effect.objects.filter(subject_id=place.closing.pk, kind="refund")
    keys = {str(pk) for pk in refunds.values_list("pk", flat=True)}
    return sum(record["key"] in keys for record in place.outside.truth("payout"))


def went_once(place: Place) -> None:
    """Pass where it was paid once and all has ended."""
    assert set(standing(place)) == {Account.REFUNDED}
    assert payments(place) == 1
    assert not place.closing.is_open
    assert not Effect.objects.filter(
        subject_id=place.closing.pk, kind="refund", state=EffectState.UNKNOWN.value
    ).exists()


def went_or_was_stopped(place: Place) -> None:
    """Pass where it was stopped in time and stays, or was too late and is paid: nothing between."""
    order = orders.last(place.closing.pk)
    assert order is not None
    if order.outcome == OrderOutcome.SENT.value:
        went_once(place)
        return
    assert order.outcome == OrderOutcome.STOPPED.value
    assert place.closing.state == CaseState.REFUND_ATTENTION.value
    assert set(standing(place)) == {Account.BALANCE}
    assert payments(place) == 0


def claimed_or_handed_out(place: Place) -> None:
    """Pass where one of both took it, never both, and not a fen is there twice."""
    claimed = claiming.open_of(place.closing.pk) is not None
    pending = bool(repaying.pending_of([place.closing]))
    fetched = set(standing(place)) == {Account.REFUNDED}
    assert [claimed, pending, fetched].count(True) == 1
    assert payments(place) == 0
    assert len(standing(place)) == 1


BOUTS = {
    "agree and worker": Bout(
        places.to_agree,
        (contests.agree_to_order, contests.advance),
        frozenset({(DONE, DONE)}),
        went_once,
    ),
    "stop and send": Bout(
        places.agreed_to,
        (contests.stop, contests.advance),
        frozenset({(DONE, DONE)}),  # too late to stop, or nothing to send: neither is told no
        went_or_was_stopped,
    ),
    "callback and record": Bout(
        places.unheard,
        (contests.call_back, contests.advance),
        frozenset({(DONE, DONE)}),
        went_once,
    ),
    "decision and worker": Bout(
        places.to_decide,
        (contests.agree, contests.advance),
        frozenset({(DONE, DONE)}),
        went_once,
    ),
    "claim and hand out": Bout(
        places.at_the_counter,
        (contests.claim, contests.hand_out),
        frozenset({(DONE, TOLD), (TOLD, DONE)}),
        claimed_or_handed_out,
    ),
    "claim and confirm what was handed out": Bout(
        places.fetched,
        (contests.claim, contests.confirm_fetched),
        frozenset({(TOLD, DONE)}),
        claimed_or_handed_out,
    ),
}


def go_on(place: Place) -> None:
    """Let workers take up whatever is due, until nothing more happens."""
    for _ in range(3):
        type(place.closing).objects.filter(
            pk=place.closing.pk, next_action_at__gt=place.now, is_open=True
        ).update(next_action_at=place.now)
        driver.advance(closing_id=place.closing.pk, clock=clock.now)


def run(
    bout: Bout, name: str, times: int, *, world: World, outside: Outside, numbers: Iterator[str]
) -> None:
    """Run a race so many times, let everything go on, and look where the money is."""
    for person in ("qian", "sun"):
        finance(person)
    chance = rng("money races", name)
    with Track() as track:
        for _ in range(times):
            place = Place(world, outside, next(numbers))
            bout.stage(place)
            verbs = [partial(move, place) for move in bout.moves]
            turned = chance.random() < 0.5  # whose thread is asked first
            ran = track.run(*(reversed(verbs) if turned else verbs))
            one, two = reversed(ran) if turned else ran
            assert (one.done, two.done) in bout.ends, ran
            go_on(place)
            bout.holds(place)
            assert not Finding.objects.filter(decided_at=None).exists()
    summary.add("races", times)
    oracle.require_agreement(outside.truth)


@pytest.mark.parametrize("name", BOUTS)
def test_money_goes_once_or_not_at_all(
    world: World, outside: Outside, numbers: Iterator[str], name: str
) -> None:
    run(BOUTS[name], name, 20, world=world, outside=outside, numbers=numbers)
