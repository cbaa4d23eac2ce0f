"""A finding in the voice of whoever reads it: an applicant is spoken to, staff are told about one."""

import pytest
from django.utils import translation

from xiaohu.core.checks import CHECKS, CheckCode, Finding
from xiaohu.ui.said import ADDRESSED, said, to_staff


def finding(code: CheckCode) -> Finding:
    """Return a finding of a check."""
    rule = CHECKS[code]
    return Finding(code, rule, rule.choices, None, amount_fen=3820, until=None, count=2)


@pytest.mark.parametrize("code", CheckCode)
def test_staff_are_never_spoken_to_as_the_applicant(code: CheckCode) -> None:
    with translation.override("zh-hans"):
        words = to_staff(finding(code)).replace("申请", "")
    assert not any(word in words for word in ("您", "请", "可先", "可以提交", "下一步"))
    assert "{" not in words


@pytest.mark.parametrize("code", sorted(ADDRESSED))
def test_what_speaks_to_the_applicant_is_said_otherwise_to_staff(code: CheckCode) -> None:
    for language in ("zh-hans", "en"):
        with translation.override(language):
            assert to_staff(finding(code)) != said(finding(code))
