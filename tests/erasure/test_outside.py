"""A closing erases in the operator's own systems first; what is down makes it wait and is told."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.erasure.archive import confirm
from tests.erasure.crm import CANARY, VARIABLE, Crm, known, of_both_makers
from tests.stories import CLEAN, LARGE, World, closing_of, staff
from xiaohu.closures import erasing_later, retrying
from xiaohu.closures.models import Case, Closing, HumanQueue
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope, Step
from xiaohu.erasure import engine, outside
from xiaohu.erasure.models import OutsideErasure, OutsideState, StoreOutage
from xiaohu.erasure.stores import outages
from xiaohu.queue.models import Effect
from xiaohu.registry import lines
from xiaohu.registry.models import Line
from xiaohu.trail.models import Event
from xiaohu.vault.keys import Erased

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
NOTHING_OF_THE_LINE = {"orders": 3, "order_item": 6, "contact": 1, "person": 2, "contract": 2}


@pytest.fixture
def people(
    world: World, crm: Crm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Crm:
    """Return a database the service knows, with the holders of two lines in it."""
    crm.listed = known(tmp_path, crm, monkeypatch, settings)
    for at, number in ((10, CLEAN), (20, LARGE)):
        line = world.line(number)
        registered = lines.registered(line.operator, line.holder_id)
        assert registered is not None
        crm.add(
            subscription=line.subscription_id,
            number=number,
            document=registered.document_number,
            at=at,
        )
    return crm


def scheduled(world: World, *, scope: Scope = Scope.LINE) -> Closing:
    """Return a closing whose time has come."""
    case = world.submitted(scope=scope)
    world.clock.pass_(days=3, minutes=1)
    return closing_of(case)


def row(closing: Closing, dataset: str) -> OutsideErasure:
    """Return what became of one dataset."""
    return OutsideErasure.objects.get(closing_id=closing.pk, dataset=dataset)


@of_both_makers
def test_one_closing_erases_everywhere_and_leaves_others(world: World, people: Crm) -> None:
    before = {table: 2 * count for table, count in people.canaries().items()}
    assert before["contact"] == 4  # the scan finds what was planted, of both
    case = world.close(scope=Scope.BOTH)
    assert case.state == CaseState.DONE
    assert people.canaries() == {**NOTHING_OF_THE_LINE, "person": 1}
    receipt = engine.receipt_of(closing_of(case).pk)
    assert {
        (one["store"], one["dataset"], one["state"], one["found"]) for one in receipt.outside
    } == {
        ("crm", "orders", "done", 3),
        ("crm", "items", "done", 6),
        ("crm", "contacts", "done", 1),
        ("crm", "people", "done", 1),
        ("crm", "contracts", "kept", 1),
    }


def test_nothing_changes_where_no_file_lists_any(world: World) -> None:
    case = world.close()
    assert engine.receipt_of(closing_of(case).pk).outside == []
    assert not OutsideErasure.objects.exists()


def test_rows_of_ours_name_nobody(world: World, people: Crm) -> None:
    line, number = world.line(), CLEAN
    case = world.close()
    told = str(list(OutsideErasure.objects.values())) + str(list(Effect.objects.values()))
    told += str(engine.receipt_of(closing_of(case).pk).outside)
    for secret in (number[-11:], line.subscription_id, CANARY):
        assert secret not in told


def test_a_holder_who_stays_is_not_looked_for(world: World, people: Crm) -> None:
    other = world.line(LARGE)
    Line.objects.filter(pk=other.pk).update(holder_id=world.line().holder_id)
    closing = scheduled(world, scope=Scope.BOTH)
    world.work()
    assert row(closing, "people").state == OutsideState.SKIPPED
    assert row(closing, "people").why == "holder_stays"
    assert people.canaries()["person"] == 2


def test_a_store_that_is_down_makes_the_closing_wait(
    world: World, people: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, people.address.replace("host=", "host=/nowhere"))
    closing = scheduled(world)
    world.work()
    closing.refresh_from_db()
    assert (closing.step, closing.trouble) == (Step.ERASE, "outside_away")
    assert closing.next_action_at is not None
    assert {one.why for one in outside.waiting([closing.pk])} == {"away"}
    assert lines.number(world_line(closing)) == CLEAN  # the keys are there until all is done
    monkeypatch.setenv(VARIABLE, people.address)
    world.skip_until(closing.case, lambda: _state(closing.case) == CaseState.DONE)
    assert people.canaries() == NOTHING_OF_THE_LINE


def test_people_are_asked_when_it_stays_down(
    world: World, people: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, people.address.replace("host=", "host=/nowhere"))
    closing = scheduled(world)
    world.skip_until(closing.case, lambda: closing_of(closing.case).owner != "")
    closing.refresh_from_db()
    assert (closing.owner, closing.trouble) == (HumanQueue.OPERATIONS, "outside_away")
    assert closing.next_action_at is not None  # it is tried all the same


def test_a_store_that_fails_again_and_again_is_left_alone(
    world: World, people: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    closing = scheduled(world)
    for _ in range(outages.FAILURES):
        outages.failed("demo", "crm", why="away", now=world.now)
    world.work()
    assert people.canaries()["order_item"] == 12  # nobody asked it
    assert row(closing, "orders").why == "away"
    world.clock.pass_(minutes=2)
    world.work()
    assert people.canaries() == NOTHING_OF_THE_LINE
    assert not StoreOutage.objects.exists()


def test_somebody_may_have_it_asked_at_once(world: World, people: Crm) -> None:
    closing = scheduled(world)
    for _ in range(outages.FAILURES):
        outages.failed("demo", "crm", why="away", now=world.now)
    world.work()
    Closing.objects.filter(pk=closing.pk).update(
        owner=HumanQueue.OPERATIONS.value, owner_due_at=world.now
    )
    retrying.try_again(
        case_id=closing.case_id, closing_id=closing.pk, officer=staff(), now=world.now
    )
    world.work()
    assert people.canaries() == NOTHING_OF_THE_LINE


@pytest.mark.parametrize(
    ("change", "why", "about"),
    [
        ("DROP TABLE contact", "no_table", "stores.crm.datasets.contacts: contact"),
        (
            "ALTER TABLE contact DROP COLUMN address",
            "no_column",
            "stores.crm.datasets.contacts: contact.address",
        ),
    ],
)
def test_what_does_not_fit_any_more_is_for_people(
    world: World, people: Crm, change: str, why: str, about: str
) -> None:
    people.tell(change)
    closing = scheduled(world)
    world.work()
    closing.refresh_from_db()
    assert (closing.owner, closing.trouble) == (HumanQueue.OPERATIONS, "outside_refused")
    waiting = OutsideErasure.objects.filter(closing_id=closing.pk, state="waiting")
    assert {(one.why, one.about) for one in waiting if one.dataset == "contacts"} == {(why, about)}
    assert {one.why for one in waiting if one.dataset != "contacts"} == {"behind"}


@pytest.mark.parametrize(
    ("change", "why", "about"),
    [
        ("DROP COLUMN subscription CASCADE", "no_column", "orders.subscription"),
        (
            "ALTER COLUMN subscription TYPE DATE USING '2026-11-24'",
            "wrong_type",
            "orders.subscription DATE",
        ),
    ],
)
def test_what_is_found_through_others_waits_where_they_do_not_fit(
    world: World, people: Crm, change: str, why: str, about: str
) -> None:
    people.tell(f"ALTER TABLE orders {change}")
    closing = scheduled(world)
    world.work()
    closing.refresh_from_db()
    assert closing.trouble == "outside_refused"
    named = row(closing, "orders")
    assert (named.why, named.about) == (why, f"stores.crm.datasets.orders: {about}")
    assert row(closing, "items").why == "behind"
    assert people.canaries()["order_item"] == 12


def test_a_number_that_rested_long_enough_may_be_somebody_elses(
    world: World, people: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, people.address.replace("host=", "host=/nowhere"))
    closing = scheduled(world)
    world.work()
    world.clock.pass_(days=200)
    monkeypatch.setenv(VARIABLE, people.address)
    people.tell("INSERT INTO contact VALUES (99, :n, '-', 'New', 'New')", n=int(CLEAN[3:]))
    world.work()
    closing.refresh_from_db()
    assert (closing.owner, closing.trouble) == (HumanQueue.OPERATIONS, "outside_by_hand")
    assert people.ask("SELECT name FROM contact WHERE id = 99") == [("New",)]
    assert people.canaries()["orders"] == 3
    passed_on = row(closing, "contacts")
    assert passed_on.why == "passed_on"
    confirm(world, passed_on)
    world.work()
    assert Case.objects.get(pk=closing.case_id).state == CaseState.DONE


def test_what_was_half_done_is_counted_whole(world: World, people: Crm) -> None:
    closing = scheduled(world)
    OutsideErasure.objects.create(
        operator="demo",
        closing_id=closing.pk,
        store="crm",
        dataset="items",
        names={},
        found=6,
        intended_at=world.now,
    )
    people.tell("DELETE FROM order_item WHERE order_id < 12")
    world.work()
    assert row(closing, "items").found == 6
    assert people.canaries() == NOTHING_OF_THE_LINE


def test_what_is_more_than_one_turn_goes_on(
    world: World, people: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xiaohu.closures.outside.ERASES_FOR", 0.000_001)
    people.listed.write_text(people.text().replace("batch = 2", "batch = 1"), encoding="utf-8")
    closing = scheduled(world)
    world.work()
    closing.refresh_from_db()
    assert (closing.step, closing.owner) == (Step.ERASE, "")


@pytest.fixture
def kept(world: World, people: Crm) -> OutsideErasure:
    """Return what a closing left in the database, since the law keeps it."""
    return row(closing_of(world.close()), "contracts")


def test_what_the_law_keeps_stays_until_its_date(
    world: World, people: Crm, kept: OutsideErasure
) -> None:
    assert (kept.state, str(kept.keep_until)) == (OutsideState.KEPT, "2028-11-30")
    world.clock.at = datetime(2028, 11, 30, 4, tzinfo=UTC)
    assert erasing_later.erase_due(now=world.now) == 0
    assert people.canaries()["contract"] == 2
    world.clock.pass_(days=1)
    assert erasing_later.erase_due(now=world.now) == 1
    assert people.canaries()["contract"] == 1
    kept.refresh_from_db()
    assert (kept.state, kept.found) == (OutsideState.DONE, 1)
    assert erasing_later.erase_due(now=world.now) == 0


def test_what_finds_it_then_is_sealed_and_goes_with_it(
    world: World, people: Crm, kept: OutsideErasure
) -> None:
    assert set(outside.kept_identities(kept).values) == {"subscription_id"}
    world.clock.at = datetime(2028, 12, 1, 4, tzinfo=UTC)
    erasing_later.erase_due(now=world.now)
    with pytest.raises(Erased):
        outside.kept_identities(kept)
    assert Event.objects.filter(action="erase_outside", case_id__isnull=False).count() == 1


def test_a_store_that_is_down_at_the_date_is_tried_again(
    world: World, people: Crm, kept: OutsideErasure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, people.address.replace("host=", "host=/nowhere"))
    world.clock.at = datetime(2028, 12, 1, 4, tzinfo=UTC)
    erasing_later.erase_due(now=world.now)
    kept.refresh_from_db()
    assert (kept.state, kept.why) == (OutsideState.KEPT, "away")
    world.clock.pass_(days=1)
    assert outside.overdue("demo", on=world.now.date()) == [kept]
    monkeypatch.setenv(VARIABLE, people.address)
    erasing_later.erase_due(now=world.now)
    assert people.canaries()["contract"] == 1


def test_a_table_that_changed_by_then_is_named_and_holds_up_nothing_else(
    world: World, people: Crm
) -> None:
    people.tell(
        "DROP TABLE IF EXISTS deed",
        "CREATE TABLE deed (id INTEGER PRIMARY KEY, subscription VARCHAR(64), seal VARCHAR(80))",
    )
    deeds = """
