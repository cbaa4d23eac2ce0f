"""What is said of a line: what may be owed, what is registered, and what counts as a date."""

from datetime import date

import pytest
from pydantic import ValidationError

from tests.core.lines import facts
from xiaohu.core.facts import LineStatus, RealName


def test_every_purse_but_the_gift_may_be_owed() -> None:
    line = facts(cash_fen=100, deposit_fen=20, promotion_fen=3, gift_fen=4000)
    assert line.refundable_fen == 123


@pytest.mark.parametrize(
    ("said", "owed"),
    [
        ({}, False),
        ({"gift_fen": 1}, False),
        ({"cash_fen": 1}, True),
        ({"balance_unknown": True}, True),
        ({"cash_fen": 1, "balance_unknown": True}, True),
    ],
)
def test_money_may_be_owed_where_some_is_there_or_nobody_can_say(
    said: dict[str, object], *, owed: bool
) -> None:
    assert facts(**said).may_be_owed is owed


@pytest.mark.parametrize("realname", RealName)
def test_only_a_sound_registration_is_one(realname: RealName) -> None:
    assert facts(realname=realname).is_registered is (realname is RealName.REGISTERED)


@pytest.mark.parametrize("status", LineStatus)
def test_restricted_and_banned_lines_are_limited_by_the_operator(status: LineStatus) -> None:
    limited = {LineStatus.RESTRICTED, LineStatus.BANNED}
    assert facts(status=status).is_restricted is (status in limited)


@pytest.mark.parametrize(
    ("said", "day"),
    [("2027-06-30", date(2027, 6, 30)), (date(2027, 6, 30), date(2027, 6, 30)), ("", None)],
)
def test_a_date_is_a_date_or_its_text(said: object, day: date | None) -> None:
    assert facts(contract_end_on=said).contract_end_on == day


@pytest.mark.parametrize("said", [0, 20270630, "30.6.2027", True])
def test_anything_else_is_no_date(said: object) -> None:
    with pytest.raises(ValidationError):
        facts(contract_end_on=said)
