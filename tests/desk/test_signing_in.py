"""The desk's door: three things are right, or nobody comes in and nothing tells which was wrong."""

import pytest

from tests.desk.officers import PASSWORD, code, officer
from tests.portal.browser import page, words
from tests.stories import World

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])

REFUSED = "用户名、密码或动态验证码不正确"


def test_all_three_open_the_desk(world: World) -> None:
    desk = officer(world).sign_in()
    answer = desk.open("/")
    assert answer.status_code == 200
    assert "chen示例" in page(answer)


@pytest.mark.parametrize(
    ("password", "digits"), [("not this one", ""), (PASSWORD, "000000"), ("", ""), (PASSWORD, "1")]
)
def test_one_wrong_thing_is_enough(world: World, password: str, digits: str) -> None:
    desk = officer(world)
    answer = desk.try_to(password=password, code=digits or code(desk.officer))
    assert answer.status_code == 422
    assert desk.open("/").status_code == 302


def test_a_code_works_once(world: World) -> None:
    desk = officer(world)
    shown = code(desk.officer)
    assert desk.try_to(code=shown).status_code == 302
    desk.send("/sign-out")
    assert REFUSED in page(desk.try_to(code=shown))


def test_five_tries_close_the_door_for_a_while(world: World) -> None:
    desk = officer(world)
    for _ in range(5):
        desk.try_to(password="not this one", code="000000")
    locked = desk.try_to(code=code(desk.officer))
    assert "请 15 分钟后再试" in words(locked)
    assert "代码 TOO_MANY_TRIES" in page(locked)
    assert REFUSED not in page(locked)
    world.clock.pass_(minutes=16)
    assert desk.try_to(code=code(desk.officer)).status_code == 302


def test_a_name_nobody_has_locks_in_the_same_words(world: World) -> None:
    desk = officer(world)
    for _ in range(6):
        answer = desk.client.post(
            "/desk/sign-in", {"username": "nobody", "password": "x", "code": "000000"}
        )
    assert "代码 TOO_MANY_TRIES" in page(answer)


def test_somebody_who_left_stays_out(world: World) -> None:
    desk = officer(world)
    desk.sign_in()
    desk.officer.is_active = False
    desk.officer.save()
    assert desk.open("/").status_code == 302


def test_somebody_without_a_role_is_told_so(world: World) -> None:
    desk = officer(world)
    desk.officer.roles = []
    desk.officer.save()
    answer = desk.try_to(code=code(desk.officer))
    assert answer.status_code == 422
    assert "还没有岗位" in page(answer)
    assert desk.open("/").status_code == 302


def test_staff_of_another_operator_stay_out(world: World) -> None:
    desk = officer(world)
    desk.officer.operator = "another"
    desk.officer.save()
    assert REFUSED in page(desk.try_to(code=code(desk.officer)))


@pytest.mark.parametrize(
    ("asked", "led"),
    [("/desk/queue", "/desk/queue"), ("https://evil.example", "/desk/"), ("//evil", "/desk/")],
)
def test_the_door_leads_where_one_wanted_to_go(world: World, asked: str, led: str) -> None:
    desk = officer(world)
    answer = desk.try_to(code=code(desk.officer), path=f"/desk/sign-in?next={asked}")
    assert answer["Location"] == led
    assert desk.client.get(f"/desk/sign-in?next={asked}")["Location"] == led


def test_signing_out_closes_the_door(world: World) -> None:
    desk = officer(world).sign_in()
    desk.send("/sign-out")
    assert desk.open("/queue")["Location"] == "/desk/sign-in?next=%2Fdesk%2Fqueue"
