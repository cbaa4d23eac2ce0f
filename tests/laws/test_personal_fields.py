"""Every field of every installed table is declared: sealed, an index, or not personal because of something."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

import xiaohu
from xiaohu.erasure.declared import DECLARED, Nature, nature_of

Field = tuple[str, str, str]
PERSONAL = {Nature.SEALED, Nature.INDEX, Nature.RESTING}


def fields(installed: Iterable[type[models.Model]]) -> set[Field]:
    """Return app, table and name of every concrete field, tables of libraries included."""
    return {
        (model._meta.app_label, model._meta.object_name or "", field.attname)
        for model in installed
        for field in model._meta.concrete_fields
    }


def installed() -> list[type[models.Model]]:
    """Return every model, those Django makes by itself included, and none of a test's own."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if not model.__module__.startswith("tests.")]


def undeclared(found: Iterable[Field]) -> set[Field]:
    """Return the fields nothing is said of."""
    return {one for one in found if nature_of(*one) is None}


def declared() -> list[Field]:
    """Return every declaration."""
    return [
        (app, table, name)
        for app, tables in DECLARED.items()
        for table, said in tables.items()
        for names in said.values()
        for name in names.split()
    ]


def test_every_field_is_declared() -> None:
    assert undeclared(fields(installed())) == set()


def test_a_planted_field_is_named() -> None:
    with isolate_apps("xiaohu.registry"):

        class Line(models.Model):
            number = models.CharField(max_length=11)

            class Meta:
                app_label = "registry"

        planted: list[Any] = [Line]
    assert undeclared(fields(planted)) == {("registry", "Line", "number")}


def test_nothing_is_declared_that_is_gone_or_twice() -> None:
    said = declared()
    assert set(said) <= fields(installed())
    assert len(said) == len(set(said))


def test_a_pattern_is_no_declaration() -> None:
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for _, _, name in declared())


def test_what_is_sealed_or_indexed_is_stored_as_bytes() -> None:
    for app, table, name in declared():
        if nature_of(app, table, name) in PERSONAL:
            field = apps.get_model(app, table)._meta.get_field(name)
            assert isinstance(field, models.BinaryField), f"{table}.{name}"


@pytest.mark.parametrize(
    "table",
    [name for tables in DECLARED.values() for name in tables if Nature.EMPTY in tables[name]],
)
def test_a_table_said_to_stay_empty_is_written_by_nothing_of_ours(table: str) -> None:
    sources = [
        path.read_text(encoding="utf-8")
        for path in Path(xiaohu.__file__).parent.rglob("*.py")
        if path.name != "declared.py"
    ]
    assert not any(re.search(rf"\b{table}\b", text) for text in sources)
