"""S10: whoever uploads a paper sees how far it is, and lands on the page with the paper there."""

import pytest
from playwright.sync_api import FilePayload, Route

from tests.screens.of_answers import documents
from tests.screens.stage import Stage
from tests.screens.windows import Reading, Windows
from tests.stories import picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "keystore"])]


@pytest.mark.parametrize(
    ("data", "shows"), [(picture(), ".tag.ok"), (b"no picture", "[data-error-summary]")]
)
def test_says_how_far_it_is_and_what_became_of_it(
    stage: Stage, windows: Windows, data: bytes, shows: str
) -> None:
    path = documents(stage)
    window = windows.of(Reading(390, "zh"))
    window.sit_down(stage)
    window.open(stage.url + path)
    page, held = window.page, list[Route]()

    def hold(route: Route) -> None:
        held.append(route) if route.request.method == "POST" else route.continue_()

    page.route("**/documents", hold)
    paper: FilePayload = {"name": "paper.jpg", "mimeType": "image/jpeg", "buffer": data}
    page.set_input_files('main [name="file"]', paper)
    page.check('main [name="agreed"]')
    page.locator("form[data-upload] .button").click(no_wait_after=True)
    assert page.locator("form[data-upload] [role=status]").inner_text().startswith("已上传 ")
    for _ in range(250):  # The page says so before the browser hands the form to the route.
        if held:
            break
        page.wait_for_timeout(20)
    held[0].continue_()
    page.locator(f"main {shows}").first.wait_for()
    assert page.url == stage.url + path
    page.unroute("**/documents")
    page.goto("about:blank")
