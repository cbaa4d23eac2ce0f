"""Before rules are published people read that the service is not set up yet, and `/readyz` says why."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client, override_settings

from tests.portal.browser import words
from tests.portal.conftest import STATIC
from tests.stories import ADMIN, NOON, OPERATOR
from xiaohu.registry import policies

pytestmark = pytest.mark.django_db(databases=["default", "keystore"], transaction=True)


@pytest.fixture
def client() -> Iterator[Client]:
    """A browser at a service nobody has set up."""
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": STATIC}):
        yield Client()


def publish() -> None:
    """Put rules in force."""
    policies.publish(operator=OPERATOR, toml=policies.shipped("generic-cn"), actor=ADMIN, now=NOON)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/verify", "/scope"])
def test_people_read_a_calm_page(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "服务还没有开通" in words(answer)
    assert "NO_POLICY" in words(answer)
    assert "最近 30 天" not in words(answer)


def test_what_sets_it_up_stays_open(client: Client) -> None:
    assert client.get("/desk/sign-in").status_code == 200
    assert client.get("/healthz").status_code == 200


def test_readiness_names_the_rules_until_there_are_some(client: Client) -> None:
    assert client.get("/readyz").json()["policy"] == "unavailable"
    publish()
    assert client.get("/readyz").json()["policy"] == "ok"
    assert client.get("/").status_code == 200
