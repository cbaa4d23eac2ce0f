"""One document of each kind, of a log that grew, each with its bundle, and the published keys."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.stories import LARGE, World, document_of
from tests.template import Template
from xiaohu.closures import bundles
from xiaohu.closures.models import Case, DocumentKind
from xiaohu.gateways import http
from xiaohu.queue import clock
from xiaohu.trail import checkpoints, published, sequencer


@dataclass(frozen=True, slots=True)
class Issued:
    """Bundles by kind, and the keys file an operator publishes."""

    bundles: dict[DocumentKind, bytes]
    keys: bytes

    @property
    def certificate(self) -> bytes:
        """The bundle most tests change."""
        return self.bundles[DocumentKind.CERTIFICATE]


@pytest.fixture
def world(template: Template, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose log is signed once before anything was issued."""
    clock.forget()
    made = template.world(tmp_path)
    monkeypatch.setattr(http, "_exchange", made.outside.exchange)
    monkeypatch.setattr(clock, "now", made.clock)
    sequencer.run_once()
    checkpoints.sign(now=made.now)
    return made


@pytest.fixture
def case(world: World) -> Case:
    """A case that is done; another follows it in the log."""
    case = world.close_firm()
    checkpoints.sign(now=world.now)
    world.close(LARGE)
    checkpoints.sign(now=world.now)
    return case


@pytest.fixture
def issued(case: Case) -> Issued:
    """The documents of the case."""
    made = {}
    for kind in DocumentKind:
        document = document_of(case, kind)
        assert document is not None
        made[kind] = bundles.bundle(document)
    return Issued(made, published.keys_file())
