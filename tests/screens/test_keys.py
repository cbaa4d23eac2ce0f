"""The desk by keys alone: a clean case in a dozen, none of them in a field, none once switched off."""

import gzip
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.closures.states import in_review
from tests.desk.officers import OTHERS, waiting
from tests.screens.stage import Stage
from tests.screens.windows import Reading, Windows
from xiaohu.closures.models import Case

SCRIPTS = ("ui/static/ui/app.js", "desk/static/desk/desk.js")

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "keystore"])]
MOST_KEYS = 12


def at(stage: Stage, windows: Windows, path: str) -> Page:
    """Return the desk's window at an address."""
    window = windows.of(Reading(1280, "zh"))
    window.sit_down(stage)
    window.open(stage.url + path)
    return window.page


def press(page: Page, *keys: str) -> int:
    """Press keys, waiting for the page each leads to, and return how many they were."""
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_load_state()
        page.wait_for_timeout(300)
    return len(keys)


def test_a_clean_case_is_decided_in_a_dozen_keys(stage: Stage, windows: Windows) -> None:
    case = in_review(stage.world)
    stage.officer()
    page = at(stage, windows, "/desk/")
    pressed = 0
    for key, leads_to in (("a", "**/case/*"), ("e", "**/decide*"), ("Enter", "**/desk/")):
        pressed += press(page, key)
        page.wait_for_url(leads_to)
    assert pressed <= MOST_KEYS
    case.refresh_from_db()
    assert case.state == "scheduled"
    page.goto("about:blank")


def test_rows_are_walked_selected_and_opened(stage: Stage, windows: Windows) -> None:
    cases = {waiting(stage.world, number).reference for number in OTHERS}
    stage.officer()
    page = at(stage, windows, "/desk/queue")
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    press(page, "j", "j", "k", "x")
    assert asked == []
    assert page.locator("[name=case]:checked").count() == 1
    press(page, "Enter")
    assert page.url.rpartition("/")[2] in cases
    page.goto("about:blank")


def test_the_current_row_is_taken(stage: Stage, windows: Windows) -> None:
    waiting(stage.world, OTHERS[0])
    officer = stage.officer()
    page = at(stage, windows, "/desk/queue")
    press(page, "j", "a")
    page.wait_for_selector(".box.ok")
    assert Case.objects.get().officer == officer
    page.goto("about:blank")


def test_notes_search_help_and_queue_have_keys(stage: Stage, windows: Windows) -> None:
    case = in_review(stage.world)
    stage.officer()
    page = at(stage, windows, f"/desk/case/{case.reference}")
    press(page, "n")
    assert page.evaluate("document.activeElement.id") == "id_note"
    press(page, "g", "q", "/", "?")
    assert page.locator("#id_note").input_value() == "gq/?"
    page.evaluate("document.activeElement.blur()")
    press(page, "/")
    page.wait_for_url("**/desk/search")
    page.evaluate("document.activeElement.blur()")
    press(page, "g", "q")
    page.wait_for_url("**/desk/queue")
    press(page, "?")
    page.wait_for_url("**/desk/keys")
    page.goto("about:blank")


def test_the_command_menu_finds_by_words(stage: Stage, windows: Windows) -> None:
    stage.officer()
    page = at(stage, windows, "/desk/")
    press(page, "Control+k")
    page.keyboard.type("队列")
    press(page, "Enter")
    page.wait_for_url("**/desk/queue")
    page.goto("about:blank")


def test_keys_that_are_off_do_nothing(stage: Stage, windows: Windows) -> None:
    in_review(stage.world)
    stage.officer()
    stage.send("/desk/keys", single_keys="off")
    page = at(stage, windows, "/desk/")
    press(page, "a", "/", "?", "g", "q")
    assert page.url.endswith("/desk/")
    assert Case.objects.get().officer is None
    press(page, "Control+k")
    assert page.locator("#commands[open]").count() == 1
    page.goto("about:blank")


def test_own_scripts_stay_small() -> None:
    folder = Path(__file__).parents[2] / "xiaohu"
    size = sum(len(gzip.compress((folder / name).read_bytes())) for name in SCRIPTS)
    assert size <= 6 * 1024
