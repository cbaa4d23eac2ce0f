"""What may become of a document already handed out, and what may be said differently in it."""

import pytest

from xiaohu.core.corrections import (
    LONGEST_VALUE,
    Change,
    ChangeReason,
    CorrectionRefused,
    ReasonNotForChange,
    require_corrections,
    require_reason,
)

SAID = {
    "product": "商务专线",
    "closed_at": "2026-11-26T04:00:00Z",
    "number_free_on": "2027-02-24",
    "filing_reference": "BA-0007",
    "amount_fen": "12640",
}
KNOWN = "closed_at, filing_reference, number_free_on, product"


def refused(corrections: dict[str, str]) -> dict[str, object]:
    """Return what a refusal of some corrections names."""
    with pytest.raises(CorrectionRefused) as found:
        require_corrections(ChangeReason.WRONG_FACT, corrections, said=SAID)
    return dict(found.value.params)


def test_a_document_issued_in_error_is_revoked_and_never_replaced() -> None:
    assert require_reason(Change.REVOKE, "issued_in_error") is ChangeReason.ISSUED_IN_ERROR
    assert require_reason(Change.REPLACE, "wrong_fact") is ChangeReason.WRONG_FACT
    with pytest.raises(ReasonNotForChange) as found:
        require_reason(Change.REPLACE, "issued_in_error")
    assert found.value.params == {"known": "key_not_trusted, wrong_fact"}


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("product", "商"),
        ("product", "商" * LONGEST_VALUE),
        ("closed_at", "2026-11-27T04:00:00Z"),
        ("number_free_on", "2027-02-25"),
        ("filing_reference", "BA-0008"),
    ],
)
def test_a_fact_may_be_said_differently(fact: str, value: str) -> None:
    require_corrections(ChangeReason.WRONG_FACT, {fact: value}, said=SAID)


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("product", ""),
        ("product", "商" * (LONGEST_VALUE + 1)),
        ("product", "商务\n专线"),
        ("product", SAID["product"]),
        ("closed_at", "2026-11-27T04:00:00"),
        ("closed_at", "2026-11-27T04:00:00+08:00"),
        ("closed_at", "yesterdayZ"),
        ("number_free_on", "20270225"),
        ("number_free_on", "2027-02-30"),
        ("filing_ended_at", "2026-11-27T04:00:00Z"),
        ("amount_fen", "1"),
    ],
)
def test_what_is_no_such_fact_says_nothing_new_or_is_money_is_refused(
    fact: str, value: str
) -> None:
    assert refused({fact: value}) == {"fact": fact, "known": KNOWN}


def test_a_wrong_fact_names_what_is_wrong_and_a_lost_key_need_not() -> None:
    assert refused({}) == {"fact": "–", "known": KNOWN}
    require_corrections(ChangeReason.KEY_NOT_TRUSTED, {}, said=SAID)
