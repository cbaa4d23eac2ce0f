"""A world with people who may correct documents, and keys that may be moved."""

from pathlib import Path

import pytest

from tests.stories import World, staff
from tests.template import Template
from tests.vault.conftest import keyring
from xiaohu.access import mfa
from xiaohu.core.actors import ActorKind
from xiaohu.gateways import http
from xiaohu.queue import clock

__all__ = ["keyring", "world"]
PASSWORD = "a long example password"


@pytest.fixture
def world(template: Template, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world with two people who may correct documents, and a durable block that may nest."""
    clock.forget()
    made = template.world(tmp_path)
    monkeypatch.setattr(http, "_exchange", made.outside.exchange)
    for name, role in (("lin", ActorKind.COMPLIANCE), ("zhao", ActorKind.ADMIN)):
        person = staff(name, role)
        person.set_password(PASSWORD)
        person.save()
        mfa.enrol(person)
    return made
