"""On whose word a restriction rests where the operator does not say."""

import pytest

from xiaohu.core.facts import RestrictionReason
from xiaohu.core.restrictions import RestrictionSource, usual_source


@pytest.mark.parametrize("reason", RestrictionReason)
def test_only_a_notice_of_the_police_rests_on_the_police(reason: RestrictionReason) -> None:
    by_police = usual_source(reason) is RestrictionSource.POLICE
    assert by_police == (reason is RestrictionReason.POLICE_NOTICE)
    assert usual_source(reason) in RestrictionSource
