"""Readers of every kind: narrow windows, large type, forced colours, wide spacing, no scripts, paper.

The short form takes one screen of each shape; the nightly one takes all of them.
"""

import pytest

from tests.screens.scenes import ALL, Scene
from tests.screens.stage import Stage
from tests.screens.test_scenes import SHORT  # noqa: F401 - registers the scenes
from tests.screens.windows import Reading, Window, Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "keystore"])]

FEW = (
    "S1-home",
    "S6-arrears",
    "S13-error",
    "S16-review",
    "S18-scheduled",
    "D3-queue",
    "D4-taken",
    "V2-valid",
)
READERS = {
    "narrow": Reading(320, "zh"),
    "narrow English": Reading(320, "en"),
    "elder": Reading(390, "zh", size="elder"),
    "forced colours": Reading(390, "zh", forced=True),
    "without scripts": Reading(390, "zh", scripts=False),
}
# WCAG 2.2, 1.4.12: nothing may be lost when a reader spaces text like this.
SPACED = """document.querySelectorAll('*').forEach(e => e.style.cssText +=
    ';line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important')"""
CLIPPED = """[...document.querySelectorAll('main *')].filter(e => e.children.length === 0
    && getComputedStyle(e).overflowX === 'hidden' && e.scrollWidth > e.clientWidth + 1
    && !e.closest('.hidden-text')).map(e => e.textContent.slice(0, 30))"""


def read(stage: Stage, windows: Windows, scene: Scene, reading: Reading) -> None:
    """Show a scene to a reader."""
    found = windows.of(reading).show(stage, scene, scene.arrange(stage))
    assert found == [], "\n".join(found)


def opened(stage: Stage, windows: Windows, scene: Scene) -> Window:
    """Open a scene on a phone and leave it open."""
    window = windows.of(Reading(390, "zh"))
    path = scene.arrange(stage)
    # Who sits at the browser is known only once the scene is arranged.
    window.sit_down(stage)
    window.open(stage.url + path)
    assert window.page.url == stage.url + path, "the scene leads elsewhere"
    return window


@pytest.mark.parametrize("name", FEW)
@pytest.mark.parametrize("reader", READERS)
def test_a_screen_suits(reader: str, name: str, stage: Stage, windows: Windows) -> None:
    read(stage, windows, ALL[name], READERS[reader])


@pytest.mark.nightly
@pytest.mark.parametrize("name", sorted(set(ALL) - set(FEW)))
@pytest.mark.parametrize("reader", READERS)
def test_every_screen_suits(reader: str, name: str, stage: Stage, windows: Windows) -> None:
    read(stage, windows, ALL[name], READERS[reader])


@pytest.mark.parametrize("name", FEW)
def test_wide_spacing_loses_nothing(name: str, stage: Stage, windows: Windows) -> None:
    window = opened(stage, windows, ALL[name])
    window.page.evaluate(SPACED)
    assert window.page.evaluate(CLIPPED) == []
    beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert window.page.evaluate(beyond) <= 0
    window.page.goto("about:blank")


@pytest.mark.parametrize("name", FEW)
def test_text_twice_as_large_fits(name: str, stage: Stage, windows: Windows) -> None:
    window = opened(stage, windows, ALL[name])
    window.page.evaluate("document.documentElement.style.fontSize = '200%'")
    beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert window.page.evaluate(beyond) <= 0
    window.page.goto("about:blank")


@pytest.mark.parametrize("name", ["S17-receipt", "S22-certificate", "H2-table"])
def test_paper_shows_the_content_and_nothing_to_press(
    name: str, stage: Stage, windows: Windows
) -> None:
    window = opened(stage, windows, ALL[name])
    window.page.emulate_media(media="print")
    seen = window.page.evaluate(
        "[...document.querySelectorAll('.button, .toolbar, .skip')]"
        ".filter(e => e.getClientRects().length).length"
    )
    assert seen == 0
    assert window.page.locator("h1").is_visible()
    window.page.emulate_media(media="screen")
    window.page.goto("about:blank")


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(
    ("name", "adds"), [("S15-effects", "[data-read-aloud]"), ("S17-receipt", "[data-copy]")]
)
def test_what_only_a_script_can_do_is_shown_only_with_scripts(
    name: str, adds: str, scripts: bool, stage: Stage, windows: Windows
) -> None:
    path = ALL[name].arrange(stage)
    window = windows.of(Reading(390, "zh", scripts=scripts))
    window.sit_down(stage)
    window.open(stage.url + path)
    assert window.page.locator(adds).count() == 1
    assert window.page.locator(adds).is_visible() is scripts
    window.page.goto("about:blank")


def test_nothing_of_the_warning_is_seen_before_its_time(stage: Stage, windows: Windows) -> None:
    window = opened(stage, windows, ALL["S17-receipt"])
    assert window.page.locator("#stay").count() == 1
    assert not window.page.locator("#stay").is_visible()
    window.page.evaluate("document.getElementById('stay').showModal()")
    assert window.page.locator("#stay button").is_visible()
    assert not window.page.locator("#stay a").is_visible()
    window.page.goto("about:blank")
