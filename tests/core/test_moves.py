"""Every state × action × actor is decided, and the dangerous ones by name."""

from itertools import product

import pytest

from xiaohu.core.actors import ActorKind
from xiaohu.core.moves import MOVES, Action, MoveNotAllowed, target
from xiaohu.core.states import TERMINAL, WITHDRAWABLE, CaseState, least_advanced


@pytest.mark.parametrize(("state", "action"), list(product(CaseState, Action)))
def test_the_table_alone_decides(state: CaseState, action: Action) -> None:
    move = MOVES.get((state, action))
    for actor in ActorKind:
        if move is not None and actor in move.actors:
            assert target(state=state, action=action, actor=actor) is move.to
        else:
            with pytest.raises(MoveNotAllowed):
                target(state=state, action=action, actor=actor)


def test_nothing_leaves_a_final_state() -> None:
    assert not [state for state, _ in MOVES if state in TERMINAL]


def test_every_other_state_can_be_left() -> None:
    assert {state for state, _ in MOVES} == set(CaseState) - TERMINAL


def test_every_state_but_the_first_can_be_reached() -> None:
    assert {move.to for move in MOVES.values()} >= set(CaseState) - {CaseState.DRAFT}


def test_withdrawing_ends_where_executing_begins() -> None:
    assert {state for state, action in MOVES if action is Action.WITHDRAW} == WITHDRAWABLE


def test_only_a_reviewer_decides() -> None:
    for (_, action), move in MOVES.items():
        if action in {Action.APPROVE, Action.REFUSE, Action.RETURN}:
            assert move.actors == {ActorKind.REVIEWER}


def test_only_the_worker_passes_the_point_of_no_return() -> None:
    into = {key: move for key, move in MOVES.items() if move.to is CaseState.EXECUTING}
    assert set(into) == {(CaseState.SCHEDULED, Action.EXECUTE)}
    assert all(move.actors == {ActorKind.WORKER} for move in into.values())


def test_a_case_shows_what_its_least_advanced_line_is_at() -> None:
    order = (
        CaseState.EXECUTING,
        CaseState.REFUND_ATTENTION,
        CaseState.SETTLING,
        CaseState.DONE,
    )
    for place, state in enumerate(order):
        assert least_advanced(order[place:]) is state
        assert least_advanced((*order[:place:-1], state)) is state
