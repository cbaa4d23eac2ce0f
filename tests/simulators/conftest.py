"""The three simulators, fresh for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from simulators import messages, operator
from simulators.serving import Settings
from tests.simulators.support import write_inventory


@pytest.fixture
def operator_settings(tmp_path: Path) -> Settings:
    """Return what an operator is told at its start."""
    inventory = write_inventory(tmp_path / "lines.csv")
    return Settings(data=str(tmp_path), inventory=str(inventory))


@pytest.fixture
def at_operator(operator_settings: Settings) -> Iterator[TestClient]:
    """Talk to an operator."""
    with TestClient(operator.application(operator_settings)) as client:
        yield client


@pytest.fixture
def at_messages(tmp_path: Path) -> Iterator[TestClient]:
    """Talk to a message provider."""
    with TestClient(messages.application(Settings(data=str(tmp_path)))) as client:
        yield client
