"""Each rule of the look is shown a page with one fault planted, and must name that fault.

A gate nobody has seen bite is no gate.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route

from tests.screens.looking import faults
from tests.screens.scenes import ALL
from tests.screens.stage import Stage
from tests.screens.test_scenes import SHORT  # noqa: F401 - registers the scenes
from tests.screens.windows import Reading, Window, Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "keystore"])]
PHONE = Reading(390, "zh")
ELDER = Reading(390, "zh", size="elder")
FORM = "S2-code"

# What is done to the page, by name of the fault, and how the look must speak of it.
PLANTED = {
    "sideways": ("document.querySelector('h1').style.width = '900px'", "scrolls sideways"),
    "language": ("document.documentElement.lang = 'fr'", "says its language is fr"),
    "doubled id": ("document.querySelector('h1').id = 'main'", "has the id main twice"),
    "second heading": (
        "document.querySelector('main').append(document.createElement('h1'))",
        "has 2 main headings",
    ),
    "raw key": (
        "document.querySelector('h1').textContent = 'home.lead'",
        "shows the key home.lead",
    ),
    "markup as words": (
        "document.querySelector('h1').textContent = '<span class=\"nowrap\">3</span>'",
        'shows <span class="nowrap"> as words',
    ),
    "torn reference": (
        "Object.assign(document.querySelector('main p'), {innerHTML: '<b>' + 'XH-2611-7K3M-9Q '.repeat(9) + '</b>'})",
        "breaks XH-2611-7K3M-9Q over two lines",
    ),
    "english in chinese": (
        "document.querySelector('h1').textContent = 'Choose one or more lines to close'",
        "in the other language",
    ),
    "small target": (
        "document.querySelector('.button').style.cssText = 'min-height:20px;padding:0'",
        "44 is least",
    ),
    "small letters": ("document.querySelector('main p').style.fontSize = '9px'", "is 9.0 px"),
    "inline style": (
        "document.querySelector('h1').setAttribute('style', 'color: red')",
        "carries style or script of its own",
    ),
    "field left behind": (
        "document.querySelector('main form').id = 'another'",
        "would lose number with another language or size",
    ),
    "label removed": ("document.querySelector('label').remove()", "axe violations: label"),
    "contrast lowered": (
        "document.querySelector('.button').style.color = '#3b82c4'",
        "axe violations: color-contrast",
    ),
    "picture without words": (
        "document.querySelector('main').append(document.createElement('img'))",
        "axe violations: image-alt",
    ),
    "no landmark": (
        "document.body.append(Object.assign(document.createElement('p'), {textContent: '示例'}))",
        "axe violations: region",
    ),
}


@pytest.fixture
def window(stage: Stage, windows: Windows) -> Iterator[Window]:
    """A sound page with a form."""
    made = windows.of(PHONE)
    made.sit_down(stage)
    made.open(stage.url + ALL[FORM].arrange(stage))
    assert made.look(stage.url) == []
    yield made
    made.page.goto("about:blank")


@pytest.mark.parametrize("name", sorted(PLANTED))
def test_a_fault_is_named(name: str, window: Window) -> None:
    script, said = PLANTED[name]
    window.page.evaluate(script)
    assert any(said in fault for fault in faults(window.page, "zh")), name


def test_an_error_the_title_does_not_tell_is_named(window: Window) -> None:
    window.page.evaluate("document.querySelector('.field').classList.add('wrong')")
    assert "has errors its title does not speak of" in faults(window.page, "zh", axe=False)


def test_small_text_in_the_large_version_is_named(stage: Stage, windows: Windows) -> None:
    made = windows.of(ELDER)
    made.sit_down(stage)
    made.open(f"{stage.url}/verify")
    assert made.look(stage.url) == []
    made.page.evaluate("document.documentElement.style.fontSize = '16px'")
    said = " ".join(faults(made.page, "zh", axe=False))
    assert "18 is least" in said
    assert "60 is least" in said
    made.page.goto("about:blank")


def test_a_heavy_script_is_named(
    stage: Stage, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.screens.looking._size", lambda _: 200 * 1024)
    made = windows.of(PHONE)
    made.sit_down(stage)
    made.open(f"{stage.url}/verify")
    assert any("of js, 25 is the budget" in fault for fault in made.look(stage.url))
    made.page.goto("about:blank")


def test_words_of_a_script_that_fails_are_named(window: Window, stage: Stage) -> None:
    window.page.evaluate("console.error('it broke')")
    window.page.evaluate("setTimeout(() => { throw new Error('it threw') })")
    window.page.wait_for_timeout(50)
    said = window.look(stage.url)
    assert "console: it broke" in said
    assert any("it threw" in fault for fault in said)


def test_what_the_policy_refuses_is_named(window: Window, stage: Stage) -> None:
    window.page.evaluate(
        "document.head.append(Object.assign(document.createElement('script'), {textContent: '1'}))"
    )
    assert any(fault.startswith("the policy refused") for fault in window.look(stage.url))


def test_another_host_is_named(window: Window, stage: Stage) -> None:
    def answer(route: Route) -> None:
        route.fulfill(status=200, body="")

    window.page.route("https://elsewhere.example/*", answer)
    asked = "fetch('https://elsewhere.example/x', {mode: 'no-cors'}).catch(() => 0)"
    _without_policy(window.page)
    window.page.reload()
    window.page.evaluate(asked)
    assert any("asks another host" in fault for fault in window.look(stage.url))
    window.page.unroute_all()


def test_an_unexpected_status_is_named(window: Window, stage: Stage) -> None:
    window.open(f"{stage.url}/no-such-page")
    assert "answers 404, 200 was expected" in window.look(stage.url)


def test_a_broken_picture_is_named(window: Window, stage: Stage) -> None:
    window.page.evaluate(
        "document.querySelector('main').append(Object.assign(new Image(), {src: '/nothing.png', alt: '示例'}))"
    )
    window.page.wait_for_timeout(300)
    assert any("/nothing.png answers 404" in fault for fault in window.look(stage.url))


def _without_policy(page: Page) -> None:
    """Let the page ask anybody, as if the policy had been forgotten."""

    def pass_on(route: Route) -> None:
        answer = route.fetch()
        headers = {k: v for k, v in answer.headers.items() if k != "content-security-policy"}
        route.fulfill(response=answer, headers=headers)

    page.route("**/sign-in*", pass_on)
