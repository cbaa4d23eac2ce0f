"""Search finds what people mean, however they write it, and says when it does not."""

import pytest

from tests.laws.test_articles import told
from xiaohu.help import searching
from xiaohu.help.articles import Article

CHINESE = {
    "退款": {"refund-routes", "refund-failed", "balance"},
    "退钱": {"balance"},
    "怎么退钱": {"balance"},
    "多久": {"how-long", "this-operator"},
    "卡丢了": {"lost-card"},
    "微信 解绑": {"bindings"},
    "一证通查": {"bindings", "number-reuse", "who-may-apply"},
    "欠费能不能销户": {"arrears"},
    "离职员工的号": {"left-employee"},
    "公司号码": {"organisation"},
    "黑名单": {"blacklist"},
    "白名单": {"whitelist"},
    "刷脸": {"identity"},
    "ｅＳＩＭ": {"old-card"},
    "收不到短信": {"code-not-received", "stopped-line"},
    "去世": {"heir"},
    "撤销": {"change-my-mind"},
}
ENGLISH = {
    "REFUNDS": {"refund-routes", "refund-failed", "balance"},
    "closing a banned card": {"banned-card", "stopped-line"},
    "how long does it take": {"how-long"},
    "Ｌｏｓｔ card": {"lost-card"},
    "complaining": {"how-to-complain"},
    "withdraw": {"change-my-mind"},
    "forgot my password": {"forgotten-password"},
    "died": {"heir"},
}
OTHERWISE = {
    "怎样 才能 把 号码 注销": {"apply-online"},
    "我想销号": {"apply-online"},
    "账号注销": {"account-only"},
    "我爸过世了": {"heir"},
    "不想销了": {"change-my-mind"},
    "多长时间能办好": {"how-long", "this-operator"},
}
OTHER_LANGUAGE = [
    ("zh-hans", "close my line", "apply-online"),
    ("zh-hans", "refund", "balance"),
    ("zh-hans", "lost card", "lost-card"),
    ("zh-hans", "passed away", "heir"),
    ("en", "退款", "balance"),
    ("en", "怎样才能把号码注销", "apply-online"),
    ("en", "卡丢了", "lost-card"),
]
CASES = [("zh-hans", *case) for case in {**CHINESE, **OTHERWISE}.items()] + [
    ("en", *case) for case in ENGLISH.items()
]


def all_of(language: str) -> tuple[Article, ...]:
    """Return the articles of the common rules."""
    return tuple(told("generic-cn", language).values())


@pytest.mark.parametrize(("language", "asked", "meant"), CASES)
def test_finds_what_is_meant_first(language: str, asked: str, meant: set[str]) -> None:
    found = searching.search(all_of(language), asked)
    assert found.answers, asked
    assert found.answers[0].slug in meant, [one.slug for one in found.answers]


@pytest.mark.parametrize(("language", "asked", "meant"), OTHER_LANGUAGE)
def test_words_of_the_other_language_find_the_reader_s_own(
    language: str, asked: str, meant: str
) -> None:
    here = all_of(language)
    there = all_of({"en": "zh-hans", "zh-hans": "en"}[language])
    found = searching.search(here, asked, others=there)
    assert found.answers[0].slug == meant
    assert found.answers[0] in here


@pytest.mark.parametrize("asked", ["火星移民签证", "qwertyuiop zxcvb", "!!!", "　", "💡💡"])
def test_says_that_nothing_was_found(asked: str) -> None:
    assert searching.search(all_of("zh-hans"), asked).answers == ()


def test_names_the_nearest_where_nothing_answers() -> None:
    found = searching.search(all_of("zh-hans"), "余额宝收益率怎么算复利")
    assert found.answers == ()
    assert 1 <= len(found.near) <= searching.NEAREST


@pytest.mark.parametrize(
    "asked", ["密码忘记了", "密码忘了吗", "忘记密码了怎么办呢", "忘了密码的话"]
)
def test_particles_do_not_hide_what_is_asked(asked: str) -> None:
    assert searching.search(all_of("zh-hans"), asked).answers[0].slug == "forgotten-password"


def test_a_single_character_finds_titles() -> None:
    assert searching.search(all_of("zh-hans"), "卡").answers


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("余额怎么退", ["余额", "额怎", "么退"]),
        ("ＥＳＩＭ卡", ["esim", "卡"]),
        ("closing closed close", ["clos"]),
        ("忘了密码的吗", ["忘", "密码"]),
        ("怎么", ["怎么"]),
        ("", []),
    ],
)
def test_cuts_words(text: str, pieces: list[str]) -> None:
    assert searching.pieces(text) == pieces


def test_huge_questions_cost_nothing() -> None:
    assert searching.search(all_of("zh-hans"), "退" * 100_000).answers is not None


def test_of_what_was_asked_only_our_own_words_stay() -> None:
    asked = "尤示桐的号码怎么注销 13800000000 Smithson"
    assert searching.of_ours(all_of("zh-hans"), asked, others=all_of("en")) == "号码 码怎 注销"
