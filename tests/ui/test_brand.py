"""An operator's own colours: two lines of style for each version of its rules."""

import pytest
from django.test import Client

from tests.stories import OPERATOR
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.queue import clock
from xiaohu.registry import policies

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keystore"]),
    pytest.mark.usefixtures("pages"),
]
GENERIC = policies.shipped("generic-cn")
RED = '\n[brand]\ncolour = "#b00020"\ndark = "#7f0017"\n'


def publish(toml: str) -> str:
    """Publish rules and return their version."""
    admin = Actor(ActorKind.ADMIN, "test")
    return policies.publish(operator=OPERATOR, toml=toml, actor=admin, now=clock.now()).version


def test_pages_of_an_operator_with_colours_of_its_own_ask_for_them(client: Client) -> None:
    version = publish(GENERIC + RED)
    assert f"/brand/{version}.css" in client.get("/").content.decode()
    answer = client.get(f"/brand/{version}.css")
    assert answer["Content-Type"].startswith("text/css")
    assert answer.content.decode() == ":root { --brand: #b00020; --brand-dark: #7f0017; }\n"
    assert "immutable" in answer["Cache-Control"]


def test_pages_without_such_colours_ask_for_nothing_more(client: Client) -> None:
    publish(GENERIC)
    assert "/brand/" not in client.get("/").content.decode()


def test_a_version_that_was_never_published_has_no_colours(client: Client) -> None:
    publish(GENERIC)
    assert client.get("/brand/2031.01.css").status_code == 404
