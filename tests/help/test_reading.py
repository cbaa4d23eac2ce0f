"""The help centre: search, read, say whether it helped."""

import pytest
from django.test import Client

from tests.portal.browser import Browser, page, words
from tests.stories import OPERATOR, World
from xiaohu.access.models import Counter
from xiaohu.assistance import feedback
from xiaohu.assistance.models import ArticleRating, Remark, UnansweredSearch
from xiaohu.vault.models import SealedRecord

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def test_help_is_on_every_page(world: World) -> None:
    browser = Browser(world)
    for path in ("/", "/sign-in", "/help", "/verify"):
        assert 'href="/help"' in page(browser.open(path))


def test_the_first_page_shows_what_is_asked_most_and_every_step(world: World) -> None:
    said = words(Browser(world).open("/help"))
    for part in ("余额怎么退？", "号码停机或被封，还能销户吗？", "办理前", "遇到问题"):
        assert part in said


def test_a_search_shows_titles_with_their_answers(world: World) -> None:
    said = words(Browser(world).open("/help?q=余额怎么退"))
    assert "按您选的方式退，一般 5 个工作日到账" in said
    assert not UnansweredSearch.objects.exists()


def test_a_search_without_an_answer_is_counted_and_names_topics(world: World) -> None:
    browser = Browser(world)
    for _ in range(2):
        said = words(browser.open("/help?q=火星移民签证"))
    assert "没有找到“火星移民签证”的答案" in said
    assert "相近的话题" in said
    row = UnansweredSearch.objects.get()
    assert (row.words, row.count) == ("", 2)  # none of its words is ours


def test_what_is_near_is_shown_as_found_and_counted_as_unanswered(world: World) -> None:
    said = words(Browser(world).open("/help?q=余额宝收益率怎么算复利"))
    assert "相近的文章" in said
    assert "没有找到“" not in said
    kept = UnansweredSearch.objects.get().words.split()
    assert "余额" in kept
    assert "复利" not in kept


@pytest.mark.parametrize(
    "asked", ["尤示桐的号码为啥不给弄", "尤示桐 13800000000", "I am Smithson, zap"]
)
def test_a_search_keeps_nobody_who_was_typed_into_it(world: World, asked: str) -> None:
    Browser(world).open(f"/help?q={asked}")
    kept = " ".join(row.words for row in UnansweredSearch.objects.all())
    assert not any(part in kept for part in ("尤示", "示桐", "138", "smith"))


@pytest.mark.parametrize("asked", ["13000000001 火星", "me@example.com", "\x00", "x" * 5000])
def test_words_that_may_be_of_somebody_are_not_kept(world: World, asked: str) -> None:
    assert Client().get("/help", {"q": asked}).status_code == 200
    kept = [row.words for row in UnansweredSearch.objects.all()]
    assert not [one for one in kept if "1300" in one or "@" in one or len(one) > 40]


def test_an_article_answers_first_and_says_when_it_was_updated(world: World) -> None:
    browser = Browser(world)
    said = words(browser.open("/help/how-long"))
    assert "审核 3 个工作日；另加冷静期 3 天" in said
    assert "更新于 2026年11月28日" in said
    assert browser.open("/help/no-such-thing").status_code == 404


def test_a_reader_is_thanked_and_counted_once_a_day(world: World) -> None:
    browser = Browser(world)
    for helped in ("yes", "no", "yes"):
        browser.send("/help/balance/rate", helped=helped)
    assert "谢谢您的反馈" in words(browser.open(browser.at))
    rating = ArticleRating.objects.get()
    assert (rating.helped, rating.failed) == (1, 0)
    world.clock.pass_(days=2)
    browser.send("/help/balance/rate", helped="no")
    rating.refresh_from_db()
    assert (rating.helped, rating.failed) == (1, 1)
    assert browser.send("/help/balance/rate", helped="perhaps").status_code == 404
    assert browser.send("/help/nothing/rate", helped="yes").status_code == 404


def test_what_a_reader_adds_is_sealed(world: World) -> None:
    browser = Browser(world)
    said = words(browser.send("/help/balance", words="想知道押金怎么退"))
    assert "已转给编写的人" in said
    remark = Remark.objects.get()
    record = SealedRecord.objects.get(unit=remark.pk)
    assert "押金".encode() not in bytes(record.box)
    assert [one.words for one in feedback.remarks(OPERATOR)] == ["想知道押金怎么退"]


@pytest.mark.parametrize("typed", ["", "   ", "长" * 501, "a\x00b"])
def test_a_remark_that_cannot_be_taken_keeps_what_was_typed(world: World, typed: str) -> None:
    answer = Client().post("/help/balance", {"words": typed})
    assert answer.status_code == 422
    assert "<title>错误：" in page(answer)
    assert not Remark.objects.exists()


def test_a_flood_of_remarks_ends(world: World) -> None:
    client = Client()
    statuses = [client.post("/help/balance", {"words": "x"}).status_code for _ in range(6)]
    assert statuses == [302] * 5 + [422]
    assert Remark.objects.count() == 5
    assert Counter.objects.exists()
