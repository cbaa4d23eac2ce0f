"""What D5 shows of a decision is what the applicant then reads, word for word."""

from html.parser import HTMLParser

import pytest

from tests.desk.officers import Desk, officer, waiting
from tests.portal.browser import Answer, Browser, words
from tests.stories import World
from xiaohu.closures.models import Case

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
REASONS = {
    "approve": [],
    "return": ["payee_unclear", "contact_unreachable"],
    "refuse": ["duplicate", "not_the_holder"],
}
PAGES = {"approve": [""], "return": ["", "/fix"], "refuse": ["", "/refused"]}


class Previewed(HTMLParser):
    """Collects the paragraphs that are marked with the applicant's language."""

    def __init__(self) -> None:
        super().__init__()
        self.sentences: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a sentence."""
        self.inside = tag == "p" and "lang" in dict(attrs)
        if self.inside:
            self.sentences.append("")

    def handle_endtag(self, tag: str) -> None:
        """End it."""
        self.inside = self.inside and tag != "p"

    def handle_data(self, data: str) -> None:
        """Read it."""
        if self.inside:
            self.sentences[-1] += data


def previewed(answer: Answer) -> list[str]:
    """Return what a page of D5 says the applicant will read."""
    parser = Previewed()
    parser.feed(answer.content.decode())
    return parser.sentences


def taken(world: World, case: Case) -> Desk:
    """Return an officer who has taken a case."""
    desk = officer(world).sign_in()
    desk.send(f"/case/{case.reference}", claim="1")
    return desk


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("outcome", sorted(REASONS))
def test_the_preview_is_what_the_applicant_reads(world: World, outcome: str, language: str) -> None:
    case = waiting(world)
    Case.objects.filter(pk=case.pk).update(language=language)
    desk = taken(world, case)
    path = f"/case/{case.reference}/decide"
    looked = desk.send(path, outcome=outcome, reasons=REASONS[outcome], preview="1")
    case.refresh_from_db()
    assert (looked.status_code, case.state) == (200, "in_review")
    told = previewed(looked)
    assert len(told) > len(REASONS[outcome])
    assert desk.decide(case, outcome, *REASONS[outcome]).status_code == 302
    browser = Browser(world)
    browser.client.cookies["xh_lang"] = language
    browser.sign_in()
    read = " ".join(words(browser.open(f"/case/{case.pk}{page}")) for page in PAGES[outcome])
    assert [sentence for sentence in told if sentence not in read] == []


def test_a_preview_keeps_what_was_ticked_and_says_nothing_is_wrong(world: World) -> None:
    case = waiting(world)
    desk = taken(world, case)
    path = f"/case/{case.reference}/decide"
    shown = desk.send(path, outcome="refuse", reasons=["duplicate"], preview="1").content.decode()
    assert 'value="duplicate" id="id_reasons_' in shown
    assert shown.count("checked") == 1
    nothing = desk.send(path, outcome="refuse", preview="1")
    assert nothing.status_code == 200


def test_a_preview_shows_no_reason_there_is_not(world: World) -> None:
    case = waiting(world)
    desk = taken(world, case)
    path = f"/case/{case.reference}/decide"
    shown = desk.send(path, outcome="refuse", reasons=["nonsense"], preview="1")
    assert len(previewed(shown)) == 3
