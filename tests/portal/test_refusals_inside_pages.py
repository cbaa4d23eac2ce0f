"""A refusal inside a page says what happened, what to do next and its code, like one on its own."""

import re

import pytest

from tests.portal.browser import PASSWORD, Answer, Browser, facts, give_password, words
from tests.stories import CLEAN, World
from xiaohu.access.accounts import TRIES
from xiaohu.ui import catalogue

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
BOX = re.compile(r'<div class="box [^"]*" role="alert".*?</div>', re.S)


def told(answer: Answer, code: str) -> bool:
    """Say whether one box of a page has all three parts of a refusal."""
    names = catalogue.read("zh_Hans")
    parts = [str(names[f"refusal.{code}{part}"].string) for part in ("", ".next")]
    wanted = [re.split(r"[{]", part)[0] for part in parts] + [f"代码 {code}"]
    boxes = BOX.findall(answer.content.decode())
    return any(all(part in box for part in wanted) for box in boxes)


def test_the_list_of_checks_does(world: World) -> None:
    case = world.draft()
    browser = Browser(world).sign_in()
    world.outside.fault("operator", down=True)
    assert told(browser.send(f"/case/{case.pk}/checks"), "OPERATOR_UNAVAILABLE")


def test_the_last_page_before_submitting_does(world: World) -> None:
    case = world.ready()
    world.clock.pass_(minutes=31)
    world.outside.fault("operator", down=True)
    answer = Browser(world).sign_in().send(f"/case/{case.pk}/check", declared="on")
    assert answer.status_code == 409
    assert told(answer, "STALE_CHECKS")


def test_a_form_that_is_refused_as_a_whole_does(world: World) -> None:
    give_password(world, CLEAN)
    browser = Browser(world)
    for _ in range(TRIES + 1):
        answer = browser.send(
            "/sign-in", username=facts(world, CLEAN)["username"], password=f"not {PASSWORD}"
        )
    assert told(answer, "TOO_MANY_TRIES")
    assert "有问题" not in words(answer)
