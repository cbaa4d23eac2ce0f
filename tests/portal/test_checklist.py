"""The checks: a tag for each row, a second look that says what changed, and people who are asked."""

import pytest

from tests.desk.officers import officer
from tests.portal.browser import Browser, page, words
from tests.stories import ARREARS, CLEAN, World
from xiaohu.assistance.models import CallBack
from xiaohu.closures import drafting
from xiaohu.closures.models import Case
from xiaohu.core.checks import CHECKS, CheckCode, Finding
from xiaohu.core.steps import Scope
from xiaohu.portal.checklist import Tag, tag_of
from xiaohu.registry.models import Line

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
WHO = {"name": "李示例", "number": "130 0000 0002"}


def finding(code: CheckCode) -> Finding:
    """Return a finding nobody has settled."""
    return Finding(code, CHECKS[code], CHECKS[code].choices, None, None, None, None)


def drafted(world: World, number: str = ARREARS) -> Browser:
    """Return the holder of a line at its checks."""
    browser = Browser(world).sign_in(number)
    browser.choose_line(number)
    return browser


@pytest.mark.parametrize(
    ("codes", "asked", "tag"),
    [
        ([], False, Tag.PASSED),
        ([CheckCode.GIFT_BALANCE], False, Tag.NOTICE),
        ([CheckCode.LEGAL_HOLD], False, Tag.NOTICE),
        ([CheckCode.ARREARS], False, Tag.TODO),
        ([CheckCode.REALNAME_MISSING], False, Tag.OTHER_WAY),
        ([CheckCode.ARREARS, CheckCode.REALNAME_MISSING], False, Tag.OTHER_WAY),
        ([CheckCode.ARREARS], True, Tag.CHECKING),
        ([], True, Tag.PASSED),
    ],
)
def test_a_row_stands_where_its_findings_do(codes: list[CheckCode], asked: bool, tag: Tag) -> None:
    assert tag_of([finding(code) for code in codes], asked=asked) is tag


def test_when_the_operator_is_away_every_row_says_so_and_people_may_be_asked(world: World) -> None:
    world.outside.fault("operator", down=True)
    answer = drafted(world, CLEAN).open(f"/case/{Case.objects.get().pk}/checks")
    assert words(answer).count("暂时无法查询") >= 6
    assert "申请人工复核" in words(answer)


def test_what_was_chosen_stands_beside_what_it_settles(world: World) -> None:
    browser = drafted(world)
    said = words(browser.send(f"{browser.home}/checks/ARREARS", choice="close_with_debt"))
    assert "已选择：先销户，欠款另行结算" in said
    assert "没有要处理的事项，请看提示后继续。" in said
    assert "全部通过" not in said


@pytest.mark.parametrize("page_of", ["checks", "balance", "effects"])
def test_two_balances_are_told_in_the_same_words_wherever_they_differ(
    world: World, page_of: str
) -> None:
    world.outside.change(world.line(), cash_fen=12640, gift_fen=5000)
    case = world.ready()
    said = words(Browser(world).sign_in().open(f"/case/{case.pk}/{page_of}"))
    assert "余额 176.40 元（出账前），其中可退 126.40 元，赠送 50.00 元。" in said
    world.outside.change(world.line(), gift_fen=0)
    browser = Browser(world).sign_in()
    browser.send(f"/case/{case.pk}/checks")
    assert "其中可退" not in words(browser.open(f"/case/{case.pk}/{page_of}"))


def test_an_obstacle_of_one_line_among_several_names_it(world: World) -> None:
    clean, owing = world.line(), world.line(ARREARS)
    Line.objects.filter(pk=owing.pk).update(holder_id=clean.holder_id)
    case = drafting.open_case(
        subscriber=world.subscriber(),
        scope=Scope.LINE,
        line_ids=[clean.pk, owing.pk],
        language="zh-hans",
        now=world.now,
    )
    browser = Browser(world).sign_in()
    browser.send(f"/case/{case.pk}/checks")
    said = words(browser.open(f"/case/{case.pk}/checks/ARREARS"))
    assert f"涉及号码：130 **** {ARREARS[-4:]}" in said
    assert CLEAN[-4:] not in said


