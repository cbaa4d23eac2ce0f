"""What was once found to end wrong, each by a name of its own, so that it never comes back."""

from datetime import timedelta

from tests.faults.providers import Mood
from tests.faults.saga import REFUNDED, Saga, running
from tests.faults.workers import Worker
from xiaohu.core.settlement import Purses
from xiaohu.core.states import CaseState

FEN = 12640


def saga() -> Saga:
    """Return a closing with some cash and an empty bill."""
    return Saga(Purses(FEN, 0, 0, 0))


def go_to(worker: Worker, point: str) -> None:
    """Let a worker run to a point."""
    while worker.at != point:
        assert worker.go_on(), f"it never came to {point}"


def end_turns(worker: Worker, made: Saga, *, minutes: int) -> None:
    """Let a worker take a turn a minute."""
    for _ in range(minutes):
        made.rows.now += timedelta(minutes=1)
        while worker.go_on():
            pass


def test_a_worker_stopped_before_its_call_does_not_pay_what_was_paid_elsewhere() -> None:
    """It had written down that it would pay, was stopped, and woke when others had done it.

    They had looked its key up, found nothing, sent it again and been refused; the holder named
    another account, and it was paid under a new key. The provider does not remember refusals, so
    the old key would have been paid as well.
    """
    made = saga()
    first, other = made.workers
    with running(made):
        go_to(first, "refund.before_call")
        made.paying.mood = Mood.REFUSES
        end_turns(other, made, minutes=4)
        assert made.rows.row.state == CaseState.REFUND_ATTENTION
        made.send_again()
        end_turns(other, made, minutes=2)
        assert made.rows.standing(REFUNDED) == FEN
        while first.go_on():
            pass
    assert sum(deed.amount_fen for deed in made.paying.deeds) == FEN


def test_a_worker_killed_while_the_answer_was_on_its_way_leaves_it_to_be_found() -> None:
    made = saga()
    with running(made):
        go_to(made.workers[0], "refund.before_call")
        go_to(made.workers[0], "on its way")
        made.workers[0].die()
        made.finish()
    assert len(made.paying.deeds) == 1
    assert not made.rows.row.is_open


def test_an_answer_lost_for_longer_than_keys_are_remembered_is_for_a_person() -> None:
    made = saga()
    with running(made):
        made.paying.mood = Mood.LOSES_ANSWER
        go_to(made.workers[0], "refund.before_call")
        go_to(made.workers[0], "on its way")
        made.workers[0].die()
        made.rows.now += timedelta(hours=25)
        made.finish()
    assert len(made.paying.deeds) == 1
    assert made.rows.row.trouble == "refund_unresolved"
    assert made.rows.row.owner


def test_a_refusal_that_was_a_lie_is_found_out_by_people_and_not_paid_again() -> None:
    """The provider cannot be asked; it signed that it refused what it had paid, and later the truth.

    In between the holder had named another account. Nothing goes there until people have decided,
    and then nothing is left to go.
    """
    made = Saga(Purses(FEN, 0, 0, 0), idempotent=False, lookup=False)
    made.paying.mood = Mood.LOSES_ANSWER
    with running(made):
        end_turns(made.workers[0], made, minutes=1)
        made.call_back(lie="refused")
        end_turns(made.workers[0], made, minutes=1)
        assert made.rows.row.state == CaseState.REFUND_ATTENTION
        made.call_back()
        made.finish(people=True)
    assert sum(deed.amount_fen for deed in made.paying.deeds) == FEN
    assert made.rows.standing(REFUNDED) == FEN
    assert not made.rows.row.is_open
