"""What the law keeps ends with its month; a hold keeps it longer, and gives it back."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

import pytest

from xiaohu.core.retention import Category
from xiaohu.vault import buckets, keys, units
from xiaohu.vault.buckets import Month, ToKeep
from xiaohu.vault.models import BucketRecord

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
PAID = Category.REFUND_PROOF
IDENTITY = Category.REGISTRATION_IDENTITY
NOVEMBER, DECEMBER = date(2031, 11, 30), date(2031, 12, 31)
OURS = "demo"


def kept(*said: tuple[Category, date]) -> UUID:
    """Keep something of a closing."""
    closing = uuid4()
    records = [ToKeep(category, {"what": category.value}, until) for category, until in said]
    buckets.keep(operator=OURS, subject_id=closing, kept=records)
    return closing


def read(*closings: UUID) -> dict[tuple[UUID, Category], dict[str, str]]:
    """Return what can be read of closings."""
    return buckets.open_kept(operator=OURS, subjects=closings)


def ended(category: Category = PAID, until: date = NOVEMBER) -> int:
    """End a month of a category."""
    return buckets.destroy(operator=OURS, category=category, until=until)


def month(until: date) -> units.Unit:
    """Return the unit of a month of payments."""
    return units.bucket(operator=OURS, category=PAID, until=until)


def released(closings: Sequence[UUID], hold: UUID, still: dict[UUID, UUID] | None = None) -> int:
    """Release a hold."""
    return buckets.release(operator=OURS, subjects=closings, hold_id=hold, still=still or {})


def test_what_is_kept_is_read_again_until_its_month_ends() -> None:
    first, second = kept((PAID, NOVEMBER), (IDENTITY, DECEMBER)), kept((PAID, DECEMBER))
    assert buckets.until_when(operator=OURS, subject_id=first) == {
        PAID: NOVEMBER,
        IDENTITY: DECEMBER,
    }
    assert read(first, second) == {
        (first, PAID): {"what": PAID.value},
        (first, IDENTITY): {"what": IDENTITY.value},
        (second, PAID): {"what": PAID.value},
    }
    assert [ended(), ended()] == [1, 0]
    assert set(read(first, second)) == {(first, IDENTITY), (second, PAID)}
    assert keys.was_destroyed(OURS, [month(NOVEMBER), month(DECEMBER)]) == {month(NOVEMBER)}


def test_another_operator_reads_and_ends_nothing() -> None:
    closing = kept((PAID, NOVEMBER))
    assert buckets.open_kept(operator="another", subjects=[closing]) == {}
    assert not buckets.is_kept(operator="another", subjects=[closing])
    assert buckets.destroy(operator="another", category=PAID, until=NOVEMBER) == 0
    assert buckets.is_kept(operator=OURS, subjects=[closing])


def test_what_ends_by_a_day_is_listed_by_month_what_is_held_apart() -> None:
    held, _, _ = kept((PAID, NOVEMBER)), kept((PAID, NOVEMBER)), kept((PAID, DECEMBER))
    buckets.hold(operator=OURS, subjects=[held], hold_id=uuid4())
    november, december = Month(PAID, NOVEMBER, 1, 1), Month(PAID, DECEMBER, 1, 0)
    assert buckets.months(operator=OURS, ending_by=NOVEMBER) == [november]
    assert buckets.months(operator=OURS, ending_by=DECEMBER) == [november, december]
    assert buckets.months(operator=OURS, ending_by=date(2031, 11, 29)) == []


def test_what_is_held_outlives_its_month_and_goes_with_its_hold() -> None:
    closing, hold = kept((PAID, NOVEMBER)), uuid4()
    assert buckets.hold(operator=OURS, subjects=[closing], hold_id=hold) == 1
    assert ended() == 0
    assert read(closing) == {(closing, PAID): {"what": PAID.value}}
    assert released([closing], hold) == 1
    assert not buckets.is_kept(operator=OURS, subjects=[closing])
    assert keys.was_destroyed(OURS, [units.hold(hold)])
    assert released([closing], hold) == 0


def test_what_was_held_goes_back_to_a_month_that_still_runs() -> None:
    closing, hold = kept((PAID, NOVEMBER)), uuid4()
    buckets.hold(operator=OURS, subjects=[closing], hold_id=hold)
    assert released([closing], hold) == 1
    assert read(closing) == {(closing, PAID): {"what": PAID.value}}
    assert ended() == 1


def test_what_one_hold_has_no_other_takes_but_it_passes_on_to_it() -> None:
    closing, first, second = kept((PAID, NOVEMBER)), uuid4(), uuid4()
    buckets.hold(operator=OURS, subjects=[closing], hold_id=first)
    assert buckets.hold(operator=OURS, subjects=[closing], hold_id=second) == 1
    assert BucketRecord.objects.get().hold == first
    assert released([closing], first, {closing: second}) == 1
    assert BucketRecord.objects.get().hold == second
    assert ended() == 0
    assert read(closing) == {(closing, PAID): {"what": PAID.value}}


def test_a_hold_over_other_closings_too_keeps_its_key() -> None:
    one, other, hold = kept((PAID, NOVEMBER)), kept((PAID, NOVEMBER)), uuid4()
    assert buckets.hold(operator=OURS, subjects=[one, other], hold_id=hold) == 2
    assert released([one], hold) == 1
    assert not keys.was_destroyed(OURS, [units.hold(hold)])
    assert set(read(one, other)) == {(one, PAID), (other, PAID)}
