"""Closings that wait to erase go together, each with a receipt of its own; what cannot goes alone."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db.models import F, Q
from django.db.models.functions import Now
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.closures.test_ending_filing import restricted
from tests.erasure.crm import Crm, known, of_both_makers
from tests.faults.outside import clean_numbers
from tests.stories import World, closing_of
from xiaohu.closures import driver, fellows
from xiaohu.closures.models import Case, Closing, Outcome
from xiaohu.core.retention import UnitKind
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope, Step
from xiaohu.erasure import engine, outside
from xiaohu.erasure.models import StoreOutage
from xiaohu.erasure.stores.relational import Relational
from xiaohu.registry import lines
from xiaohu.registry.models import Line
from xiaohu.vault import keys
from xiaohu.vault.keystore.models import UnitKey
from xiaohu.vault.units import Unit

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
FOUND = {"orders": 3, "items": 6, "contacts": 1, "people": 1, "contracts": 1}


@pytest.fixture
def people(
    world: World, crm: Crm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Crm:
    """Return a database the service knows."""
    crm.listed = known(tmp_path, crm, monkeypatch, settings)
    return crm


@pytest.fixture
def night(world: World, people: Crm, tmp_path: Path) -> list[Closing]:
    """Return three closings that have everything behind them but erasing."""
    return bring(world, people, three(world, tmp_path))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return every dataset the database is told to erase, as it is told."""
    told: list[str] = []
    really = Relational.erase

    def erase(self: Relational, dataset: str, *args: Any, **kwargs: Any) -> int:
        told.append(dataset)
        return really(self, dataset, *args, **kwargs)

    monkeypatch.setattr(Relational, "erase", erase)
    return told


def three(world: World, folder: Path) -> list[Line]:
    """Return the lines of three people who have no other."""
    all_ = [world.line(number) for number in clean_numbers(folder / "lines.csv")]
    return [
        line for line in all_ if not lines.holders_of_others([line.holder_id], besides=[line.pk])
    ][:3]


def bring(world: World, people: Crm, some: list[Line]) -> list[Closing]:
    """Close lines as far as the step that erases; the operator's database knows who has them."""
    cases = []
    for at, line in enumerate(some):
        registered = lines.registered(line.operator, line.holder_id)
        number = lines.number(line)
        assert registered is not None
        people.add(
            subscription=line.subscription_id,
            number=number,
            document=registered.document_number,
            at=10 * at,
        )
        cases.append(world.submitted(number, scope=Scope.BOTH))
    world.clock.pass_(days=3, minutes=1)
    return [arrived(world, case) for case in cases]


def arrived(world: World, case: Case) -> Closing:
    """Carry a closing to the step that erases, where it lets others come."""
    closing = closing_of(case)
    for _ in range(10):
        driver.advance(closing_id=closing.pk, clock=world.clock)
        closing.refresh_from_db()
        if closing.step == Step.ERASE:
            return closing
        world.clock.at = max(world.now, closing.next_action_at or world.now)
    raise AssertionError(closing.step)


def take_up(world: World, closing: Closing) -> None:
    driver.advance(closing_id=closing.pk, clock=world.clock)


def steps(night: list[Closing]) -> list[str]:
    """Return where closings stand."""
    rows = Closing.objects.in_bulk([each.pk for each in night])
    return [rows[each.pk].step for each in night]


def jobs(closing: Closing) -> int:
    """Return how many jobs name a closing, alone or with others."""
    alone = Q(args__closing_id=str(closing.pk))
    return ProcrastinateJob.objects.filter(
        alone | Q(args__closing_ids__contains=[str(closing.pk)])
    ).count()


def attempts(night: list[Closing]) -> list[int]:
    """Return how often closings failed."""
    rows = Closing.objects.in_bulk([each.pk for each in night])
    return [rows[each.pk].attempts for each in night]


def ends(world: World, night: list[Closing]) -> None:
    """Let all closings end, each with a receipt that says how much it erased."""
    world.clock.pass_(minutes=1)
    world.work()
    for closing in night:
        closing.case.refresh_from_db()
        assert closing.case.state == CaseState.DONE
        receipt = engine.receipt_of(closing.pk)
        assert {one["dataset"]: one["found"] for one in receipt.outside} == FOUND
        assert receipt.counts["indexes"] == 2


