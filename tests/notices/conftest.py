"""An operator with its names, and a provider of texts that answers as told."""

import pytest

from tests.notices.queued import Provider
from tests.stories import ADMIN, NOON, OPERATOR
from xiaohu.gateways import providers
from xiaohu.registry import policies


@pytest.fixture
def provider(db: None, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """Return the provider every message goes to."""
    policies.publish(operator=OPERATOR, toml=policies.shipped("generic-cn"), actor=ADMIN, now=NOON)
    made = Provider()
    monkeypatch.setattr(providers, "messages", lambda: made)
    return made
