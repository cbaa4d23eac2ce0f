"""Where money can go."""

import pytest

from xiaohu.core.applicants import HolderKind, Paid
from xiaohu.core.banks import BANKS, matching
from xiaohu.core.destinations import DESTINATIONS, Asks, possible
from xiaohu.core.profile import RefundRoute

R = RefundRoute


def offered(holder: HolderKind, paid: Paid, *, other_lines: bool) -> set[RefundRoute]:
    """Return what a request may choose from where an operator offers everything."""
    return set(possible(tuple(R), holder=holder, paid=paid, other_lines=other_lines))


def test_every_way_of_a_profile_has_a_row() -> None:
    assert set(DESTINATIONS) == set(R)


def test_a_firm_has_no_wallet() -> None:
    assert R.WALLET not in offered(HolderKind.ORGANISATION, Paid.HOLDER, other_lines=True)


def test_another_line_is_offered_only_where_there_is_one() -> None:
    person = HolderKind.INDIVIDUAL
    assert R.OTHER_LINE in offered(person, Paid.HOLDER, other_lines=True)
    assert R.OTHER_LINE not in offered(person, Paid.HOLDER, other_lines=False)


def test_whoever_is_paid_in_the_holder_s_place_has_an_account_or_the_counter() -> None:
    assert offered(HolderKind.INDIVIDUAL, Paid.APPLICANT, other_lines=True) == {
        R.BANK_ACCOUNT,
        R.COUNTER,
    }


def test_leaving_it_behind_is_offered_last_and_only_where_it_may_be() -> None:
    asked = {"holder": HolderKind.INDIVIDUAL, "paid": Paid.HOLDER, "other_lines": False}
    assert R.WAIVE not in possible((R.WAIVE, R.ORIGINAL), **asked)  # type: ignore[arg-type]
    assert possible((R.WAIVE, R.ORIGINAL), **asked, waivable=True) == (R.ORIGINAL, R.WAIVE)  # type: ignore[arg-type]


def test_the_operator_s_order_is_kept() -> None:
    wanted = (R.COUNTER, R.ORIGINAL)
    assert (
        possible(wanted, holder=HolderKind.INDIVIDUAL, paid=Paid.HOLDER, other_lines=False)
        == wanted
    )


def test_what_goes_to_an_account_is_looked_at_by_a_person() -> None:
    accounts = {r for r in R if DESTINATIONS[r].asks in {Asks.ACCOUNT, Asks.WALLET}}
    assert accounts == {r for r in R if DESTINATIONS[r].reviewed}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("工行", "中国工商银行"),
        ("cmb ", "招商银行"),
        ("ＩＣＢＣ", "中国工商银行"),
        ("微众", "微众银行"),
    ],
)
def test_a_bank_is_found_by_a_part_of_its_name(typed: str, found: str) -> None:
    assert found in matching(typed)


def test_a_bank_nobody_knows_is_not_found() -> None:
    assert matching("示例银行") == ()
    assert len(BANKS) == len(set(BANKS))
