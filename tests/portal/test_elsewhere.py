"""S5: an applicant the rules hear elsewhere reads where, and with what; an officer may still type."""

import pytest

from tests.closures import rulings
from tests.portal.browser import Browser, words
from tests.stories import World
from xiaohu.closures import applying
from xiaohu.closures.applying import ApplicantElsewhere, Details
from xiaohu.closures.models import Case
from xiaohu.core.applicants import ApplicantKind
from xiaohu.core.channels import CaseChannel

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
DETAILS = Details(
    name="李示例",
    document_number="11010119900307811X",
    holder_name="王示例",
    holder_document="E00000009",
)


@pytest.fixture
def draft(world: World) -> Case:
    """Return a draft under rules that hear heirs by phone or in a shop."""
    world.clock.pass_(minutes=5)
    rulings.publish("2026.12", '[applicants]\nelsewhere = ["heir"]', "", now=world.now)
    return world.draft()


def test_the_page_names_the_channels_and_the_papers(world: World, draft: Case) -> None:
    browser = Browser(world).sign_in()
    answer = browser.send(f"/case/{draft.pk}/who", kind="heir")
    said = words(answer)
    assert answer.status_code == 200
    for told in ("不在网上受理", "10000（示例）", "营业厅", "死亡证明", draft.reference):
        assert told in said
    draft.refresh_from_db()
    assert draft.applicant == "holder"


def test_others_ask_here_as_always(world: World, draft: Case) -> None:
    browser = Browser(world).sign_in()
    browser.send(f"/case/{draft.pk}/who", kind="holder")
    assert browser.at == f"/case/{draft.pk}/checks"


@pytest.mark.parametrize("kind", ["holder", "org_handler", "nobody"])
def test_only_who_may_ask_for_this_holder_is_asked_for_names(
    world: World, draft: Case, kind: str
) -> None:
    browser = Browser(world).sign_in()
    browser.open(f"/case/{draft.pk}/who/{kind}")
    assert browser.at == f"/case/{draft.pk}/who"


def test_the_verb_refuses_too_but_not_for_an_officer(world: World, draft: Case) -> None:
    heir = ApplicantKind.HEIR

    def ask() -> Case:
        return applying.set_applicant(case_id=draft.pk, kind=heir, details=DETAILS, now=world.now)

    with pytest.raises(ApplicantElsewhere):
        ask()
    Case.objects.filter(pk=draft.pk).update(channel=CaseChannel.DESK.value)
    assert ask().applicant == heir.value
