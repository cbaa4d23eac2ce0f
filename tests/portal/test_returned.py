"""What was returned: each thing that is missing leads to where it is put right, then it is sent again."""

import pytest

from tests.portal.browser import Browser, page, words
from tests.portal.test_following import decided
from tests.stories import World
from xiaohu.closures.models import Case
from xiaohu.core.review import ReturnReason

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def test_what_was_returned_is_put_right_and_sent_again(world: World) -> None:
    case = decided(world, "return")
    browser = Browser(world).sign_in()
    assert f"/case/{case.pk}/fix" in page(browser.open(f"/case/{case.pk}"))
    assert "冷静期 3 天" in words(browser.open(f"/case/{case.pk}"))
    said = words(browser.open(f"/case/{case.pk}/fix"))
    assert "核对" in said
    browser.send(f"/case/{case.pk}/checks")
    browser.send(f"/case/{case.pk}/effects")
    browser.send(declared="on")
    assert browser.at == f"/case/{case.pk}/submitted"
    case.refresh_from_db()
    assert case.state == "in_review"


def test_after_a_return_the_page_of_the_case_links_each_thing_that_is_missing(world: World) -> None:
    reasons = (ReturnReason.CONTACT_UNREACHABLE, ReturnReason.PAYEE_UNCLEAR)
    case = decided(world, "return", returns=reasons)
    browser = Browser(world).sign_in()
    shown = page(browser.open(f"/case/{case.pk}"))
    assert f'<a href="/case/{case.pk}/contact">联系方式无法送达' in shown
    assert f'<a href="/case/{case.pk}/balance">收款方式不清楚' in shown
    assert f'<a class="button" href="/case/{case.pk}/fix">补充材料</a>' in shown
    browser.at = f"/case/{case.pk}/fix"
    browser.confirm_contact()
    shown = page(browser.open(f"/case/{case.pk}"))
    assert "联系方式无法送达" not in shown
    assert "收款方式不清楚" in shown
    browser.send(f"/case/{case.pk}/balance", choice="original")
    assert "各项都已补充" in words(browser.open(f"/case/{case.pk}"))


def test_what_closing_means_is_asked_again_after_a_return(world: World) -> None:
    case = decided(world, "return")
    browser = Browser(world).sign_in()
    browser.open(f"/case/{case.pk}/check")
    assert browser.at == f"/case/{case.pk}/effects"
    browser.send()
    assert browser.at == f"/case/{case.pk}/check"


def test_checks_that_failed_before_closing_name_what_stands_in_the_way(world: World) -> None:
    case = world.submitted()
    world.outside.change(world.line(), arrears_fen=3820)
    world.skip_until(case, lambda: Case.objects.get(pk=case.pk).state == "awaiting_customer")
    assert not Case.objects.get(pk=case.pk).effects_read
    browser = Browser(world).sign_in()
    for place in ("", "/fix"):
        shown = page(browser.open(f"/case/{case.pk}{place}"))
        assert f'href="/case/{case.pk}/checks/ARREARS">该号码欠费 38.20 元' in shown


def test_what_is_put_right_is_sent_again_by_the_main_button(world: World) -> None:
    case = decided(world, "return")
    shown = page(Browser(world).sign_in().open(f"/case/{case.pk}/fix"))
    assert '<a class="button" href="/case/' in shown
    mains = shown.split('<a class="button" href="')[1:]
    assert len(mains) == 1
    assert mains[0].startswith(f"/case/{case.pk}/check")
    assert "继续补充并重新提交" in mains[0].split("</a>")[0]


def test_the_button_leads_to_what_is_not_put_right_yet_and_the_rest_is_to_read(
    world: World,
) -> None:
    reasons = (ReturnReason.CONTACT_UNREACHABLE, ReturnReason.PROVE_AGAIN)
    case = decided(world, "return", returns=reasons)
    browser = Browser(world).sign_in()
    shown = page(browser.open(f"/case/{case.pk}/fix"))
    assert f'<a class="button" href="/case/{case.pk}/contact"' in shown
    assert "修改" not in shown.split("申请内容")[-1].split("</main")[0]
    browser.at = f"/case/{case.pk}/fix"
    browser.confirm_contact()
    shown = page(browser.open(f"/case/{case.pk}/fix"))
    assert f'<a class="button" href="/case/{case.pk}/verify"' in shown
