"""Every screen by the Tab key alone: in reading order, always visible, never stuck, never covered."""

from dataclasses import dataclass

import pytest

from tests.screens.scenes import ALL
from tests.screens.stage import Stage
from tests.screens.test_readers import FEW, opened
from tests.screens.windows import Window, Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "keystore"])]

# One stop: its place in the document, whether a ring is drawn, and what lies on top of its middle.
STOP = """() => { const e = document.activeElement; if (!e || e === document.body) return null;
    const all = [...document.querySelectorAll('*')], box = e.getBoundingClientRect();
    const style = getComputedStyle(e), x = box.x + box.width / 2, y = box.y + Math.min(box.height / 2, 20);
    const top = document.elementFromPoint(x, y);
    return { at: all.indexOf(e), name: e.outerHTML.slice(0, 60),
        ring: parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== 'none',
        covered: !!top && !(e === top || e.contains(top) || top.contains(e)),
        radio: e.type === 'radio' }; }"""
REACHABLE = """[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea,'
    + 'summary, [tabindex="0"]')].filter(e => e.getClientRects().length && !e.disabled
    && e.tabIndex >= 0 && e.type !== 'radio').length"""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the focus rests."""

    at: int
    name: str
    ring: bool
    covered: bool
    radio: bool


def walk(window: Window) -> list[Stop]:
    """Press Tab until the focus leaves the page."""
    stops: list[Stop] = []
    for _ in range(200):
        window.page.keyboard.press("Tab")
        found = window.page.evaluate(STOP)
        if found is None or (stops and found["at"] == stops[0].at):
            return stops
        stops.append(Stop(**found))
    raise AssertionError("the focus goes round for ever")


@pytest.mark.parametrize("name", FEW)
def test_tab_goes_through_the_whole_page_in_reading_order(
    name: str, stage: Stage, windows: Windows
) -> None:
    window = opened(stage, windows, ALL[name])
    # An error summary takes the focus; the walk begins where a reader begins.
    window.page.evaluate("document.activeElement.blur(); window.getSelection().removeAllRanges()")
    reachable = window.page.evaluate(REACHABLE)
    stops = walk(window)
    places = [stop.at for stop in stops]
    if name != "S13-error":
        assert places == sorted(places)
        assert len([stop for stop in stops if not stop.radio]) == reachable
    assert [stop.name for stop in stops if not stop.ring] == []
    assert [stop.name for stop in stops if stop.covered] == []
    window.page.goto("about:blank")


def test_the_first_stop_leads_past_the_head(stage: Stage, windows: Windows) -> None:
    window = opened(stage, windows, ALL["S1-home"])
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Enter")
    assert window.page.evaluate("location.hash") == "#main"
    window.page.goto("about:blank")


def test_a_hidden_ring_is_noticed(stage: Stage, windows: Windows) -> None:
    window = opened(stage, windows, ALL["S1-home"])
    window.page.evaluate(
        "document.querySelectorAll('*').forEach(e => e.style.setProperty('outline', 'none', 'important'))"
    )
    assert not any(stop.ring for stop in walk(window))
    window.page.goto("about:blank")


def test_an_error_takes_the_focus_and_leads_to_its_field(stage: Stage, windows: Windows) -> None:
    scene = ALL["S13-error"]
    window = opened(stage, windows, scene)
    window.press(scene.press)
    assert window.page.evaluate("document.activeElement.matches('[data-error-summary]')")
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Enter")
    assert window.page.evaluate("document.activeElement.matches('[aria-invalid=true]')")
    window.page.goto("about:blank")
