"""Silence is warned of before a session ends, and one press keeps it."""

import pytest
from django.test import Client

from tests.portal.browser import Browser, page
from tests.stories import World

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def test_whoever_is_signed_in_is_warned_at_fifteen_of_twenty_minutes(world: World) -> None:
    text = page(Browser(world).sign_in().open("/settings"))
    assert 'data-warn-after="900" data-out-after="1200"' in text


def test_nobody_else_is(world: World) -> None:
    assert "data-warn-after" not in page(Client().get("/"))


def test_staying_is_one_request(world: World) -> None:
    assert Browser(world).sign_in().send("/stay").status_code == 204


def test_an_ended_session_cannot_be_kept(world: World) -> None:
    assert Client().post("/stay").status_code == 403
