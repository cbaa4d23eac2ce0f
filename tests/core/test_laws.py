"""Every source of a rule has an English name."""

import re

import pytest

from xiaohu.core.checks import CHECKS
from xiaohu.core.involuntary import INVOLUNTARY
from xiaohu.core.laws import in_english
from xiaohu.core.retention import RETENTION

SOURCES = {
    *(rule.basis for rule in CHECKS.values()),
    *(rule.basis for rule in INVOLUNTARY.values()),
    *(rule.basis for rule in RETENTION.values()),
}
CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")


@pytest.mark.parametrize("basis", sorted(SOURCES))
def test_every_basis_is_said_in_english(basis: str) -> None:
    said = in_english(basis)
    assert not CHINESE.search(said)
    assert said.count("; ") == basis.count("；")


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("个人信息保护法第五十条、第六十九条", "Personal Information Protection Law, Art. 50, 69"),
        ("民法典第一千一百四十七条", "Civil Code, Art. 1147"),
        (
            "反电信网络诈骗法第十一条；运营商服务协议",
            "Anti-Telecom and Online Fraud Law, Art. 11; the operator's service agreement",
        ),
        ("某办法第二十条", "某办法, Art. 20"),
    ],
)
def test_articles_are_figures(chinese: str, english: str) -> None:
    assert in_english(chinese) == english
