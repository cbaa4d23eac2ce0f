"""The catalogue of notices: whole, each row shown or sent, nothing after the line is off goes to it."""

import pytest

from xiaohu.core.notices import (
    DECEASED,
    NOTICES,
    SAMPLES,
    Notice,
    Recipient,
    key,
    require_params,
    sent,
    together,
    told_before,
)

NUMBERS = [f"N{n:02d}" for n in range(1, 22)]
AFTER_THE_LINE = {
    Notice.CLOSED,
    Notice.REFUNDED,
    Notice.REFUND_FAILED,
    Notice.DONE,
    Notice.HELD,
    Notice.INVOLUNTARY_DONE,
    *DECEASED.values(),
} - {Notice.DECEASED_IN_REVIEW, Notice.DECEASED_RETURNED}


def test_has_every_number_of_the_catalogue() -> None:
    assert sorted({rule.number for rule in NOTICES.values()}) == NUMBERS


def test_has_a_row_for_every_notice() -> None:
    assert set(NOTICES) == set(Notice)


@pytest.mark.parametrize("notice", Notice)
def test_is_shown_or_sent(notice: Notice) -> None:
    rule = NOTICES[notice]
    assert rule.page or rule.to
    assert bool(rule.must) == bool(rule.to)


@pytest.mark.parametrize("notice", sent())
def test_needs_only_what_there_is_a_sample_of(notice: Notice) -> None:
    assert set(NOTICES[notice].must) <= set(SAMPLES)
    assert key(notice).startswith("sms.")


def test_never_tells_a_line_that_is_off() -> None:
    told = {notice: NOTICES[notice].to for notice in AFTER_THE_LINE}
    assert [notice for notice, to in told.items() if Recipient.LINE in to] == []


def test_asks_the_holder_everywhere_when_somebody_asks_for_a_closing() -> None:
    for receipt in (Notice.SUBMITTED, Notice.IN_REVIEW, Notice.DECEASED_IN_REVIEW):
        everyone = {to for notice in together(receipt) for to in NOTICES[notice].to}
        assert everyone == {
            Recipient.CASE_CONTACT,
            Recipient.REGISTERED_CONTACT,
            Recipient.LINE,
        }


def test_tells_of_a_changed_payee_on_every_old_channel() -> None:
    assert {Recipient.REGISTERED_CONTACT, Recipient.LINE} <= set(NOTICES[Notice.PAYEE_CHANGED].to)


def test_tells_of_a_closing_by_the_operator_on_two_channels() -> None:
    assert len(NOTICES[Notice.INVOLUNTARY].to) == 2


def test_tells_others_the_least_there_is_to_tell() -> None:
    others = [rule for rule in NOTICES.values() if Recipient.AFFECTED in rule.to]
    assert len(others) == 3
    assert {rule.must for rule in others} == {("day",)}


@pytest.mark.parametrize(("ordinary", "after_a_death"), list(DECEASED.items()))
def test_words_after_a_death_need_no_more_and_reach_the_same_people(
    ordinary: Notice, after_a_death: Notice
) -> None:
    usual, gentle = NOTICES[ordinary], NOTICES[after_a_death]
    assert gentle.number == "N20"
    assert set(gentle.must) <= set(usual.must)
    assert (gentle.to, gentle.also) == (usual.to, usual.also)


def test_somebody_at_two_addresses_is_told_once_at_each() -> None:
    assert told_before(Notice.PAYEE_CHANGED, Recipient.CASE_CONTACT) == ()
    assert told_before(Notice.PAYEE_CHANGED, Recipient.LINE) == (
        Recipient.CASE_CONTACT,
        Recipient.REGISTERED_CONTACT,
    )
    assert Recipient.CASE_CONTACT in told_before(Notice.REQUESTED, Recipient.REGISTERED_CONTACT)


@pytest.mark.parametrize("notice", sent())
def test_refuses_what_cannot_be_said(notice: Notice) -> None:
    said = {name: SAMPLES[name] for one in together(notice) for name in NOTICES[one].must}
    require_params(notice, said)
    for name in said:
        with pytest.raises(LookupError, match=name):
            require_params(notice, {n: v for n, v in said.items() if n != name})
    with pytest.raises(LookupError, match="unknown holder_name"):
        require_params(notice, {**said, "holder_name": "示例"})
