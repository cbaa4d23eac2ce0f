"""Blind indexes: equal for equal values, apart for operators and purposes."""

from datetime import date
from uuid import uuid4

import pytest

from xiaohu.core.retention import Category
from xiaohu.vault import buckets, keys, units
from xiaohu.vault.buckets import ToKeep
from xiaohu.vault.index import blind_index
from xiaohu.vault.models import BucketRecord


def test_finds_the_same_value_again() -> None:
    first = blind_index(operator="demo", purpose="number", value="+8613000000001")
    assert first == blind_index(operator="demo", purpose="number", value="+8613000000001")
    assert len(first) == 32


@pytest.mark.parametrize(
    "other",
    [
        {"operator": "other", "purpose": "number", "value": "1"},
        {"operator": "demo", "purpose": "iccid", "value": "1"},
        {"operator": "demo", "purpose": "number", "value": "2"},
    ],
)
def test_tells_operators_purposes_and_values_apart(other: dict[str, str]) -> None:
    assert blind_index(operator="demo", purpose="number", value="1") != blind_index(**other)


@pytest.mark.django_db(databases=["default", "keystore"])
def test_a_bucket_of_a_month_ends_with_its_key() -> None:
    until = date(2028, 11, 30)
    closing = uuid4()
    kept = ToKeep(Category.REGISTRATION_IDENTITY, {"name": "测试"}, until)
    for _ in range(2):
        buckets.keep(operator="demo", subject_id=closing, kept=[kept])
    assert BucketRecord.objects.filter(subject_id=closing).count() == 1
    bucket = units.bucket(operator="demo", category=Category.REGISTRATION_IDENTITY, until=until)
    assert keys.destroy("demo", [bucket]) == 1
