"""No event holds a personal value: not one that is sealed anywhere, and not one that people type."""

import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.closures.states import in_review, refused
from tests.closures.test_refund import came_back
from tests.desk.officers import officer
from tests.stories import CLEAN, World, document_of, staff
from xiaohu.access.models import StaffUser
from xiaohu.closures import correcting, drafting
from xiaohu.closures.models import DocumentKind
from xiaohu.core.actors import ActorKind
from xiaohu.core.corrections import LONGEST_VALUE, Change
from xiaohu.core.retention import Category
from xiaohu.core.revealing import RevealReason
from xiaohu.core.steps import Scope
from xiaohu.trail import events
from xiaohu.trail.models import Event
from xiaohu.vault import records
from xiaohu.vault.models import SealedRecord
from xiaohu.vault.records import Ref
from xiaohu.vault.units import Unit

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
# What points at a person: words that are not our codes, addresses, and numbers of some length.
_TELLING = re.compile(r"[^\x00-\x7f]|@|\d{6}")
TYPED = "示例姓名 13000000099"


def sealed() -> set[str]:
    """Return every value that is sealed now and points at a person, as written and without +86."""
    refs = [
        Ref(Unit(row.kind, row.unit), Category(row.category)) for row in SealedRecord.objects.all()
    ]
    opened = records.open_many(operator="demo", refs=refs)
    values = {value for record in opened.values() for value in record.values()}
    telling = {value for value in values if len(value) > 1 and _TELLING.search(value)}
    return telling | {value.removeprefix("+86") for value in telling}


def told() -> list[str]:
    """Return everything that events hold."""
    return [events.canonical(event).decode() for event in Event.objects.all()]


def replace(world: World, value: str) -> None:
    """Have a document replaced, with something typed into it."""
    document = document_of(world.close(), DocumentKind.CERTIFICATE)
    assert document is not None
    people = staff("lin", ActorKind.COMPLIANCE), staff("zhao", ActorKind.ADMIN)
    correcting.ask(
        number=document.number,
        change=Change.REPLACE,
        reason="wrong_fact",
        corrections={"product": value},
        officer=people[0],
        now=world.now,
    )
    correcting.agree(number=document.number, officer=people[1], now=world.now)


def close_both(world: World) -> None:
    """Close a line and the account with it, a reason said in own words."""
    case = world.ready(scope=Scope.BOTH)
    drafting.set_contact(case_id=case.pk, to="someone@example.com")
    drafting.confirm_contact(case_id=case.pk)
    world.submit(case)
    world.clock.pass_(days=3, minutes=1)
    world.work()


def look_up(world: World) -> None:
    """Search at the desk by number and by name, and see a value in full."""
    case = in_review(world)
    desk = officer(world, "li", ActorKind.OFFICER).sign_in()
    for typed in (CLEAN, TYPED):
        desk.send("/search", find=typed)
    desk.send(
        f"/case/{case.reference}/reveal/number", reason=RevealReason.CALL_BACK.value, note=TYPED
    )


STORIES: dict[str, Callable[[World], object]] = {
    "a closing of both": close_both,
    "a refusal": refused,
    "a refund that came back": came_back,
    "a replaced document": lambda world: replace(world, TYPED),
    "a look at the desk": look_up,
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_no_event_holds_what_is_sealed_or_typed(
    world: World, story: Callable[[World], object]
) -> None:
    before = sealed()
    assert CLEAN in before
    story(world)
    values = before | sealed() | {TYPED, *TYPED.split()}
    found = [(value, text) for text in told() for value in values if value in text]
    assert found == []


@given(st.text(st.characters(categories=["L", "N"]), min_size=4, max_size=LONGEST_VALUE))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_event_holds_what_a_correction_says(made: tuple[World, str], value: str) -> None:
    world, number = made
    lin = StaffUser.objects.get(username="lin")
    correcting.ask(
        number=number,
        change=Change.REPLACE,
        reason="wrong_fact",
        corrections={"product": f"〔{value}〕"},
        officer=lin,
        now=world.now,
    )
    correcting.drop(number=number, officer=lin, now=world.now)
    assert not [text for text in told() if f"〔{value}〕" in text]


@pytest.fixture
def made(world: World) -> tuple[World, str]:
    """A world, and the number of a certificate in it."""
    document = document_of(world.close(), DocumentKind.CERTIFICATE)
    assert document is not None
    staff("lin", ActorKind.COMPLIANCE)
    return world, document.number
