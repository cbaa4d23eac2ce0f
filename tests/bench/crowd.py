"""The desk's queue when a hundred thousand cases wait: copies of one case, each with a line of its own."""

from django.db import connection
from django.db.models import Model
from django.test.utils import override_settings

from tests.bench.pages import officer, row
from tests.bench.rows import Row
from tests.bench.world import BenchWorld
from tests.closures.states import in_review
from tests.stories import closing_of
from xiaohu.closures.models import Case, Closing
from xiaohu.registry.models import Line

CASES = 100_000
VIEWS = ("waiting", "late", "all", "mine")


def measure(world: BenchWorld) -> list[Row]:
    """Return a row for each view of the queue, and one for the officer's day."""
    case = in_review(world.world)
    closing = closing_of(case)
    assert closing.line_id is not None
    for number, model, pk, own in (
        (1, Line, closing.line_id, {"subscription_id": "'CROWD' || n", "number_index": "NULL"}),
        (2, Case, case.pk, {"reference": "'C' || n"}),
        (3, Closing, closing.pk, {"case_id": _id(2), "line_id": _id(1)}),
    ):
        _copy(model, str(pk), {"id": _id(number), **own})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    desk = officer("crowd")
    note = f", {CASES:,} cases wait"
    paths = {f"queue_{name}": f"/desk/queue?view={name}" for name in VIEWS} | {"work": "/desk/"}
    with override_settings(ROOT_URLCONF="tests.bench.floor_page", ALLOWED_HOSTS=["*"]):
        return [row(f"crowd_{name}", desk, path, note=note) for name, path in paths.items()]


def _id(number: int) -> str:
    return f"('00000000-0000-4000-8{number:03d}-' || lpad(n::text, 12, '0'))::uuid"


def _copy(model: type[Model], pk: str, own: dict[str, str]) -> None:
    """Copy a row many times; `own` gives what differs, as SQL of the copy's number `n`."""
    columns = [f.column for f in model._meta.concrete_fields if f.column and not f.generated]
    values = [own.get(column, f'r."{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({names}) SELECT {", ".join(values)}'  # noqa: S608 - our own names
            f' FROM "{table}" r, generate_series(1, %s) n WHERE r.id = %s',
            [CASES, pk],
        )
