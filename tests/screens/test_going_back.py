"""Back to a form that was wrong at first: the browser shows it again, and what was answered."""

import pytest

from tests.screens.of_answers import drafted
from tests.screens.stage import Stage
from tests.screens.windows import Reading, Windows
from xiaohu.core.profile import RefundRoute

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "keystore"])]


def test_a_form_put_right_is_there_again(stage: Stage, windows: Windows) -> None:
    balance = stage.url + f"{drafted(stage)}/balance"
    chosen = f'main [name="choice"][value="{RefundRoute.ORIGINAL.value}"]'
    window = windows.of(Reading(390, "zh"))
    window.sit_down(stage)
    window.open(balance)
    window.press("btn.continue")
    assert window.page.locator("[data-error-summary]").count() == 1
    window.page.check(chosen)
    window.press("btn.continue")
    assert window.page.url != balance
    window.page.go_back()
    assert window.page.url == balance
    assert window.page.is_checked(chosen)
    assert window.page.locator("[data-error-summary]").count() == 0
    window.page.goto("about:blank")
