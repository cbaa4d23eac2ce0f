"""Where a unit's key is still needed: rows sealed under it, and the row of whoever it belongs to.

The vault sees its own records only. Rooms that seal files under a unit, or keep the row it is named
by, say so where the rooms are joined; a kind nobody spoke of is in use whatever happens.
"""

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Model

from xiaohu.core.retention import UnitKind
from xiaohu.vault.models import SealedRecord
from xiaohu.vault.units import Unit


class Place(NamedTuple):
    """A table, and its column that names units."""

    model: type[Model]
    column: str


_PLACES: dict[UnitKind, list[Place]] = {}


def register(kind: UnitKind, *places: tuple[type[Model], str]) -> None:
    """Let rooms name the tables of a kind of unit, each with the column of its id."""
    _PLACES[kind] = [Place(*place) for place in places]


def places(kind: UnitKind) -> list[Place]:
    """Return the tables that name units of a kind, sealed records aside."""
    return list(_PLACES.get(kind, ()))


def judged() -> list[str]:
    """Return the kinds of which it can be said that nothing needs their key any more."""
    return [kind.value for kind in _PLACES]


def of(units: Collection[Unit]) -> set[Unit]:
    """Return those units that a row still names."""
    ids = {unit.id for unit in units}
    rows = SealedRecord.objects.filter(unit__in=ids).values_list("kind", "unit")
    used = {Unit(kind, unit) for kind, unit in rows}
    for kind in {unit.kind for unit in units}.intersection(judged()):
        for model, column in _PLACES[UnitKind(kind)]:
            named = model._default_manager.filter(**{f"{column}__in": ids})
            used |= {Unit(kind, unit) for unit in named.values_list(column, flat=True)}
    return {unit for unit in units if unit in used or unit.kind not in judged()}
