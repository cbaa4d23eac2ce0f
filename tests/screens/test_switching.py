"""Another language or size in the middle of a form: what was typed comes along."""

import pytest

from tests.screens.of_answers import for_the_holder
from tests.screens.stage import Stage
from tests.screens.windows import Reading, Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "keystore"])]


@pytest.mark.parametrize("button", ["English", "长辈版"])
def test_what_was_typed_comes_along(stage: Stage, windows: Windows, button: str) -> None:
    path = for_the_holder(stage)
    window = windows.of(Reading(390, "zh"))
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
