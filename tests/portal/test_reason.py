"""S11: why somebody closes, if they want to say so."""

import pytest

from tests.portal.browser import Browser, page, words
from tests.stories import World
from xiaohu.closures.models import Case

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def asked(world: World) -> Browser:
    """Return a browser at the question."""
    browser = Browser(world).sign_in()
    browser.choose_line()
    browser.prove()
    browser.open(f"{browser.home}/reason")
    return browser


def test_it_follows_the_proof_and_not_saying_is_chosen(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line()
    browser.prove()
    shown = page(browser.open(f"{browser.home}/reason"))
    assert 'value="not_said" id="id_choice_8" checked' in shown
    assert Case.objects.get().reason == "not_said"


def test_own_words_are_shown_before_submitting_and_asked_only_once(world: World) -> None:
    browser = asked(world)
    browser.send(choice="other", words="搬到外地")
    assert browser.at == f"{browser.home}/balance"
    browser.send(choice="original")
    browser.confirm_contact()
    browser.send()
    said = words(browser.open(browser.at))
    assert "其他 · 搬到外地" in said
    assert f"{browser.home}/reason" in page(browser.open(browser.at))


def test_too_many_words_are_refused_and_stay_typed(world: World) -> None:
    browser = asked(world)
    answer = browser.send(choice="other", words="长" * 201)
    assert answer.status_code == 422
    assert "请控制在 200 字以内" in words(answer)
    assert "长" * 201 in page(answer)


def test_nothing_is_offered_to_make_anybody_stay(world: World) -> None:
    browser = asked(world)
    said = words(browser.open(browser.at))
    assert not any(offer in said for offer in ("优惠", "挽留", "赠送", "套餐"))
