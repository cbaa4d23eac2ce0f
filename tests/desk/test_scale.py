"""The queue and the day among many cases: read from their indexes, in a handful of questions."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desk.officers import officer, waiting
from tests.stories import World
from xiaohu.closures.models import Case
from xiaohu.desk import filtering, work
from xiaohu.desk.filtering import Filters

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
MANY = 2000
FEW_QUESTIONS = 15


def many(world: World, like: Case) -> None:
    """Add ended cases without lines, as years of work leave behind."""
    same = {field.attname: getattr(like, field.attname) for field in Case._meta.concrete_fields}
    for name in ("id", "reference", "due_order", "opened_at", "state", "ended_at"):
        same.pop(name)
    Case.objects.bulk_create(
        (
            Case(
                **same,
                id=uuid4(),
                reference=f"XH-2511-{n:04d}-ZZ",
                state="withdrawn",
                opened_at=world.now - timedelta(days=200, minutes=n),
                ended_at=world.now - timedelta(days=10),
            )
            for n in range(MANY)
        ),
        batch_size=500,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE closures_case")


def test_pages_deep_in_the_list_are_read_from_the_index(world: World) -> None:
    case = waiting(world)
    many(world, case)
    desk = officer(world).sign_in()
    found = filtering.filtered(Filters("all"), desk.officer, now=world.now)
    after = ""
    for _ in range(3):
        _, after = filtering.page_of(found, after)
    assert after
    cases, _ = filtering.page_of(found, after)
    assert len(cases) == work.PAGE
    plan = filtering.ids_behind(found, after).explain()
    assert "cases_by_urgency" in plan
    assert "Sort" not in plan


def test_the_day_and_the_queue_ask_a_handful(world: World) -> None:
    many(world, waiting(world))
    desk = officer(world).sign_in()
    for path in ("/", "/queue", "/queue?view=all"):
        desk.open(path)
        with CaptureQueriesContext(connection) as asked:
            assert desk.open(path).status_code == 200
        assert len(asked) <= FEW_QUESTIONS, path


def test_more_than_a_thousand_are_not_counted(world: World) -> None:
    many(world, waiting(world))
    desk = officer(world).sign_in()
    found = filtering.filtered(Filters("all"), desk.officer, now=world.now)
    assert filtering.count_of(found) == (filtering.MOST_COUNTED, True)
