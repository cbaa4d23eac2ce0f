"""Callbacks up to twenty times each, in any order, early, late, contradicting each other: one end."""

import json
from uuid import uuid4

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.faults import summary
from tests.faults.outside import deliver
from tests.faults.saga import Saga, running
from tests.faults.seeds import SEED, rng
from xiaohu.core.settlement import Purses
from xiaohu.gateways.models import InboxEvent
from xiaohu.queue.models import Effect

STEPS = st.lists(st.sampled_from(["beat", "hear", "hear", "minute"]), max_size=40)
SAID: tuple[dict[str, object], ...] = (
    {"type": "payout.paid", "amount_fen": 5, "currency": "CNY", "reference": "PAY-1"},
    {"type": "payout.refused", "reason": "account_closed"},
    {"type": "payout.paid", "amount_fen": 6, "currency": "USD", "reference": "PAY-2"},
    {"type": "payout.returned", "amount_fen": 5, "currency": "CNY", "reference": "PAY-1"},
)


def ended(steps: list[str]) -> tuple[object, ...]:
    """Return how the money of a closing ends when callbacks come between its beats like this."""
    made = Saga(Purses(12640, 0, 0, 0))
    with running(made):
        for step in steps:
            if step == "hear":
                made.call_back()
            elif step == "minute":
                made.rows.now += made.paying.can.settle_delay * 30
            else:
                made.workers[0].go_on()
        made.finish()
    books = [(debit, credit, fen) for debit, credit, fen, _ in made.rows.postings]
    return made.rows.row.is_open, made.rows.row.state, len(made.paying.deeds), sorted(books)


def permute(cases: int) -> None:
    """Go through so many orders of beats and callbacks."""
    undisturbed = ended([])

    @seed(SEED)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(STEPS)
    def always_the_same(steps: list[str]) -> None:
        assert ended(steps) == undisturbed

    always_the_same()
    summary.add("callback permutations", cases)


def shuffle(times: int) -> None:
    """Deliver several events of one effect, each up to twenty times, in a chance order."""
    chance = rng("callbacks")
    for turn in range(times):
        key = str(uuid4())
        said = chance.sample(SAID, chance.randint(1, len(SAID)))
        bodies = [json.dumps({**each, "key": key}).encode() for each in said]
        sent = [place for place in range(len(bodies)) for _ in range(chance.randint(1, 5))]
        chance.shuffle(sent)
        new = [deliver(bodies[place], event_id=f"{turn}-{place}-{key}") for place in sent]
        assert sum(new) == len(bodies) == InboxEvent.objects.filter(effect_id=key).count()
    assert not Effect.objects.exists()  # what is said of an effect never makes one


def test_the_end_does_not_depend_on_when_callbacks_come() -> None:
    permute(200)


@pytest.mark.django_db
def test_each_event_is_kept_once_however_often_it_comes() -> None:
    shuffle(50)