@of_both_makers
def test_one_erases_for_all_that_wait(
    world: World, people: Crm, night: list[Closing], asked: list[str]
) -> None:
    assert people.canaries()["contact"] == 3  # the scan finds what was planted, of all three
    take_up(world, night[1])
    assert steps(night)[0] == steps(night)[2] == Step.STATEMENT
    assert sorted(set(asked)) == sorted(asked)  # each dataset once
    assert people.canaries() == dict.fromkeys(people.canaries(), 0) | {"contract": 3}
    assert not Closing.objects.filter(lease_until__isnull=False).exists()
    ends(world, night)


def test_each_is_named_by_a_job_before_and_after(
    world: World, people: Crm, night: list[Closing]
) -> None:
    before = [jobs(closing) for closing in night]
    assert min(before) >= 1  # it let others come
    take_up(world, night[0])
    assert [jobs(closing) for closing in night[1:]] == [count + 1 for count in before[1:]]


def test_the_keys_of_all_are_gone(world: World, people: Crm, night: list[Closing]) -> None:
    take_up(world, night[0])
    for closing in night:
        units = [unit for unit in ended(closing) if unit.kind != UnitKind.ACCOUNT.value]
        assert len(units) == 2
        assert keys.fetch(closing.operator, units) == {}
        assert keys.was_destroyed(closing.operator, units) == set(units)


def test_a_holder_goes_with_the_last_of_their_lines(
    world: World, people: Crm, tmp_path: Path
) -> None:
    some = three(world, tmp_path)
    night = bring(world, people, some)
    holder_id = some[0].holder_id
    Line.objects.filter(pk__in=[line.pk for line in some]).update(holder_id=holder_id)
    for closing in night:
        Case.objects.filter(pk=closing.case_id).update(holder_id=holder_id)
    take_up(world, night[0])
    world.work()
    holders = [unit.id for closing in night for unit in ended(closing) if is_holder(unit)]
    assert holders == [holder_id]
    states = [
        one["state"]
        for closing in night
        for one in engine.receipt_of(closing.pk).outside
        if one["dataset"] == "people"
    ]
    assert sorted(states) == ["done", "skipped", "skipped"]


def test_who_has_to_be_looked_at_first_is_not_taken_along(
    world: World, people: Crm, night: list[Closing]
) -> None:
    assert night[2].line is not None
    restricted(night[2].line)
    take_up(world, night[0])
    assert steps(night)[1:] == [Step.STATEMENT, Step.ERASE]
    world.work()
    closing = Closing.objects.get(pk=night[2].pk)
    assert (closing.trouble, closing.owner) == ("restriction_check", "operations")


@pytest.mark.parametrize(
    "left",
    [
        {"attempts": 1},
        {"trouble": "outside_away"},
        {"lease_until": Now() - timedelta(seconds=1)},
        {"lease_until": Now() + timedelta(seconds=30)},
        {"state": CaseState.REFUND_ATTENTION.value},
        {"is_open": False, "outcome": Outcome.CLOSED.value},
        {"operator": "another"},
    ],
    ids=["failed", "troubled", "fallen", "somebody's", "held back", "over", "another's"],
)
def test_nobody_takes_along_what_waits_for_something_else(
    world: World, people: Crm, night: list[Closing], left: dict[str, Any]
) -> None:
    Closing.objects.filter(pk=night[2].pk).update(**left)
    take_up(world, night[0])
    assert steps(night)[1:] == [Step.STATEMENT, Step.ERASE]


@pytest.mark.parametrize("left", [{"attempts": 1}, {"lease_until": Now() - timedelta(seconds=1)}])
def test_what_failed_or_saw_a_worker_die_goes_alone(
    world: World, people: Crm, night: list[Closing], left: dict[str, Any]
) -> None:
    Closing.objects.filter(pk=night[0].pk).update(**left)
    take_up(world, night[0])
    assert steps(night)[0] != Step.ERASE
    assert steps(night)[1:] == [Step.ERASE, Step.ERASE]
    ends(world, night)