[stores.crm.datasets.deeds]
table = "deed"
column = "subscription"
identity = "subscription_id"
strategy = "keep_until"
fields = { seal = "registration_identity" }
"""
    people.listed.write_text(people.text() + deeds, encoding="utf-8")
    people.tell("INSERT INTO deed VALUES (1, :s, 'x')", s=world.line().subscription_id)
    closing = closing_of(world.close())
    people.tell("ALTER TABLE contract RENAME COLUMN subscription TO sub_id")
    world.clock.at = datetime(2028, 12, 1, 4, tzinfo=UTC)
    assert erasing_later.erase_due(now=world.now) == 2
    spoilt = row(closing, "contracts")
    assert (spoilt.state, spoilt.why) == (OutsideState.KEPT, "no_column")
    assert spoilt.about == "stores.crm.datasets.contracts: contract.subscription"
    assert row(closing, "deeds").state == OutsideState.DONE
    assert people.ask("SELECT * FROM deed") == []


def test_what_was_sealed_to_find_it_is_what_the_list_says(
    world: World, people: Crm, kept: OutsideErasure
) -> None:
    before = 'column = "subscription"\nidentity = "subscription_id"\nstrategy'
    people.listed.write_text(
        people.text().replace(before, before.replace("subscription_id", "iccid")), encoding="utf-8"
    )
    world.clock.at = datetime(2028, 12, 1, 4, tzinfo=UTC)
    erasing_later.erase_due(now=world.now)
    kept.refresh_from_db()
    assert (kept.state, kept.why) == (OutsideState.KEPT, "identity_changed")
    assert people.canaries()["contract"] == 2


def test_nobody_has_to_foresee_what_fails_for_the_others_to_go_on(
    world: World, people: Crm, kept: OutsideErasure, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(row: OutsideErasure) -> Any:
        raise KeyError(row.dataset)

    monkeypatch.setattr(outside, "kept_identities", fails)
    world.clock.at = datetime(2028, 12, 1, 4, tzinfo=UTC)
    assert erasing_later.erase_due(now=world.now) == 1
    kept.refresh_from_db()
    assert (kept.state, kept.why) == (OutsideState.KEPT, "stuck")


def test_all_that_is_due_is_looked_at_in_one_go(
    world: World, people: Crm, kept: OutsideErasure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "SWEPT", 2)
    OutsideErasure.objects.bulk_create(
        OutsideErasure(
            id=uuid4(),
            closing_id=uuid4(),
            operator=kept.operator,
            store="gone",
            dataset="rolls",
            names=kept.names,
            state=kept.state,
            keep_until=kept.keep_until,
            intended_at=kept.intended_at,
        )
        for _ in range(6)
    )
    world.clock.at = datetime(2028, 12, 1, 4, tzinfo=UTC)
    assert erasing_later.erase_due(now=world.now) == 7
    assert people.canaries()["contract"] == 1


def world_line(closing: Closing) -> Line:
    """Return the line of a closing."""
    assert closing.line is not None
    return closing.line


def _state(case: Case) -> str:
    case.refresh_from_db()
    return case.state
