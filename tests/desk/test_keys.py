"""D12: keys are explained, and the single ones are switched off for good, by each for themselves."""

import pytest

from tests.desk.officers import officer
from tests.portal.browser import page
from tests.stories import World
from xiaohu.desk.models import Habit

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def test_single_keys_are_switched_off_and_stay_off(world: World) -> None:
    desk = officer(world).sign_in()
    assert 'data-single="on"' in page(desk.open("/"))
    for _ in range(2):
        assert desk.send("/keys", single_keys="off").status_code == 302
    assert 'data-single="off"' in page(desk.open("/"))
    assert Habit.objects.get().officer == desk.officer
    assert "单键快捷键已开启" in page(officer(world, "wang").sign_in().open("/keys"))
    desk.send("/keys", single_keys="on")
    assert 'data-single="on"' in page(desk.open("/keys"))
