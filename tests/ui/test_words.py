"""What templates write: words by key in the reader's language, amounts, moments, days."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString

from xiaohu.core.calendar import CHINA
from xiaohu.ui.refusals import Sentence
from xiaohu.ui.templatetags import words
from xiaohu.ui.templatetags.words import day, moment, t, unbroken, whole_references, yuan


@pytest.fixture(params=["zh-hans", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """The language of the reader."""
    with translation.override(request.param):
        yield request.param


def drawn(source: str, **context: object) -> str:
    """Return what a template writes."""
    return Template("{% load words %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("fen", "written"),
    [
        (None, ""),
        (0, "0.00"),
        (5, "0.05"),
        (12640, "126.40"),
        (100_000, "1,000.00"),
        (135_800_000_01, "135,800,000.01"),
        (-5, "−0.05"),
        (-123_456, "−1,234.56"),
    ],
)
def test_an_amount_is_written_to_the_fen(fen: int | None, written: str) -> None:
    assert yuan(fen) == written
    assert drawn("{{ fen|yuan }}", fen=fen) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (date(2026, 12, 1), {"zh-hans": "2026年12月1日", "en": "1 December 2026"}),
        (date(2027, 2, 28), {"zh-hans": "2027年2月28日", "en": "28 February 2027"}),
        (None, {"zh-hans": "", "en": ""}),
    ],
)
def test_a_day_is_written_as_people_say_it(
    language: str, value: date | None, written: dict[str, str]
) -> None:
    assert day(value) == written[language]


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 11, 30, 16, 5, tzinfo=UTC),
        datetime(2026, 12, 1, 0, 5, tzinfo=CHINA),
        datetime(2026, 11, 30, 8, 5, tzinfo=timezone(timedelta(hours=-8))),
    ],
)
def test_a_moment_is_written_in_china_s_time(language: str, value: datetime) -> None:
    today = {"zh-hans": "2026年12月1日", "en": "1 December 2026"}[language]
    assert moment(value) == f"{today} 00:05"


def test_a_moment_that_is_not_there_is_written_as_nothing() -> None:
    assert drawn("{{ at|moment }}{{ on|day }}", at=None, on=None) == ""


def test_words_are_found_by_prefix_and_code(language: str) -> None:
    said = {"zh-hans": "待您处理", "en": "Needs you"}[language]
    assert drawn('{{ state|words:"state." }}', state="awaiting_customer") == said


def test_staff_are_told_who_is_awaited_instead_of_you(language: str) -> None:
    said = {"zh-hans": "待客户处理", "en": "With the applicant"}[language]
    assert drawn("{{ state|for_staff }}", state="awaiting_customer") == said
    told = drawn('{{ state|words:"state." }}', state="in_review")
    assert drawn("{{ state|for_staff }}", state="in_review") == told


def test_a_key_is_said_with_its_parameters(language: str) -> None:
    said = {"zh-hans": "126.40 元", "en": "126.40 yuan"}[language]
    assert drawn('{% t "money.yuan" amount=12640|yuan %}') == said


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("<b>1</b>", "&lt;b&gt;1&lt;/b&gt;"),
        ("\"'&", "&quot;&#x27;&amp;"),
        (SafeString("<b>1</b>"), "<b>1</b>"),
        ("{amount}{0}", "{amount}{0}"),
        (42, "42"),
    ],
)
def test_parameters_are_text_unless_they_are_markup_of_our_own(
    monkeypatch: pytest.MonkeyPatch, given: object, written: str
) -> None:
    monkeypatch.setattr(words, "gettext", lambda _: "<{amount}>")
    assert t("money.yuan", amount=given) == f"&lt;{written}&gt;"
    assert drawn('{% t "money.yuan" amount=given %}', given=given) == f"&lt;{written}&gt;"


def test_a_parameter_that_is_missing_is_never_written_as_a_gap() -> None:
    with pytest.raises(KeyError):
        t("money.yuan")


@pytest.mark.parametrize("whole", ["XH-2611-7K3M-9Q", "C7K3-M9QX-4T2P"])
def test_no_line_ends_inside_a_reference(whole: str) -> None:
    assert unbroken(f"已有申请 {whole}，请查看") == (
        f'已有申请 <span class="nowrap">{whole}，</span>请查看'
    )
    told = Sentence("ALREADY_CLOSING", f"已有申请 {whole}", f"请打开 {whole}")
    shown = render_to_string("ui/problem.html", {"sentence": told, "tone": "bad"})
    assert shown.count(f'<span class="nowrap">{whole}</span>') == 2


def test_words_with_a_reference_are_escaped_once() -> None:
    escaped = t("help.complaint.reference")
    assert whole_references(SafeString(f"{escaped} &amp; XH-2611-7K3M-9Q")).count("&amp;") == 1
    assert whole_references("a & b").count("&amp;") == 1
