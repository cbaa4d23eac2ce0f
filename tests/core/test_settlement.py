"""Every fen of the opening balance is accounted for."""

from hypothesis import given
from hypothesis import strategies as st

from xiaohu.core.settlement import Bill, Purses, settle

FEN = st.integers(min_value=0, max_value=10**9)


@given(st.builds(Purses, FEN, FEN, FEN, FEN), st.builds(Bill, FEN, FEN, FEN))
def test_the_amount_identity_holds(purses: Purses, bill: Bill) -> None:
    result = settle(purses, bill)
    spent = result.usage_fen + result.fees_fen + result.exit_fee_fen
    assert purses.total_fen == spent + result.refundable_fen + result.forfeited_gift_fen
    assert spent + result.debt_fen == bill.usage_fen + bill.fees_fen + bill.exit_fee_fen


@given(st.builds(Purses, FEN, FEN, FEN, FEN), st.builds(Bill, FEN, FEN, FEN))
def test_gift_never_pays_out(purses: Purses, bill: Bill) -> None:
    result = settle(purses, bill)
    assert result.refundable_fen <= purses.cash_fen + purses.deposit_fen + purses.promotion_fen
    assert result.debt_fen == 0 or (result.refundable_fen, result.forfeited_gift_fen) == (0, 0)


def test_gift_pays_first_and_cash_comes_back() -> None:
    purses = Purses(cash_fen=12640, deposit_fen=0, promotion_fen=1000, gift_fen=500)
    result = settle(purses, Bill(usage_fen=800, fees_fen=100, exit_fee_fen=0))
    assert (result.refundable_fen, result.forfeited_gift_fen, result.debt_fen) == (13240, 0, 0)


def test_what_nothing_covers_is_a_debt() -> None:
    purses = Purses(cash_fen=100, deposit_fen=0, promotion_fen=0, gift_fen=0)
    result = settle(purses, Bill(usage_fen=150, fees_fen=0, exit_fee_fen=30))
    assert (result.refundable_fen, result.debt_fen) == (0, 80)
