"""PostgreSQL refuses money that does not add up; where books disagree, nothing goes on."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F

from tests.settlement.books import (
    REFUNDABLE_FEN,
    change,
    collected,
    post,
    reserved,
    settled,
    written,
)
from tests.stories import NOON, OPERATOR
from xiaohu.settlement import ledger
from xiaohu.settlement.ledger import LedgerBroken
from xiaohu.settlement.models import Account, Transfer

pytestmark = pytest.mark.django_db
# Each amount below nothing, with what else must be written for the sums to be right.
NEGATIVE: dict[str, dict[str, int]] = {
    "opening_fen": {"usage_fen": -1},
    "usage_fen": {"fees_fen": 1},
    "fees_fen": {"usage_fen": 1},
    "exit_fee_fen": {"usage_fen": 1},
    "device_fen": {"usage_fen": 1},
    "arrears_fen": {"usage_fen": 1},
    "forfeited_gift_fen": {"usage_fen": 1},
    "refundable_fen": {"usage_fen": 1, "refunded_fen": -1},
    "debt_fen": {},
    "operator_cost_fen": {},
    "refunded_fen": {},
    "unclaimed_fen": {},
    "waived_fen": {},
}


def post_twice(closing_id: UUID, effect_id: UUID | None) -> None:
    """Write the same transfer twice."""
    for _ in range(2):
        post(closing_id, Account.BALANCE, Account.UNCLAIMED, effect_id=effect_id)


REFUSED: dict[str, tuple[str, Callable[[UUID], None]]] = {
    "an imbalance": (
        "the_opening_balance_went_somewhere",
        lambda pk: change(pk, opening_fen=F("opening_fen") + 1),
    ),
    "a refund of more than is owed": (
        "never_more_than_owed",
        lambda pk: change(pk, refunded_fen=REFUNDABLE_FEN + 1),
    ),
    "what is owed, refunded and booked unclaimed": (
        "never_more_than_owed",
        lambda pk: change(pk, refunded_fen=REFUNDABLE_FEN, unclaimed_fen=1),
    ),
    "complete with money left": (
        "complete_when_all_is_returned",
        lambda pk: change(pk, refunded_fen=REFUNDABLE_FEN - 1, completed_at=NOON),
    ),
    "money set aside without an order": (
        "a refund goes against its order",
        lambda pk: post(pk, Account.USAGE, Account.REFUND_PENDING),
    ),
    "a payment of what was not set aside": (
        "what is paid was not set aside",
        lambda pk: post(pk, Account.BALANCE, Account.REFUNDED, effect_id=uuid4()),
    ),
    "a transfer to itself": (
        "a_transfer_goes_somewhere",
        lambda pk: post(pk, Account.BALANCE, Account.BALANCE),
    ),
    "a transfer of nothing": (
        "a_transfer_moves_something",
        lambda pk: post(pk, Account.BALANCE, Account.USAGE, amount_fen=0),
    ),
    "a transfer back": (
        "a_transfer_moves_something",
        lambda pk: post(pk, Account.BALANCE, Account.USAGE, amount_fen=-1),
    ),
    "settled twice": ("settled_once", lambda pk: post_twice(pk, None)),
    "refunded twice": ("each_refund_posted_once", lambda pk: post_twice(pk, uuid4())),
}


@pytest.mark.parametrize("attempt", REFUSED)
def test_the_database_refuses(attempt: str) -> None:
    constraint, write = REFUSED[attempt]
    closing_id = settled()
    before = written(closing_id)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write(closing_id)
    assert written(closing_id) == before


@pytest.mark.parametrize("column", NEGATIVE)
def test_no_amount_of_a_settlement_is_negative(column: str) -> None:
    closing_id = settled()
    columns = dict.fromkeys(NEGATIVE, 0) | NEGATIVE[column] | {column: -1}
    with pytest.raises(IntegrityError, match="no_negative_settlement"), transaction.atomic():
        change(closing_id, **columns)


@pytest.mark.parametrize("write", ["update", "delete"])
def test_what_was_posted_stays_posted(write: str) -> None:
    posted = Transfer.objects.filter(closing_id=settled())
    before = list(posted.values())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        posted.update(amount_fen=1) if write == "update" else posted.delete()
    assert list(posted.values()) == before


def test_nothing_is_settled_over_what_was_posted_before() -> None:
    closing_id = collected()
    post(closing_id, Account.USAGE, Account.BALANCE)
    with pytest.raises(LedgerBroken, match="balance"), transaction.atomic():
        ledger.settle_closing(operator=OPERATOR, closing_id=closing_id, now=NOON)
    assert ledger.of_closing(closing_id) is None


def test_nothing_is_set_aside_from_a_balance_that_disagrees() -> None:
    closing_id = settled()
    post(closing_id, Account.BALANCE, Account.UNCLAIMED)
    before = written(closing_id)
    with pytest.raises(LedgerBroken, match="balance"), transaction.atomic():
        ledger.reserve_refund(closing_id=closing_id, effect_id=uuid4(), now=NOON)
    assert written(closing_id) == before


@pytest.mark.parametrize("verb", [ledger.post_refund, ledger.return_refund])
def test_money_on_its_way_that_disagrees_arrives_nowhere(verb: Callable[..., int]) -> None:
    closing_id, effect_id = reserved()
    post(closing_id, Account.REFUND_PENDING, Account.BALANCE)
    before = written(closing_id)
    with pytest.raises(LedgerBroken, match="refund_pending"), transaction.atomic():
        verb(closing_id=closing_id, effect_id=effect_id, now=NOON)
    assert written(closing_id) == before
