"""A bill that is not ready is asked for less and less often."""

from datetime import timedelta

import pytest

from xiaohu.core.bills import look_again_in


@pytest.mark.parametrize(
    ("waited", "pause"),
    [
        (timedelta(0), timedelta(minutes=1)),
        (timedelta(minutes=10), timedelta(hours=1)),
        (timedelta(hours=23), timedelta(hours=1)),
        (timedelta(days=1), timedelta(days=1)),
        (timedelta(days=40), timedelta(days=1)),
    ],
)
def test_looks_again(waited: timedelta, pause: timedelta) -> None:
    assert look_again_in(waited) == pause
