"""Choosing lines: a tag for each, a search that keeps ticks, a list that says what is wrong with it."""

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.portal.browser import Browser, facts, page, switch, words
from tests.registry.workbooks import saved
from tests.stories import ARREARS, CLEAN, World
from xiaohu.access.models import SubscriberAccount
from xiaohu.closures.models import Case
from xiaohu.registry.models import Line

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
STRANGER = "+8613000000029"


def many(world: World) -> Browser:
    """Return the holder of a line to whom twenty more were given."""
    mine = world.line(CLEAN)
    others = [f"+86130000000{n:02d}" for n in range(8, 28)]
    for number in others:
        Line.objects.filter(pk=world.line(number).pk).update(holder_id=mine.holder_id)
    return Browser(world).sign_in()


def upload(browser: Browser, data: bytes, name: str = "list.csv") -> str:
    """Upload a list and return what the page says."""
    path = "/lines/upload?scope=line"
    answer = browser.client.post(path, {"file": SimpleUploadedFile(name, data)})
    browser.at = path
    assert answer.status_code in {200, 422}
    return words(answer)


def test_each_line_says_whether_it_can_be_closed(world: World) -> None:
    shown = Browser(world).sign_in().open("/lines")
    assert re.search(
        r"130 \*\*\*\* 0001 可以申请 .* 在用 · 余额约", words(shown).replace("\xa0", " ")
    )
    assert '<span class="nowrap">余额约 146.40 元</span>' in page(shown)
    said = words(Browser(world).sign_in(ARREARS).open("/lines"))
    assert "可以申请" in said


def test_a_line_in_use_that_owes_is_not_promised_a_closing(world: World) -> None:
    Line.objects.filter(pk=world.line().pk).update(balance_fen=-3820)
    assert "130 **** 0001 可以申请，先看欠费" in words(Browser(world).sign_in().open("/lines"))


def test_a_line_with_a_request_says_so_and_leads_to_it(world: World) -> None:
    case = world.submitted()
    browser = Browser(world).sign_in()
    assert "已在办理" in words(browser.open("/lines"))
    browser.send(choice=str(world.line().pk))
    assert browser.at == f"/case/{case.pk}"


def test_few_lines_are_not_searched(world: World) -> None:
    assert 'name="sought"' not in page(Browser(world).sign_in().open("/lines"))


@pytest.mark.parametrize(
    ("sought", "count"),
    [("0012", 1), ("130 0000 0012", 1), ("00001", 11), ("００１２", 1), ("%", 0)],
)
def test_a_search_finds_by_some_digits(world: World, sought: str, count: int) -> None:
    browser = many(world)
    browser.open("/lines?scope=line")
    answer = browser.send(find="1", sought=sought)
    assert answer.status_code == 200
    assert page(answer).count('type="checkbox"') == count
    assert "sought=" not in browser.at


def test_a_search_keeps_what_was_ticked(world: World) -> None:
    browser = many(world)
    browser.open("/lines?scope=line")
    shown = page(browser.send(find="1", sought="0012", choice=str(world.line().pk)))
    assert shown.count('type="checkbox"') == 2
    assert re.search(rf'value="{world.line().pk}"[^>]* checked', shown)


def test_a_search_by_product_finds_too(world: World) -> None:
    browser = many(world)
    browser.open("/lines?scope=line")
    product = facts(world)["product"]
    assert "找到" in words(browser.send(find="1", sought=product))


def test_pasted_numbers_are_ticked_and_the_others_explained(world: World) -> None:
    browser = many(world)
    answer = browser.send(
        "/lines/upload?scope=line",
        numbers=f"13000000001\n{STRANGER}, 130 0000 0012；not one\n+86 13000000001",
    )
    said = words(answer)
    assert "清单中有 2 个号码在您名下" in said
    assert "2 不在您名下，或已销户" in said
    assert "4 没有看到手机号" in said
    assert "5 重复" in said
    assert "not one" in page(answer)
    ids = re.findall(r'name="choice" value="([0-9a-f-]+)"', page(answer))
    browser.client.post("/lines?scope=line", {"choice": ids})
    assert Case.objects.get().size == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_file_is_read_with_or_without_a_heading(world: World, encoding: str) -> None:
    said = upload(many(world), "备注,手机号\n甲,13000000012\n乙,\n".encode(encoding))
    assert "清单中有 1 个号码在您名下" in said
    assert "3 没有看到手机号" in said


def test_a_workbook_is_read(world: World, tmp_path: Path) -> None:
    book = saved(tmp_path / "x.xlsx", ["13000000012"], [13000000013], header=("号码",))
    assert "清单中有 2 个号码在您名下" in upload(many(world), book.read_bytes(), "x.xlsx")


def test_a_list_of_strangers_ticks_nothing_and_stays(world: World) -> None:
    browser = many(world)
    answer = browser.send("/lines/upload", numbers=STRANGER)
    assert answer.status_code == 422
    assert "清单中没有您名下的号码" in words(answer)
    assert STRANGER in page(answer)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04 not a workbook", "文件读不懂"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 Excel"),
        (b"\x00\x01\x02", "文件读不懂"),
        (b"1\n" * 2100, "一次最多读取 2000 行"),
        (b"", "读不出来"),
    ],
)
def test_a_file_that_is_no_list_is_refused(world: World, data: bytes, said: str) -> None:
    assert said in upload(many(world), data)


def test_nothing_at_all_is_asked_again(world: World) -> None:
    answer = many(world).send("/lines/upload")
    assert answer.status_code == 422
    assert "请粘贴号码或选择文件" in words(answer)


def test_without_lines_only_the_account_is_left(world: World) -> None:
    browser = Browser(world).sign_in()
    Line.objects.filter(pk=world.line().pk).update(
        closed_at=world.now, status="closed", number_index=None
    )
    said = words(browser.open("/lines"))
    assert "没有可办理的号码" in said
    assert "接下来可以这样办" in said
    assert "只能注销登录账号" in words(browser.open("/scope"))
    browser.send(choice="account")
    case = Case.objects.get()
    assert case.scope == "account"
    assert SubscriberAccount.objects.filter(holder_id=case.holder_id).exists()


def test_a_number_is_nobodys_list_without_signing_in(world: World) -> None:
    browser = Browser(world)
    browser.send("/lines/upload", numbers=CLEAN)
    assert browser.at.startswith("/sign-in")
    assert "停机保号" in words(browser.open("/alternatives"))


def test_another_language_keeps_the_ticks_of_a_list_and_its_numbers(world: World) -> None:
    browser = many(world)
    browser.send("/lines/upload", numbers=CLEAN)
    ticked = re.findall(r'name="choice" value="([^"]+)"', page(browser.open("/lines?scope=line")))[
        0
    ]
    path = "/lines/upload?scope=line"
    switch(browser.client, "language", "en", back=path, numbers=CLEAN, choice=[ticked])
    shown = page(browser.open(path))
    assert f'value="{ticked}"' in shown
    assert " checked" in shown.partition(f'value="{ticked}"')[2].partition(">")[0]
    assert CLEAN in shown.partition("<textarea")[2]
    browser.send("/lines?scope=line", choice=ticked, numbers=CLEAN)
    assert browser.at.endswith("/checks")
