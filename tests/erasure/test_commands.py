"""`xiaohu stores`: what fits, what would be erased, what fails."""

import json
from typing import Any

import pytest

from tests.erasure.crm import VARIABLE, Crm
from tests.erasure.test_outside import people
from tests.stories import World
from xiaohu.erasure.stores import outages
from xiaohu.ops import prepare, stores
from xiaohu.ops.sentences import CannotStart
from xiaohu.ops.talking import OK, PARTLY, REFUSED

__all__ = ["people"]
pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def test_a_list_that_fits_is_good(world: World, people: Crm) -> None:
    said: list[str] = []
    assert stores.check(people.text(), operator="demo", out=said.append) == OK
    assert said == ["✓ crm：5 个数据集，没有问题"]


def test_what_vanished_is_named_and_refused(world: World, people: Crm) -> None:
    people.tell("DROP TABLE contract", "DROP INDEX orders_by_subscription")
    said: list[str] = []
    assert stores.check(people.text(), operator="demo", out=said.append) == REFUSED
    told = "\n".join(said)
    assert "✗ 外部系统清单 stores.crm.datasets.contracts：没有表 contract" in told
    assert "! 外部系统清单 stores.crm.datasets.orders：orders.subscription 没有索引" in told


def test_a_missing_secret_is_named(
    world: World, people: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    said: list[str] = []
    assert stores.check(people.text(), operator="demo", out=said.append) == REFUSED
    assert f"环境变量 {VARIABLE} 没有设置" in said[0]


def test_a_plan_counts_and_changes_nothing(world: World, people: Crm) -> None:
    case = world.submitted()
    before = people.canaries()
    said: list[str] = []
    case_id = stores.find(case.reference.lower(), operator="demo")
    assert case_id == case.pk
    assert stores.plan(case.pk, out=said.append) == OK
    assert set(said) == {
        "xiaohu.records  1",
        "xiaohu.indexes  1",
        "xiaohu.sessions  0",
        "xiaohu.asked  0",
        "xiaohu.copies  0",
        "xiaohu.restrictions  0",
        "crm.orders  delete  3",
        "crm.items  delete  6",
        "crm.contacts  null  1",
        "crm.people  delete  机主还有别的业务，不动",
        "crm.contracts  keep_until  1",
    }
    assert people.canaries() == before


def test_a_plan_says_what_is_away(
    world: World, people: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, people.address.replace("host=", "host=/nowhere"))
    said: list[str] = []
    assert stores.plan(world.submitted().pk, out=said.append) == PARTLY
    assert "crm.orders  delete  没有应答" in said


def test_the_standing_names_what_fails(world: World, people: Crm) -> None:
    said: list[str] = []
    assert stores.status(operator="demo", out=said.append) == OK
    outages.failed("demo", "crm", why="away", now=world.now)
    assert stores.status(operator="demo", out=said.append) == PARTLY
    assert said == ["crm  正常  等待 0 · 保留 0", "crm  没有应答  等待 0 · 保留 0"]


def in_json(said: list[str]) -> Any:
    """Return what a command gave as JSON, all of it."""
    return json.loads("".join(said))


def test_all_of_it_is_to_be_had_as_json(world: World, people: Crm) -> None:
    said: list[str] = []
    assert stores.check(people.text(), operator="demo", out=said.append, as_json=True) == OK
    assert in_json(said) == {"good": ["crm"], "flaws": []}
    people.tell("DROP TABLE contract")
    said.clear()
    assert stores.check(people.text(), operator="demo", out=said.append, as_json=True) == REFUSED
    (flaw,) = in_json(said)["flaws"]
    assert (flaw["why"], flaw["value"], flaw["stops"]) == ("no_table", "contract", True)
    said.clear()
    stores.plan(world.submitted().pk, out=said.append, as_json=True)
    failed = {one["dataset"]: one["why"] for one in in_json(said)["elsewhere"] if one["failed"]}
    assert failed == {"contracts": "no_table"}
    outages.failed("demo", "crm", why="away", now=world.now)
    said.clear()
    assert stores.status(operator="demo", out=said.append, as_json=True) == PARTLY
    told = in_json(said)
    assert told["stores"] == [{"store": "crm", "fails": "away", "waiting": 0, "kept": 0}]
    assert told["overdue"] == []


def test_no_start_on_a_list_that_cannot_be(world: World, people: Crm) -> None:
    prepare._require_stores()
    people.listed.write_text(people.text().replace("postgresql", "oracle"), encoding="utf-8")
    with pytest.raises(CannotStart, match=r"stores\.crm\.kind"):
        prepare._require_stores()
