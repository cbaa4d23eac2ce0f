"""Two at once: one wins, the other is told, and never both; the outside agrees afterwards.

The pairs are taken from the table of moves: two actions it allows in one state, by two people,
two windows of one person, or a person and the machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pytest

from tests.closures.states import officer
from tests.faults import contests, oracle, places, summary
from tests.faults.contests import AFTER, DONE, TOLD, End, Move, claim_by
from tests.faults.outside import Outside
from tests.faults.places import Place, Stage, finance
from tests.faults.racing import Outcome, Track
from tests.faults.seeds import rng
from tests.stories import World
from xiaohu.core.moves import MOVES, Action
from xiaohu.core.states import CaseState
from xiaohu.gateways.models import InboxEvent
from xiaohu.trail.models import Event

pytestmark = [
    pytest.mark.kill,
    pytest.mark.django_db(transaction=True, databases=["default", "keystore"]),
]

LINES = 1100
_S, _A = CaseState, Action


@dataclass(frozen=True)
class Race:
    """A state, two actions the table allows there, and every way their race may end."""

    state: CaseState
    actions: tuple[Action, Action]
    stage: Stage
    moves: tuple[Move, Move]
    ends: tuple[End, ...]


RACES = {
    "withdraw and begin": Race(
        _S.SCHEDULED,
        (_A.WITHDRAW, _A.EXECUTE),
        places.scheduled,
        (contests.withdraw, contests.advance),
        # A worker that comes too late finds nothing to do.
        (End(DONE, DONE, {_S.WITHDRAWN}), End(TOLD, DONE, AFTER)),
    ),
    "two workers begin": Race(
        _S.SCHEDULED,
        (_A.EXECUTE, _A.EXECUTE),
        places.scheduled,
        (contests.advance, contests.advance),
        (End(DONE, DONE, AFTER),),
    ),
    "withdraw and approve": Race(
        _S.IN_REVIEW,
        (_A.WITHDRAW, _A.APPROVE),
        places.taken,
        (contests.withdraw, contests.approve),
        # What is approved can still be withdrawn.
        (End(DONE, TOLD, {_S.WITHDRAWN}), End(DONE, DONE, {_S.WITHDRAWN})),
    ),
    "withdraw and refuse": Race(
        _S.IN_REVIEW,
        (_A.WITHDRAW, _A.REFUSE),
        places.taken,
        (contests.withdraw, contests.refuse),
        (End(DONE, TOLD, {_S.WITHDRAWN}), End(TOLD, DONE, {_S.REFUSED})),
    ),
    "approve and refuse": Race(
        _S.IN_REVIEW,
        (_A.APPROVE, _A.REFUSE),
        places.taken,
        (contests.approve, contests.refuse),
        (End(DONE, TOLD, {_S.SCHEDULED}), End(TOLD, DONE, {_S.REFUSED})),
    ),
    "approve and return": Race(
        _S.IN_REVIEW,
        (_A.APPROVE, _A.RETURN),
        places.taken,
        (contests.approve, contests.send_back),
        (End(DONE, TOLD, {_S.SCHEDULED}), End(TOLD, DONE, {_S.AWAITING_CUSTOMER})),
    ),
    "return and refuse": Race(
        _S.IN_REVIEW,
        (_A.RETURN, _A.REFUSE),
        places.taken,
        (contests.send_back, contests.refuse),
        (End(DONE, TOLD, {_S.AWAITING_CUSTOMER}), End(TOLD, DONE, {_S.REFUSED})),
    ),
    "two officers take it": Race(
        _S.IN_REVIEW,
        (_A.APPROVE, _A.APPROVE),
        places.waiting_for_review,
        (claim_by("chen"), claim_by("li")),
        (End(DONE, TOLD, {_S.IN_REVIEW}), End(TOLD, DONE, {_S.IN_REVIEW})),
    ),
    "submit and withdraw": Race(
        _S.DRAFT,
        (_A.SCHEDULE, _A.WITHDRAW),
        places.drafted,
        (contests.submit, contests.withdraw),
        (End(TOLD, DONE, {_S.WITHDRAWN}), End(DONE, DONE, {_S.WITHDRAWN})),
    ),
    "submit and expire": Race(
        _S.DRAFT,
        (_A.SCHEDULE, _A.EXPIRE),
        places.drafted,
        (contests.submit, contests.expire),
        # The clock that comes too late finds nothing to end.
        (End(DONE, DONE, {_S.SCHEDULED}), End(TOLD, DONE, {_S.EXPIRED})),
    ),
    "withdraw and expire": Race(
        _S.DRAFT,
        (_A.WITHDRAW, _A.EXPIRE),
        places.drafted,
        (contests.withdraw, contests.expire),
        (End(DONE, DONE, {_S.WITHDRAWN}), End(TOLD, DONE, {_S.EXPIRED})),
    ),
    "another account and retry": Race(
        _S.REFUND_ATTENTION,
        (_A.RESUME_REFUND, _A.RESUME_REFUND),
        places.came_back,
        (contests.choose, contests.retry),
        (End(DONE, TOLD, {_S.SETTLING}), End(TOLD, DONE, {_S.SETTLING})),
    ),
    "confirm and drop a payment": Race(
        _S.REFUND_ATTENTION,
        (_A.RESUME_REFUND, _A.RESUME_REFUND),
        places.recorded,
        (contests.confirm, contests.drop),
        # Taking back what counts already changes nothing.
        (End(DONE, DONE, {_S.SETTLING}), End(TOLD, DONE, {_S.REFUND_ATTENTION})),
    ),
    "pay by hand and retry": Race(
        _S.REFUND_ATTENTION,
        (_A.RESUME_REFUND, _A.RESUME_REFUND),
        places.came_back,
        (contests.record, contests.retry),
        (End(DONE, TOLD, {_S.REFUND_ATTENTION}), End(TOLD, DONE, {_S.SETTLING})),
    ),
    "agree to a finding and reject it": Race(
        _S.REFUND_ATTENTION,
        (_A.RESUME_REFUND, _A.RESUME_REFUND),
        places.proposed,
        (contests.agree, contests.reject),
        (End(DONE, TOLD, {_S.REFUND_ATTENTION}), End(TOLD, DONE, {_S.REFUND_ATTENTION})),
    ),
    "pay by hand twice": Race(
        _S.REFUND_ATTENTION,
        (_A.RESUME_REFUND, _A.RESUME_REFUND),
        places.came_back,
        (contests.record, contests.record),
        (End(DONE, TOLD, {_S.REFUND_ATTENTION}), End(TOLD, DONE, {_S.REFUND_ATTENTION})),
    ),
}


def run(
    race: Race, name: str, times: int, *, world: World, outside: Outside, numbers: Iterator[str]
) -> None:
    """Run a race so many times, let everything end, and ask the oracle."""
    for person in ("chen", "li"):
        officer(person)
    for person in ("qian", "sun"):
        finance(person)
    chance = rng("races", name)
    with Track() as track:
        for _ in range(times):
            place = Place(world, outside, next(numbers))
            race.stage(place)
            assert place.case.state == race.state or place.closing.state == race.state
            verbs = [partial(move, place) for move in race.moves]
            turned = chance.random() < 0.5  # whose thread is asked first
            ran = track.run(*(reversed(verbs) if turned else verbs))
            judge(race, place, tuple(reversed(ran)) if turned else ran)
    summary.add("races", times)
    oracle.require_agreement(outside.truth)


def judge(race: Race, place: Place, ran: tuple[Outcome, ...]) -> None:
    """Pass where the race ended in one of its ways, and the log tells of exactly that."""
    place.case.refresh_from_db()
    state = CaseState(place.case.state)
    first, second = ran
    allowed = [e for e in race.ends if (e.first, e.second) == (first.done, second.done)]
    assert any(state in end.states for end in allowed), (ran, state)
    moved = Event.objects.filter(case_id=place.case.pk).values_list("from_state", "to_state")
    entered = [to for was, to in moved if was != to and CaseState(to) is state]
    assert len(entered) <= 1 or state in {_S.REFUND_ATTENTION, _S.SETTLING, *AFTER}, entered


def test_each_pair_is_one_the_table_allows() -> None:
    assert len(RACES) >= 14
    for race in RACES.values():
        assert all((race.state, action) in MOVES for action in race.actions)


@pytest.mark.parametrize("name", RACES)
def test_one_wins_and_the_other_is_told(
    world: World, outside: Outside, numbers: Iterator[str], name: str
) -> None:
    run(RACES[name], name, 20, world=world, outside=outside, numbers=numbers)


def test_one_callback_heard_twice_at_once_is_one(world: World, outside: Outside) -> None:
    with Track() as track:
        for _ in range(20):
            place = Place(world, outside, "")
            hear = partial(contests.hear, place)
            assert all(one.done for one in track.run(hear, hear))
            assert InboxEvent.objects.filter(event_id=place.event).count() == 1
    summary.add("races", 20)


def test_one_line_opened_twice_at_once_has_one_request(
    world: World, outside: Outside, numbers: Iterator[str]
) -> None:
    with Track() as track:
        for _ in range(20):
            place = Place(world, outside, next(numbers))
            open_it = partial(contests.open_again, place)
            told = sorted((one.done, one.told) for one in track.run(open_it, open_it))
            assert told == [(False, "ALREADY_CLOSING"), (True, "")]
    summary.add("races", 20)
