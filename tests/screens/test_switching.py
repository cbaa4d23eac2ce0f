"""Another language or size in the middle of a form: what was typed comes along, scripts or none."""

import pytest

from tests.screens.of_answers import for_the_holder
from tests.screens.of_start import many_lines
from tests.screens.stage import Stage
from tests.screens.windows import Reading, Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "keystore"])]
scripts_or_none = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])


@scripts_or_none
@pytest.mark.parametrize("button", ["English", "长辈版"])
def test_what_was_typed_comes_along(
    stage: Stage, windows: Windows, button: str, scripts: bool
) -> None:
    path = for_the_holder(stage)
    window = windows.of(Reading(390, "zh", scripts=scripts))
    window.sit_down(stage)
    window.open(stage.url + path)
    window.page.select_option('main [name="document_kind"]', "passport")
    window.page.fill('main [name="name"]', "代办示例")
    with window.page.expect_navigation():
        window.page.get_by_role("button", name=button, exact=True).click()
    assert window.page.url == stage.url + path
    assert window.page.input_value('main [name="name"]') == "代办示例"
    assert window.page.input_value('main [name="document_kind"]') == "passport"
    assert window.page.locator("[data-error-summary]").count() == 0
    assert window.said == []
    window.page.goto("about:blank")


@scripts_or_none
def test_enter_still_sends_the_form(stage: Stage, windows: Windows, scripts: bool) -> None:
    path = for_the_holder(stage)
    window = windows.of(Reading(390, "zh", scripts=scripts))
    window.sit_down(stage)
    window.open(stage.url + path)
    with window.page.expect_navigation():
        window.page.press('main [name="name"]', "Enter")
    assert window.page.locator("html").get_attribute("lang") == "zh-CN"
    assert window.page.locator("[aria-invalid=true]").count()
    window.page.goto("about:blank")


def test_enter_in_the_search_of_lines_searches(stage: Stage, windows: Windows) -> None:
    path = many_lines(stage)
    window = windows.of(Reading(390, "zh", scripts=False))
    window.sit_down(stage)
    window.open(stage.url + path)
    window.page.fill('[name="sought"]', "0012")
    with window.page.expect_navigation():
        window.page.press('[name="sought"]', "Enter")
    assert window.page.locator('[name="choice"]').count() == 1
    window.page.goto("about:blank")
