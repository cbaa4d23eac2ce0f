"""What a subscriber can choose about an obstacle, and how each choice is carried out.

A choice is a promise: the table says who keeps it, and nothing else decides.
"""

from collections.abc import Mapping
from enum import StrEnum


class Choice(StrEnum):
    """What a subscriber can choose inside the case."""

    PAY = "pay"
    SET_OFF = "set_off"
    CLOSE_WITH_DEBT = "close_with_debt"
    WAIT_FOR_BILL = "wait_for_bill"
    PAY_DEPOSIT = "pay_deposit"
    SETTLE_LATER = "settle_later"
    PAY_EXIT_FEE = "pay_exit_fee"
    WAIT_FOR_CONTRACT_END = "wait_for_contract_end"
    DISPUTE_FEE = "dispute_fee"
    PAY_OFF = "pay_off"
    KEEP_PAYING = "keep_paying"
    RETURN_EQUIPMENT = "return_equipment"
    BOOK_PICKUP = "book_pickup"
    PAY_VALUE = "pay_value"
    CLOSE_SUBLINES = "close_sublines"
    PROMOTE_SUBLINE = "promote_subline"
    DETACH_SUBLINES = "detach_sublines"
    SPLIT_BUNDLE = "split_bundle"
    CLOSE_BUNDLE = "close_bundle"
    CHANGE_PAYER = "change_payer"
    LEAVE_NETWORK = "leave_network"
    DETACH_PAYER = "detach_payer"
    CANCEL_ORDER = "cancel_order"
    WAIT_FOR_ORDER = "wait_for_order"
    RESTORE = "restore"
    APPEAL = "appeal"
    CLOSE_ANYWAY = "close_anyway"
    REGISTER_FIRST = "register_first"
    OPERATOR_CLOSES = "operator_closes"


class CarriedOut(StrEnum):
    """Who keeps the promise of a choice."""

    ELSEWHERE = "elsewhere"  # by the person, at the operator; the obstacle goes at a recheck
    ORDER = "order"  # by an order to the operator, before the service stops
    SETTLEMENT = "settlement"  # in the last bill and what is left of the balance
    TIMING = "timing"  # by the day on which the line is closed
    PERSON = "person"  # by an officer, who decides on the request


_C = CarriedOut

CARRIED_OUT: Mapping[Choice, CarriedOut] = {
    Choice.PAY: _C.ELSEWHERE,
    Choice.SET_OFF: _C.SETTLEMENT,
    Choice.CLOSE_WITH_DEBT: _C.SETTLEMENT,
    Choice.WAIT_FOR_BILL: _C.SETTLEMENT,
    Choice.PAY_DEPOSIT: _C.ELSEWHERE,
    Choice.SETTLE_LATER: _C.SETTLEMENT,
    Choice.PAY_EXIT_FEE: _C.SETTLEMENT,
    Choice.WAIT_FOR_CONTRACT_END: _C.TIMING,
    Choice.DISPUTE_FEE: _C.PERSON,
    Choice.PAY_OFF: _C.ELSEWHERE,
    Choice.KEEP_PAYING: _C.ORDER,
    Choice.RETURN_EQUIPMENT: _C.ELSEWHERE,
    Choice.BOOK_PICKUP: _C.ORDER,
    Choice.PAY_VALUE: _C.SETTLEMENT,
    Choice.CLOSE_SUBLINES: _C.ORDER,
    Choice.PROMOTE_SUBLINE: _C.ORDER,
    Choice.DETACH_SUBLINES: _C.ORDER,
    Choice.SPLIT_BUNDLE: _C.ORDER,
    Choice.CLOSE_BUNDLE: _C.ORDER,
    Choice.CHANGE_PAYER: _C.ORDER,
    Choice.LEAVE_NETWORK: _C.ORDER,
    Choice.DETACH_PAYER: _C.ORDER,
    Choice.CANCEL_ORDER: _C.ORDER,
    Choice.WAIT_FOR_ORDER: _C.ELSEWHERE,
    Choice.RESTORE: _C.ELSEWHERE,
    Choice.APPEAL: _C.ELSEWHERE,
    Choice.CLOSE_ANYWAY: _C.PERSON,
    Choice.REGISTER_FIRST: _C.ELSEWHERE,
    Choice.OPERATOR_CLOSES: _C.PERSON,
}


def settles(choice: Choice | None) -> bool:
    """Say whether the request can go on with a choice made: what is done elsewhere must show first."""
    return choice is not None and CARRIED_OUT[choice] is not CarriedOut.ELSEWHERE
