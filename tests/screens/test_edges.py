"""A table wider than its place shows an edge where more of it is, and none where there is no more."""

import pytest
from playwright.sync_api import Page

from tests.closures.states import in_review
from tests.screens.stage import Stage
from tests.screens.windows import Reading, Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "keystore"])]


def queue(stage: Stage, windows: Windows, width: int) -> Page:
    """Open the queue with one case in it."""
    in_review(stage.world)
    stage.officer()
    window = windows.of(Reading(width, "zh"))
    window.sit_down(stage)
    window.open(f"{stage.url}/desk/queue")
    return window.page


def edges(page: Page) -> tuple[bool, bool, str]:
    """Say whether there is more before and behind, and what is drawn for it."""
    script = """e => [e.hasAttribute('data-before'), e.hasAttribute('data-behind'),
        getComputedStyle(e).boxShadow]"""
    before, behind, drawn = page.locator(".scroll").evaluate(script)
    return before, behind, drawn


def scroll_to(page: Page, place: str) -> None:
    """Scroll the table sideways and wait until that was noticed."""
    page.locator(".scroll").evaluate(f"e => {{ e.scrollLeft = {place} }}")
    page.wait_for_timeout(100)


def test_on_a_phone_the_edge_follows_the_table(stage: Stage, windows: Windows) -> None:
    page = queue(stage, windows, 390)
    before, behind, drawn = edges(page)
    assert (before, behind) == (False, True)
    assert "inset" in drawn
    scroll_to(page, "40")
    assert edges(page)[:2] == (True, True)
    scroll_to(page, "e.scrollWidth")
    assert edges(page)[:2] == (True, False)
    page.goto("about:blank")


def test_where_all_of_it_is_seen_there_is_none(stage: Stage, windows: Windows) -> None:
    page = queue(stage, windows, 1280)
    assert edges(page) == (False, False, "none")
    page.goto("about:blank")
