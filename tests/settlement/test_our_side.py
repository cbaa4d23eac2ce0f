"""Our own side of a comparison: what is booked of each payment, and which closings are not at their end."""

from uuid import UUID, uuid4

import pytest

from tests.settlement.books import REFUNDABLE_FEN, on_its_way, row, settled
from tests.stories import NOON, OPERATOR
from xiaohu.core.reconciling import Booked, OurPayment
from xiaohu.settlement import corrections, ledger, reconciling

pytestmark = pytest.mark.django_db


def paid() -> tuple[UUID, UUID]:
    """Return a closing whose money was paid, and the payment."""
    closing_id, effect_id = on_its_way()
    ledger.post_refund(closing_id=closing_id, effect_id=effect_id, ends=True, now=NOON)
    return closing_id, effect_id


def known(*listed: UUID) -> dict[UUID, OurPayment]:
    """Return every payment of this operator."""
    return reconciling.payments(OPERATOR, listed=listed)


def test_a_payment_is_on_its_way_paid_or_came_back() -> None:
    waits, sent = on_its_way()
    done, made = paid()
    again, back = on_its_way()
    ledger.return_refund(closing_id=again, effect_id=back, now=NOON)
    assert known(made) == {
        sent: OurPayment(waits, REFUNDABLE_FEN, Booked.ON_ITS_WAY, listed=False),
        made: OurPayment(done, REFUNDABLE_FEN, Booked.PAID, listed=True),
        back: OurPayment(again, REFUNDABLE_FEN, Booked.CAME_BACK, listed=False),
    }
    assert reconciling.paid(OPERATOR) == {made}


def test_what_was_charged_back_is_no_payment_any_more() -> None:
    closing_id, effect_id = paid()
    corrections.charge_back(closing_id=closing_id, effect_id=effect_id, amount_fen=700, now=NOON)
    assert known()[effect_id] == OurPayment(
        closing_id, REFUNDABLE_FEN - 700, Booked.PAID, listed=False
    )
    rest = REFUNDABLE_FEN - 700
    corrections.charge_back(closing_id=closing_id, effect_id=effect_id, amount_fen=rest, now=NOON)
    assert known()[effect_id].booked is Booked.CHARGED_BACK
    assert known()[effect_id].amount_fen == REFUNDABLE_FEN
    assert reconciling.paid(OPERATOR) == frozenset()


def test_others_see_nothing_of_it() -> None:
    paid()
    assert reconciling.payments("another", listed=()) == {}
    assert reconciling.paid("another") == frozenset()
    assert list(reconciling.books("another")) == []


def test_what_a_settlement_says_is_what_was_posted() -> None:
    closing_id, _ = on_its_way()
    (book,) = reconciling.books(OPERATOR)
    assert (book.closing_id, book.said) == (closing_id, book.standing)
    assert book.said["left"] == REFUNDABLE_FEN
    assert (book.said["usage"], book.said["fees"], book.said["exit_fee"]) == (640, 100, 6000)


def test_money_is_not_at_its_end_until_it_is() -> None:
    waits, ended, stranger = settled(), paid()[0], uuid4()
    assert row(ended).completed_at == NOON
    assert set(reconciling.incomplete([waits, ended, stranger])) == {waits, stranger}
