"""What operations owns, at the desk and on the subscriber's page: in words, dated, tried again."""

import pytest

from tests.desk.officers import officer, waiting
from tests.portal.browser import Browser, page, words
from tests.stories import World, closing_of
from xiaohu.closures.models import Case
from xiaohu.desk import work
from xiaohu.ui.templatetags.words import moment

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def refused_to(world: World) -> Case:
    """Return a case whose line the operator refuses to freeze."""
    world.outside.fault("operator", refuse=["freeze"])
    case = world.close()
    world.outside.fault("operator")
    return case


def waits(world: World) -> Case:
    """Return a scheduled case that is due while the operator is away."""
    case = world.submitted()
    world.clock.pass_(days=3, minutes=1)
    world.outside.fault("operator", down=True)
    for _ in range(60):
        world.work()
        world.clock.pass_(minutes=1)
    return case


def test_the_desk_says_what_happened_and_tries_again(world: World) -> None:
    case = refused_to(world)
    desk = officer(world).sign_in()
    shown = desk.open(f"/case/{case.reference}")
    assert "对方拒绝办理：停机" in words(shown)
    assert "代码 freeze_refused" in words(shown)
    assert "不会自动重试" in words(shown)
    closing = closing_of(case)
    answer = desk.send(f"/case/{case.reference}", try_again=str(closing.pk))
    assert answer.status_code == 302
    world.work_until(lambda: not closing_of(case).is_open, hours=1)
    assert "工作人员要求再试一次" in words(desk.open(f"/case/{case.reference}"))


def test_an_outage_is_said_to_be_tried_on(world: World) -> None:
    case = waits(world)
    said = words(officer(world).sign_in().open(f"/case/{case.reference}"))
    assert "所需系统暂时连不上：办理前复查" in said
    assert moment(closing_of(case).next_action_at) in said


def test_trying_again_too_late_is_a_problem_with_its_code(world: World) -> None:
    case = refused_to(world)
    desk = officer(world).sign_in()
    closing = closing_of(case)
    desk.send(f"/case/{case.reference}", try_again=str(closing.pk))
    answer = desk.send(f"/case/{case.reference}", try_again=str(closing.pk))
    assert answer.status_code == 409
    assert "代码 NOTHING_TO_TRY" in words(answer)


@pytest.mark.parametrize("what", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_trying_what_is_not_there_again_is_no_fault(world: World, what: str) -> None:
    case = refused_to(world)
    answer = officer(world).sign_in().send(f"/case/{case.reference}", try_again=what)
    assert answer.status_code in {404, 409}


def test_what_people_owe_since_yesterday_is_late(world: World) -> None:
    refused_to(world)
    desk = officer(world).sign_in()
    assert dict(work.counts(desk.officer, now=world.now))["late"] == 0
    world.clock.pass_(hours=25)
    assert dict(work.counts(desk.officer, now=world.now))["late"] == 1


def test_the_subscriber_is_told_a_new_date_once_the_old_one_passed(world: World) -> None:
    case = refused_to(world)
    browser = Browser(world).sign_in_by_reference(case)
    first = moment(closing_of(case).owner_due_at)
    assert f"预计 {first} 完成" in words(browser.open(f"/case/{case.pk}"))
    world.clock.pass_(hours=25)
    browser = Browser(world).sign_in_by_reference(case)
    said = words(browser.open(f"/case/{case.pk}"))
    assert f"原定 {first} 前处理，没有做到" in said
    assert "最迟 24 小时" not in said
    due = closing_of(case).owner_due_at
    assert due is not None
    assert due < world.now
    desk = officer(world).sign_in().open(f"/case/{case.reference}")
    assert "已超时" in page(desk)


def test_a_line_that_could_not_be_started_is_said_to_work(world: World) -> None:
    case = waits(world)
    said = words(Browser(world).sign_in().open(f"/case/{case.pk}"))
    assert "尚未开始，号码照常使用" in said
    assert "专人跟进" in said


def test_a_decision_that_is_refused_says_its_code(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    desk.send(f"/case/{case.reference}", claim="1")
    world.clock.pass_(minutes=31)
    desk.send(f"/case/{case.reference}", claim="1")
    answer = desk.decide(case, "approve")
    assert answer.status_code == 409
    assert "代码 STALE_CHECKS" in words(answer)


def test_the_desk_shows_to_which_account_money_goes_and_no_more(world: World) -> None:
    case = waiting(world)
    said = page(officer(world).sign_in().open(f"/case/{case.reference}"))
    assert "示例银行 ****1234" in said
    assert "6222000000051234" not in said
