"""Whatever is sealed under a unit's key is asked before that key goes as an orphan."""

from django.db import connection

from xiaohu.core.retention import UnitKind
from xiaohu.erasure.declared import DECLARED, Nature
from xiaohu.vault import in_use

# Not under the key of a unit that is swept, each with where it lies instead.
ELSEWHERE = {
    "UnitKey": "wrapped by the key of an epoch",
    "BucketRecord": "under the key of a month or a hold, which only their end destroys",
    "SealedRecord": "asked by the vault itself",
}


def sealed() -> set[str]:
    """Return the tables with a sealed column."""
    return {
        name
        for tables in DECLARED.values()
        for name, said in tables.items()
        if Nature.SEALED in said
    }


def test_every_table_that_seals_is_asked() -> None:
    asked = {place.model.__name__ for kind in UnitKind for place in in_use.places(kind)}
    assert sealed() - asked == set(ELSEWHERE)


def test_every_kind_of_unit_is_named_by_a_table_of_its_own() -> None:
    for kind in UnitKind:
        assert any(place.column == "pk" for place in in_use.places(kind)), kind


def test_every_column_holds_ids_of_units() -> None:
    for kind in UnitKind:
        for model, column in in_use.places(kind):
            name = model._meta.pk.attname if column == "pk" else column
            of_row = {field.attname: field for field in model._meta.concrete_fields}
            assert of_row[name].db_type(connection) == "uuid", f"{model.__name__}.{column}"
