"""What a key belongs to."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from xiaohu.core.retention import Category, UnitKind

BUCKET_KIND = "bucket"
HOLD_KIND = "hold"
_BUCKETS = uuid.UUID("6f1f0c1e-4df1-4d6e-9d8e-0c6f3f1a7b52")


class Unit(NamedTuple):
    """A holder, line, account, case, or a bucket of kept records."""

    kind: str
    id: uuid.UUID


def of_kind(units: Iterable[Unit], kind: UnitKind) -> list[uuid.UUID]:
    """Return the ids of those units that are of a kind."""
    return [unit.id for unit in units if unit.kind == kind.value]


def counted(kind: UnitKind, found: Mapping[uuid.UUID, int]) -> Counter[Unit]:
    """Return what was counted by ids under the units of a kind."""
    return Counter({Unit(kind.value, id_): count for id_, count in found.items()})


def holder(id: uuid.UUID) -> Unit:  # noqa: A002 - the field's own name
    """Return the unit of everything known of a person."""
    return Unit(UnitKind.HOLDER.value, id)


def line(id: uuid.UUID) -> Unit:  # noqa: A002 - the field's own name
    """Return the unit of one line."""
    return Unit(UnitKind.LINE.value, id)


def account(id: uuid.UUID) -> Unit:  # noqa: A002 - the field's own name
    """Return the unit of a sign-in account."""
    return Unit(UnitKind.ACCOUNT.value, id)


def case(id: uuid.UUID) -> Unit:  # noqa: A002 - the field's own name
    """Return the unit of a case folder."""
    return Unit(UnitKind.CASE.value, id)


def assistance(id: uuid.UUID) -> Unit:  # noqa: A002 - the field's own name
    """Return the unit of one thing somebody asked of our people."""
    return Unit(UnitKind.ASSISTANCE.value, id)


def outside(id: uuid.UUID) -> Unit:  # noqa: A002 - the field's own name
    """Return the unit of what must be known to erase in another system at a later date."""
    return Unit(UnitKind.OUTSIDE.value, id)


def copy(id: uuid.UUID) -> Unit:  # noqa: A002 - the field's own name
    """Return the unit of one copy of records, from its making to its end."""
    return Unit(UnitKind.COPY.value, id)


def bucket(*, operator: str, category: Category, until: date) -> Unit:
    """Return the unit of all records kept on one basis until one month."""
    return Unit(BUCKET_KIND, uuid.uuid5(_BUCKETS, f"{operator}|{category.value}|{until:%Y-%m}"))


def hold(id: uuid.UUID) -> Unit:  # noqa: A002 - the field's own name
    """Return the unit of kept records that an authority wants kept on."""
    return Unit(HOLD_KIND, id)
