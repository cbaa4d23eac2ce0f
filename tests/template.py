"""A world made once for each worker; its rows are put back for every test that wants one.

Rules are checked and lines imported by their own verbs, once. A test then gets the same rows back by
COPY, inside its own transaction: a hundred times faster, and with the same ids, so that what the
process remembers of rules and keys stays true.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connections, transaction

from tests.stories import Clock, Outside, World, set_up

DATABASES = ("default", "keystore")


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything in one table, as the database writes it."""

    database: str
    table: str
    text: bytes


@dataclass(frozen=True, slots=True)
class Template:
    """The rows of a world of thirty lines, and the export they came from."""

    rows: tuple[Rows, ...]
    export: Path

    def world(self, folder: Path) -> World:
        """Return a world as `stories.set_up` makes it. Call inside the transaction of a test."""
        for rows in self.rows:
            with (
                connections[rows.database].cursor() as cursor,
                cursor.copy(f'COPY "{rows.table}" FROM STDIN') as into,
            ):
                into.write(rows.text)
        export = folder / self.export.name
        shutil.copyfile(self.export, export)
        outside = Outside(folder)
        outside.start(export)
        return World(Clock(), outside)


def made(folder: Path) -> Template:
    """Make a world, take its rows, and leave both databases as they were."""
    before = _filled()
    with _undone():
        set_up(folder).outside.stop()
        rows = tuple(_taken(*place) for place in _filled() if place not in before)
    return Template(rows, folder / "lines.csv")


@contextmanager
def _undone() -> Iterator[None]:
    """Roll back whatever is done inside."""
    with ExitStack() as blocks:
        for database in DATABASES:
            block = transaction.atomic(using=database)
            block._from_testcase = True  # type: ignore[attr-defined] # as Django: durable blocks may begin inside
            blocks.enter_context(block)
            blocks.callback(_roll_back, database)
        yield


def _roll_back(database: str) -> None:
    transaction.set_rollback(True, using=database)


def _filled() -> list[tuple[str, str]]:
    """Return every table that holds something."""
    found = []
    for database in DATABASES:
        connection = connections[database]
        for table in sorted(connection.introspection.table_names()):
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')  # noqa: S608 - a table of ours
                if cursor.fetchone():
                    found.append((database, table))
    return found


def _taken(database: str, table: str) -> Rows:
    with (
        connections[database].cursor() as cursor,
        cursor.copy(f'COPY "{table}" TO STDOUT') as out,
    ):
        return Rows(database, table, b"".join(bytes(part) for part in out))
