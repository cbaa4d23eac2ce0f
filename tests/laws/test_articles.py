"""Every article can be read, in both languages, and promises no number the rules do not hold."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve

from xiaohu.core.profile import Profile
from xiaohu.help import articles, rendering
from xiaohu.help.articles import Article, ArticleFaulty
from xiaohu.registry import policies

KEYS = ("generic-cn", "china-unicom", "huaji", "wuyi")
LANGUAGES = tuple(articles.LANGUAGES)
FILES = sorted(articles.FOLDER.rglob("*.md"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
OWN_NAMES = "一证通查|二次号码焕新"  # public services without an English name
LONGEST_SENTENCE = 45  # as the catalogue in large type
ASKED = 40
# First sentences of the questions that are asked most, as they were agreed.
AGREED = {
    "stopped-line": "可以。先告知限制原因、恢复办法和申诉渠道",
    "balance": "按您选的方式退，一般 5 个工作日到账。",
    "change-my-mind": "冷静期结束前都可以，免费，进度页点“撤销”。",
    "how-long": "需要审核的，审核 3 个工作日；另加冷静期 3 天。",
    "my-data": "依法要保留的会保留到期，其余删除。",
    "other-services": "一般不受影响。",
    "bindings": "请先换绑；号码以后可能分给别人。",
    "certificate": "可以。扫二维码或输入编号，任何人都能核验，不需要登录。",
}


def test_english_apostrophes_are_the_printer_s() -> None:
    english = [file for file in FILES if file.parent.name == "en"]
    assert [file.name for file in english if "'" in file.read_text(encoding="utf-8")] == []


def profile(key: str) -> Profile:
    """Return a shipped profile."""
    return policies.read(policies.shipped(key)).profile


def told(key: str, language: str) -> dict[str, Article]:
    """Return the articles an operator's people read."""
    return articles.of(profile(key), language)


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_names_only_figures_the_rules_hold(path: Path) -> None:
    article = articles.read(path)
    known = set(articles.figures(profile("generic-cn"), "en"))
    assert articles.names_in(article.title + article.text) <= known


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_answers_first_and_calmly(key: str, language: str) -> None:
    for slug, article in told(key, language).items():
        assert article.title.endswith(("？", "?")), slug
        assert article.answer, slug
        assert not article.answer.startswith(("#", "|", "1.", "-")), slug
        assert list(faults(article, language)) == [], slug


def faults(article: Article, language: str) -> Iterator[str]:
    """Yield what a reader would stumble over."""
    said = article.title + article.text
    if re.search(r"[!！]|你", said):
        yield "shouts, or is too familiar"
    if language == "en":
        yield from CHINESE.findall(re.sub(OWN_NAMES, "", said))
        return
    crowded = r"[\u4e00-\u9fff](?:[,;:?0-9]| [\u4e00-\u9fff])|[0-9][\u4e00-\u9fff]"
    yield from re.findall(crowded, said)
    yield from (one for one in re.split(r"[。？；\n|]", said) if len(one) > LONGEST_SENTENCE)


@pytest.mark.parametrize("key", KEYS)
def test_both_languages_hold_the_same(key: str) -> None:
    zh, en = (told(key, language) for language in LANGUAGES)
    assert [*zh] == [*en]
    for slug, article in zh.items():
        other = en[slug]
        assert (article.topic, article.order, article.most_asked, article.variants) == (
            other.topic,
            other.order,
            other.most_asked,
            other.variants,
        ), slug
        assert article.rest.count("\n1. ") == other.rest.count("\n1. "), slug
        assert article.rest.count("\n| ") == other.rest.count("\n| "), slug


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_leads_nowhere_that_is_not_there(key: str, language: str) -> None:
    known = told(key, language)
    assert len(known) >= ASKED
    assert len([one for one in known.values() if one.most_asked]) == articles.MOST_ASKED
    for article in known.values():
        assert set(article.variants) <= set(known) - {article.slug}, article.slug
        for link in rendering.links(article.text):
            assert leads(link, known), (article.slug, link)


def leads(path: str, known: Mapping[str, Article]) -> bool:
    """Whether one of our pages is there."""
    try:
        found = resolve(path)
    except Resolver404:
        return False
    return found.view_name != "help:article" or found.kwargs["slug"] in known


@pytest.mark.parametrize(("slug", "begins"), AGREED.items())
def test_says_the_agreed_answer(slug: str, begins: str) -> None:
    assert rendering.plain(told("generic-cn", "zh-hans")[slug].answer).startswith(begins)


def test_an_operators_own_article_takes_the_place_of_the_common_one() -> None:
    assert "次月" not in told("generic-cn", "zh-hans")["this-operator"].text
    assert "10010" in told("china-unicom", "zh-hans")["this-operator"].text
    assert "7 个工作日" in told("huaji", "zh-hans")["how-long"].text


def test_the_page_for_authors_names_every_figure() -> None:
    page = (articles.FOLDER.parents[2] / "docs" / "help.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `\{(\w+)\}` ", page, re.MULTILINE))
    assert named == set(articles.figures(profile("generic-cn"), "en"))
    assert set(re.findall(r"^\| `(\w+)` \| ", page, re.MULTILINE)) >= set(articles.Topic)


def test_an_unknown_figure_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = "---\ntitle: 多久？\ntopic: before\norder: 1\nupdated: 2026-11-28\n---\n"
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "one.md").write_text(f"{head}要 {{promised_days}} 天。\n", "utf-8")
    monkeypatch.setattr(articles, "FOLDER", tmp_path)
    strange = profile("generic-cn").model_copy(update={"key": "strange"})
    with pytest.raises(ArticleFaulty, match="promised_days"):
        articles.of(strange, "zh-hans")


@pytest.mark.parametrize(
    "text", ["no head", "---\ntitle: x\n---\ny", "---\ntitle: x\ntopic: nowhere\n---\ny"]
)
def test_a_file_without_a_proper_head_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "one.md"
    path.write_text(text, "utf-8")
    with pytest.raises(ArticleFaulty, match="one"):
        articles.read(path)


def test_html_in_an_article_is_shown_as_it_is_written() -> None:
    said = rendering.html("a <script>alert(1)</script> [x](javascript:alert(1)) ![y](/z.png)")
    assert "<script>" not in said
    assert "<img" not in said
    assert 'href="javascript' not in said
