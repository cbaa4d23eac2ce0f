"""What is said of each part follows from what is seen, and never claims more."""

import pytest

from xiaohu.core.working import Neighbour, Part, Signals, Works, judge, part_of, worst

ALL = dict.fromkeys(Neighbour, True)
WELL = Signals(keystore=True, worker=True, answers=ALL)


def without(neighbour: Neighbour) -> Signals:
    """Return signals in which one neighbour does not answer."""
    return Signals(keystore=True, worker=True, answers={**ALL, neighbour: False})


def not_ok(seen: Signals) -> dict[Part, Works]:
    """Return the parts that do not simply work."""
    return {part: works for part, works in judge(seen).items() if works is not Works.OK}


def test_everything_works_where_nothing_is_wrong() -> None:
    assert not_ok(WELL) == {}
    assert set(judge(WELL)) == set(Part)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (
            without(Neighbour.OPERATOR),
            {Part.CHECKS: Works.DOWN, Part.EXECUTION: Works.SLOW},
        ),
        (without(Neighbour.PAYOUT), {Part.REFUNDS: Works.SLOW}),
        (without(Neighbour.MESSAGES), {Part.SIGN_IN: Works.SLOW}),
        (
            Signals(keystore=False, worker=True, answers=ALL),
            {Part.SIGN_IN: Works.DOWN, Part.CHECKS: Works.DOWN},
        ),
        (
            Signals(keystore=True, worker=False, answers=ALL),
            dict.fromkeys((Part.EXECUTION, Part.REFUNDS, Part.CERTIFICATES), Works.DOWN),
        ),
        (
            Signals(keystore=True, worker=True, answers=ALL, late=frozenset({Part.REFUNDS})),
            {Part.REFUNDS: Works.SLOW},
        ),
        (
            Signals(keystore=True, worker=True, answers=ALL, events_wait=True),
            {Part.CERTIFICATES: Works.SLOW},
        ),
        (
            Signals(keystore=True, worker=True, answers=ALL, log_whole=False),
            {Part.CERTIFICATES: Works.SLOW},
        ),
    ],
)
def test_a_fault_shows_where_people_meet_it(seen: Signals, said: dict[Part, Works]) -> None:
    assert not_ok(seen) == said


def test_what_nobody_looked_at_is_not_called_well() -> None:
    said = not_ok(Signals(keystore=True, worker=True))
    assert set(said.values()) == {Works.UNKNOWN}
    assert Part.CERTIFICATES not in said


@pytest.mark.parametrize(
    ("step", "part"),
    [
        ("refund", Part.REFUNDS),
        ("certify", Part.CERTIFICATES),
        ("freeze", Part.EXECUTION),
        ("", Part.EXECUTION),
        ("nonsense", Part.EXECUTION),
    ],
)
def test_every_step_belongs_to_a_part(step: str, part: Part) -> None:
    assert part_of(step) is part


def test_the_worst_counts() -> None:
    assert worst(Works.OK, Works.DOWN, Works.SLOW) is Works.DOWN
    assert worst(Works.OK, Works.UNKNOWN) is Works.UNKNOWN
