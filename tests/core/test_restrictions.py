"""Whoever is restricted learns what lifts it, whatever the reason."""

import pytest

from xiaohu.core.facts import RestrictionReason
from xiaohu.core.restrictions import REMEDIES, Remedy, RestrictionSource, usual_source


@pytest.mark.parametrize("reason", RestrictionReason)
def test_each_reason_has_a_remedy_that_begins_with_who_it_is(reason: RestrictionReason) -> None:
    assert REMEDIES[reason][0] is Remedy.IDENTITY


def test_a_police_notice_is_the_police_and_all_else_the_operator() -> None:
    police = {r for r in RestrictionReason if usual_source(r) is RestrictionSource.POLICE}
    assert police == {RestrictionReason.POLICE_NOTICE}
