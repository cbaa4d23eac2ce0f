"""Wherever one follows a request, the way to object or complain is on the page."""

import pytest

from tests.closures.states import case_in, refused, returned
from tests.portal.browser import Browser, page
from tests.stories import World
from xiaohu.closures.models import Case
from xiaohu.core.states import CaseState

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def arranged(world: World, state: CaseState) -> Case:
    """Return a case in a state."""
    special = {CaseState.REFUSED: refused, CaseState.AWAITING_CUSTOMER: returned}
    return special[state](world) if state in special else case_in(world, state)


@pytest.mark.parametrize(
    ("state", "paths"),
    [
        (CaseState.SCHEDULED, ["", "/submitted", "/withdraw"]),
        (CaseState.AWAITING_CUSTOMER, ["", "/fix"]),
        (CaseState.EXPIRED, ["", "/fix"]),
        (CaseState.REFUND_ATTENTION, ["", "/refund"]),
        (CaseState.REFUSED, ["", "/refused"]),
        (CaseState.DONE, ["", "/certificate", "/statement", "/withdraw"]),
    ],
)
def test_the_way_to_complain_is_on_the_page(
    world: World, state: CaseState, paths: list[str]
) -> None:
    case = arranged(world, state)
    browser = Browser(world).sign_in_by_reference(case)
    for path in paths:
        assert 'href="/help/complaint"' in page(browser.open(f"/case/{case.pk}{path}")), path
