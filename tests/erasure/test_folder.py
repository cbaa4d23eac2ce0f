"""A system behind a folder: asked, waited for, believed when it answers, and nothing left lying."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.stories import CLEAN, World, closing_of
from xiaohu.closures import erasing_later
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Step
from xiaohu.erasure import engine
from xiaohu.erasure.models import OutsideErasure, OutsideState, StoreOutage
from xiaohu.erasure.stores import file
from xiaohu.erasure.stores.file import StoresRefused
from xiaohu.erasure.stores.folder import Folder
from xiaohu.erasure.stores.shape import FolderStore
from xiaohu.ops import stores
from xiaohu.ops.talking import OK

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
FILE = """
[stores.ledger]
kind = "folder"
names = {{ zh = "老账务系统", en = "Old ledger" }}
path = "{path}"
[stores.ledger.datasets.accounts]
identity = "number"
fields = {{ holder = "registration_identity" }}
"""


@pytest.fixture
def shared(tmp_path: Path, settings: Any) -> Path:
    """Return a folder the service shares with another system."""
    folder = tmp_path / "shared"
    folder.mkdir()
    listed = tmp_path / "stores.toml"
    listed.write_text(FILE.format(path=folder), encoding="utf-8")
    settings.XIAOHU = settings.XIAOHU.model_copy(update={"stores_file": listed})
    return folder


@pytest.fixture
def waits(world: World, shared: Path) -> Closing:
    """Return a closing that waits for an answer."""
    return closing_of(world.close())


def request(shared: Path) -> dict[str, Any]:
    """Return the one request there is."""
    (place,) = (each for each in shared.iterdir() if ".answer" not in each.name)
    asked: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return asked


def answer(shared: Path, action: str, text: str) -> None:
    """Answer a request as the other side does."""
    (place,) = shared.glob(f"*.{action}.json")
    place.with_name(place.name.replace(".json", ".answer.json")).write_text(text, encoding="utf-8")


def later(world: World) -> None:
    """Let a few minutes go by."""
    world.clock.pass_(minutes=6)
    world.work()


def test_asks_waits_and_clears_up(world: World, waits: Closing, shared: Path) -> None:
    assert (waits.step, waits.owner) == (Step.ERASE, "")
    asked = request(shared)
    assert (asked["action"], asked["identity"]) == ("find", "number")
    assert CLEAN in asked["values"]
    answer(shared, "find", '{"found": 4}')
    later(world)
    assert json.loads(next(shared.glob("*.erase.json")).read_text())["action"] == "erase"
    assert closing_of(waits.case).step == Step.ERASE
    answer(shared, "erase", '{"found": 0}')
    later(world)
    waits.case.refresh_from_db()
    assert waits.case.state == CaseState.DONE
    assert [one["found"] for one in engine.receipt_of(waits.pk).outside] == [4]
    assert list(shared.iterdir()) == []
    assert not StoreOutage.objects.exists()


def test_the_name_of_a_request_tells_of_nobody(waits: Closing, shared: Path) -> None:
    (place,) = shared.iterdir()
    assert CLEAN[-11:] not in place.name
    assert not stat.S_IMODE(place.stat().st_mode) & stat.S_IRWXO


def test_what_the_law_keeps_leaves_nothing_in_the_folder_and_is_asked_anew(
    world: World, shared: Path
) -> None:
    listed = shared.with_name("stores.toml")
    text = listed.read_text(encoding="utf-8").replace('"number"', '"subscription_id"')
    listed.write_text(f'{text}strategy = "keep_until"\n', encoding="utf-8")
    closing = closing_of(world.close())
    answer(shared, "find", '{"found": 4}')
    later(world)
    closing.case.refresh_from_db()
    assert closing.case.state == CaseState.DONE
    assert list(shared.iterdir()) == []
    kept = OutsideErasure.objects.get()
    assert (kept.state, kept.found) == (OutsideState.KEPT, 4)
    assert kept.keep_until is not None
    world.clock.pass_(days=(kept.keep_until - world.now.date()).days + 3)
    for asked, text in (("find", '{"found": 3}'), ("erase", '{"found": 0}')):
        assert erasing_later.erase_due(now=world.now) == 1
        assert request(shared)["action"] == asked
        answer(shared, asked, text)
        world.clock.pass_(hours=1)
    erasing_later.erase_due(now=world.now)
    kept.refresh_from_db()
    assert kept.state == OutsideState.DONE
    assert list(shared.iterdir()) == []


def test_what_is_left_is_asked_for_again(world: World, waits: Closing, shared: Path) -> None:
    answer(shared, "find", '{"found": 4}')
    later(world)
    answer(shared, "erase", '{"found": 2}')
    later(world)
    assert closing_of(waits.case).step == Step.ERASE
    world.clock.pass_(minutes=30)
    world.work()
    answer(shared, "erase", '{"found": 0}')
    world.clock.pass_(minutes=60)
    world.work()
    waits.case.refresh_from_db()
    assert waits.case.state == CaseState.DONE


def test_people_look_after_one_that_does_not_answer(world: World, waits: Closing) -> None:
    world.clock.pass_(hours=23)
    world.work()
    assert closing_of(waits.case).owner == ""
    world.clock.pass_(hours=2)
    world.skip_until(waits.case, lambda: closing_of(waits.case).owner != "")
    found = closing_of(waits.case)
    assert (found.owner, found.trouble) == (HumanQueue.OPERATIONS, "outside_away")
    assert found.next_action_at is not None  # its answer is looked for all the same


@pytest.mark.parametrize("text", ["", "[]", '{"found": "0"}', '{"found": -1}', '{"found": true}'])
def test_an_answer_without_a_number_is_for_people(
    world: World, waits: Closing, shared: Path, text: str
) -> None:
    answer(shared, "find", text)
    later(world)
    found = closing_of(waits.case)
    assert (found.owner, found.trouble) == (HumanQueue.OPERATIONS, "outside_refused")


def test_a_folder_that_is_not_there_is_named(shared: Path) -> None:
    read, _ = file.parse(FILE.format(path=shared / "none"))
    store = read["ledger"]
    assert isinstance(store, FolderStore)
    with pytest.raises(StoresRefused) as refused:
        Folder("ledger", store, name_key=b"key")
    assert refused.value.params["why"] == "no_folder"


def test_a_plan_asks_for_nothing(world: World, shared: Path) -> None:
    said: list[str] = []
    assert stores.plan(world.submitted().pk, out=said.append) == OK
    assert said[-1] == "ledger.accounts  delete  等待对方答复"
    assert list(shared.iterdir()) == []