def test_one_whose_key_is_lost_waits_and_the_others_go(
    world: World, people: Crm, night: list[Closing]
) -> None:
    lost = night[1]
    assert lost.line is not None
    UnitKey.objects.filter(unit=lost.line.pk).delete()
    for closing in night:
        take_up(world, closing)
    assert [step == Step.ERASE for step in steps(night)] == [False, True, False]
    lost.refresh_from_db()
    assert lost.trouble == "KEY_MISSING"


def test_one_that_another_worker_took_is_left_to_it(
    world: World, people: Crm, night: list[Closing], monkeypatch: pytest.MonkeyPatch
) -> None:
    really = Relational.erase

    def erase(self: Relational, *args: Any, **kwargs: Any) -> int:
        gone = really(self, *args, **kwargs)
        Closing.objects.filter(pk=night[1].pk, step=Step.ERASE).update(lease=F("lease") + 1)
        return gone

    with monkeypatch.context() as patched:
        patched.setattr(Relational, "erase", erase)
        take_up(world, night[0])
    assert steps(night)[1:] == [Step.ERASE, Step.STATEMENT]
    assert {row.found for row in outside.waiting([night[1].pk])} == {1, 3, 6}
    Closing.objects.update(lease_until=None)
    ends(world, night)


def test_one_with_more_than_fits_waits_for_a_turn_of_its_own(
    world: World, people: Crm, night: list[Closing], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("xiaohu.closures.outside.ERASES_FOR", 0.000_001)
        take_up(world, night[0])
    assert steps(night) == [Step.ERASE] * 3
    assert attempts(night) == [1, 0, 0]
    ends(world, night)


def test_one_whose_turn_did_not_come_is_not_stuck(
    world: World, people: Crm, night: list[Closing], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = people.text().replace("rows_per_second = 1000", "rows_per_second = 10")
    people.listed.write_text(slow, encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr("xiaohu.closures.outside.ERASES_FOR", 0.5)
        take_up(world, night[0])
    assert 0 < people.canaries()["order_item"] < 18
    waiting = outside.waiting([each.pk for each in night])
    assert {row.why for row in waiting if row.dataset == "items"} == {"more"}
    assert attempts(night) == [0, 0, 0]
    assert not StoreOutage.objects.exists()


def test_a_system_that_is_away_keeps_all_and_counts_against_one(
    world: World, people: Crm, night: list[Closing], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setenv("CRM_DATABASE", people.address.replace("host=", "host=/nowhere"))
        take_up(world, night[0])
    assert steps(night) == [Step.ERASE] * 3
    assert attempts(night) == [1, 0, 0]
    ends(world, night)


def test_a_system_that_may_take_its_time_is_asked_for_one_at_a_time(
    world: World, people: Crm, tmp_path: Path, night: list[Closing]
) -> None:
    paper = """
[stores.paper]
kind = "manual"
names = { zh = "纸质档案室", en = "Paper archive" }
[stores.paper.datasets.forms]
identity = "number"
todo = { zh = "销毁。", en = "Destroy it." }
fields = { form = "registration_identity" }
"""
    people.listed.write_text(people.text() + paper, encoding="utf-8")
    take_up(world, night[0])
    assert people.canaries()["contact"] == 2
    assert steps(night) == [Step.ERASE] * 3


def test_no_more_go_along_than_a_turn_has_time_for(
    world: World, people: Crm, night: list[Closing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fellows, "AT_ONCE", 2)
    take_up(world, night[0])
    assert sorted(steps(night)[1:]) == [Step.ERASE, Step.STATEMENT]


def ended(closing: Closing) -> list[Unit]:
    """Return the units a receipt names."""
    named = (name.split(":") for name in engine.receipt_of(closing.pk).units)
    return [Unit(kind, UUID(id_)) for kind, id_ in named]


def is_holder(unit: Unit) -> bool:
    return unit.kind == UnitKind.HOLDER.value
