"""A forgotten password: by a code to a line or to the registered contact, and never more than that."""

import pytest

from tests.portal.browser import PASSWORD, Browser, facts, give_password, page, still, words
from tests.stories import CLEAN, LARGE, World
from xiaohu.access.models import SubscriberAccount, SubscriberSession
from xiaohu.access.sessions import Method
from xiaohu.closures.models import Case
from xiaohu.core.proofs import ProofMethod
from xiaohu.proofing import proofs

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])

NEW = "another long password"
ME, MINE = "demo00001", "demo00001@example.com"


def ask(world: World, **given: str) -> Browser:
    """Ask for a code that lets one set another password."""
    give_password(world)
    browser = Browser(world)
    browser.send("/sign-in/recover?next=/cases", **{"username": ME, **given})
    return browser


def proven(world: World) -> Browser:
    """Return a browser that may set another password."""
    browser = ask(world, to="recover_contact")
    browser.send(code=browser.code(MINE))
    assert browser.at == "/sign-in/recover/password"
    return browser


def test_a_code_to_the_registered_contact_leads_to_another_password(world: World) -> None:
    browser = proven(world)
    said = words(browser.send(password=NEW))
    assert browser.at == "/cases"
    assert "密码已重新设置" in said
    answer = Browser(world).send("/sign-in", username=ME, password=NEW)
    assert answer.status_code == 200


def test_the_holder_is_told_at_the_contact_and_at_a_line(world: World) -> None:
    proven(world).send(password=NEW)
    world.send_notices()
    for to in (MINE, CLEAN):
        assert "密码已于2026-11-23 12:00用验证码重设" in world.outside.inbox(to)[0]


def test_a_refused_password_tells_nobody(world: World) -> None:
    proven(world).send(password="short")
    world.send_notices()
    assert world.outside.inbox(CLEAN) == []


def test_a_code_to_a_line_of_ones_own_does_too(world: World) -> None:
    browser = ask(world, to="recover_line", number=CLEAN)
    browser.send(code=browser.code(CLEAN))
    browser.send(password=NEW)
    assert browser.at == "/cases"


def test_the_line_of_somebody_else_gets_no_code_and_the_same_page(world: World) -> None:
    mine = ask(world, to="recover_line", number=CLEAN)
    world.send_notices()
    before = world.outside.inbox(LARGE)
    other = ask(world, to="recover_line", number=LARGE)
    world.send_notices()
    assert world.outside.inbox(LARGE) == before
    shown = [
        still(browser.open("/sign-in/code")).replace(number[-4:], "*")
        for browser, number in ((mine, CLEAN), (other, LARGE))
    ]
    assert shown[0] == shown[1]


def test_an_unknown_user_gets_the_pages_of_a_known_one(world: World) -> None:
    known = ask(world, to="recover_contact")
    unknown = ask(world, to="recover_contact", username="nobody at all")
    outcomes = [(browser.at, still(browser.send(code="000000"))) for browser in (known, unknown)]
    assert outcomes[0] == outcomes[1]


def test_every_other_session_ends_and_the_old_password_too(world: World) -> None:
    earlier = Browser(world).sign_in()
    proven(world).send(password=NEW)
    earlier.open("/cases")
    assert earlier.at.startswith("/sign-in")
    answer = Browser(world).send("/sign-in", username=ME, password=PASSWORD)
    assert answer.status_code == 422


def test_for_a_week_it_proves_no_more_than_the_code_did(world: World) -> None:
    browser = proven(world)
    browser.send(password=NEW)
    assert SubscriberSession.objects.get().method == Method.CODE
    browser.choose_line()
    case = Case.objects.get()
    assert proofs.given(case.pk) == {ProofMethod.CODE}
    for days, method in ((6, Method.CODE), (2, Method.PASSWORD)):
        world.clock.pass_(days=days)
        SubscriberSession.objects.all().delete()
        Browser(world).send("/sign-in", username=ME, password=NEW)
        assert SubscriberSession.objects.get().method == method


def test_leave_to_set_it_holds_once(world: World) -> None:
    browser = proven(world)
    kept = browser.client.cookies["xh_reset"].value
    browser.send(password=NEW)
    browser.client.cookies["xh_reset"] = kept
    answer = browser.send("/sign-in/recover/password", password="a third one entirely")
    assert answer.status_code == 403
    assert "密码没有改变" in words(answer)
    assert SubscriberAccount.objects.filter(recovered_at=world.now).count() == 1


@pytest.mark.parametrize("password", ["", "short", "x" * 129])
def test_a_password_of_the_wrong_length_is_refused(world: World, password: str) -> None:
    answer = proven(world).send(password=password)
    assert answer.status_code == 422
    assert "8 至 128 个字符" in words(answer)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"username": ""}, "请输入用户名"),
        ({"to": ""}, "请选择一项"),
        ({"to": "recover_line", "number": "123"}, "请输入正确的 11 位手机号"),
    ],
)
def test_what_is_missing_is_named_and_the_rest_stays(
    world: World, given: dict[str, str], error: str
) -> None:
    answer = Browser(world).send(
        "/sign-in/recover", **{"username": ME, "to": "recover_contact", **given}
    )
    assert answer.status_code == 422
    assert error in words(answer)
    assert given.get("username", ME) in page(answer)


def test_nobody_sets_a_password_without_leave(world: World) -> None:
    give_password(world)
    answer = Browser(world).send("/sign-in/recover/password", password=NEW)
    assert answer.status_code == 403
    assert facts(world)["username"] == ME
