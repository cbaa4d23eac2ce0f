"""Preparing a start: what comes with the service is published, and what was published stays."""

import pytest

from tests.stories import ADMIN, OPERATOR, World
from xiaohu.ops import prepare
from xiaohu.registry import policies
from xiaohu.registry.models import PolicyVersion

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
RULES = "example-telecom"


def versions() -> list[str]:
    """Return the hashes of what is published under the version of the shipped rules."""
    version = policies.read(policies.shipped(RULES)).profile.version
    found = PolicyVersion.objects.filter(operator_id=OPERATOR, version=version)
    return list(found.values_list("sha256", flat=True))


def test_rules_that_come_with_the_service_are_published_once(world: World) -> None:
    for _ in range(2):
        prepare.publish_shipped(RULES, now=world.now)
    assert len(versions()) == 1


def test_what_an_earlier_release_shipped_under_that_version_stays(world: World) -> None:
    earlier = policies.shipped(RULES).replace("每日 8:00–20:00", "每日 9:00–20:00")
    policies.publish(operator=OPERATOR, toml=earlier, actor=ADMIN, now=world.now)
    before = versions()
    prepare.publish_shipped(RULES, now=world.now)
    assert versions() == before
