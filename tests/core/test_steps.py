"""One order for everyone; a scope leaves steps out, never reorders them."""

import pytest

from xiaohu.core.moves import MOVES, Action
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope, Step, first_step, next_step, steps_for


@pytest.mark.parametrize("scope", list(Scope))
def test_walking_from_the_first_visits_all_in_order(scope: Scope) -> None:
    walked = [first_step(scope, orders=True)]
    while (following := next_step(walked[-1], scope)) is not None:
        walked.append(following)
    assert tuple(walked) == steps_for(scope)
    assert walked == sorted(walked, key=list(Step).index)


def test_leaving_the_app_never_touches_a_number() -> None:
    assert not {Step.FREEZE, Step.DISCONNECT, Step.QUARANTINE} & set(steps_for(Scope.ACCOUNT))


def test_closing_a_line_leaves_the_account() -> None:
    assert Step.CLOSE_ACCOUNT not in steps_for(Scope.LINE)


def test_service_stops_before_money_and_money_before_erasure() -> None:
    order = list(steps_for(Scope.BOTH))
    assert order.index(Step.DISCONNECT) < order.index(Step.CERTIFY) < order.index(Step.SETTLE)
    assert order.index(Step.REFUND) < order.index(Step.SEAL) < order.index(Step.ERASE)


def test_the_certificate_is_the_last_step_of_executing() -> None:
    assert MOVES[CaseState.EXECUTING, Action.CERTIFY].to is CaseState.SETTLING
    assert next_step(Step.CERTIFY, Scope.LINE) is Step.COLLECT_BILL


def test_without_anything_to_prepare_the_service_stops_first() -> None:
    assert first_step(Scope.LINE, orders=False) is Step.FREEZE
    assert first_step(Scope.ACCOUNT, orders=False) is first_step(Scope.ACCOUNT, orders=True)