def test_whoever_goes_to_pay_is_told_where_and_whether_it_arrived(world: World) -> None:
    browser = drafted(world)
    one = browser.open(f"{browser.home}/checks/ARREARS")
    assert "在哪里处理 致电" in words(one)
    assert "我已处理，重新检查" not in words(one)
    owing = browser.send(f"{browser.home}/checks/ARREARS", choice="pay")
    assert owing.status_code == 422
    assert "还没有缴清" in words(owing)
    world.outside.change(world.line(ARREARS), arrears_fen=0)
    said = words(browser.send(f"{browser.home}/checks/ARREARS", choice="pay"))
    assert "这一项已通过" in said


def test_a_second_look_says_that_nothing_changed(world: World) -> None:
    browser = drafted(world)
    answer = browser.send(f"{browser.home}/checks/ARREARS", again="1")
    assert answer.status_code == 422
    assert "检查结果没有变化" in words(answer)


def test_a_second_look_says_what_changed(world: World) -> None:
    browser = drafted(world)
    world.outside.change(world.line(ARREARS), arrears_fen=1200)
    said = words(browser.send(f"{browser.home}/checks/ARREARS", again="1"))
    assert "上次：该号码欠费 38.20 元。现在：该号码欠费 12.00 元。" in said


def test_what_is_settled_leads_back_to_the_list(world: World) -> None:
    browser = drafted(world)
    world.outside.change(world.line(ARREARS), arrears_fen=0)
    said = words(browser.send(f"{browser.home}/checks/ARREARS", again="1"))
    assert browser.at == f"{browser.home}/checks#open"
    assert "这一项已通过" in said


def test_a_second_look_while_the_operator_is_away_loses_nothing(world: World) -> None:
    browser = drafted(world)
    world.outside.fault("operator", down=True)
    answer = browser.send(f"{browser.home}/checks/ARREARS", again="1")
    assert answer.status_code == 200
    assert "暂时无法查询运营系统" in words(answer)
    assert "38.20" in words(answer)


def test_asking_for_people_reaches_the_desk_once(world: World) -> None:
    browser = drafted(world)
    for _ in range(2):
        browser.send(f"{browser.home}/people", **WHO)
    asked = CallBack.objects.get()
    said = words(browser.open(f"{browser.home}/checks"))
    assert asked.reference in said
    assert "检查中" in said
    assert "最迟" in said
    case = Case.objects.get()
    assert asked.case_id == case.pk
    desk = officer(world).sign_in()
    assert desk.open(f"/callbacks/{asked.reference}").status_code == 200
    assert desk.open(f"/case/{case.reference}").status_code == 200


def test_a_draft_nobody_was_asked_about_stays_its_author_s(world: World) -> None:
    drafted(world)
    desk = officer(world).sign_in()
    assert desk.open(f"/case/{Case.objects.get().reference}").status_code == 404


@pytest.mark.parametrize(
    ("given", "error"),
    [({"name": ""}, "怎么称呼您"), ({"number": "12"}, "请输入正确的 11 位手机号")],
)
def test_who_is_to_be_called_is_asked(world: World, given: dict[str, str], error: str) -> None:
    browser = drafted(world)
    answer = browser.send(f"{browser.home}/people", **{**WHO, **given})
    assert answer.status_code == 422
    assert error in words(answer)
    assert CallBack.objects.count() == 0


def test_nobody_asks_about_somebody_else_s_draft(world: World) -> None:
    case = world.draft(ARREARS)
    stranger = Browser(world).sign_in()
    assert stranger.send(f"/case/{case.pk}/people", **WHO).status_code == 404
    assert page(stranger.open("/cases"))
    assert CallBack.objects.count() == 0
