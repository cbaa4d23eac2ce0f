"""An operator's own PostgreSQL instead of the embedded one: two addresses, and nothing else changes."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.environment import PORTS
from tests.service import Service
from xiaohu.ops.embedded import Cluster

pytestmark = pytest.mark.kill
PORT = PORTS + 290


class OwnServer(Cluster):
    """A PostgreSQL somewhere else, reached over TCP."""

    def _settings(self) -> dict[str, str]:
        return {**super()._settings(), "listen_addresses": "127.0.0.1", "port": str(PORT)}

    def _create_database(self) -> bool:
        place = f"host=127.0.0.1 port={PORT} user=xiaohu dbname=postgres"
        try:
            with psycopg.connect(place, autocommit=True) as connection:
                for name in ("cases", "keys"):
                    connection.execute(f"CREATE DATABASE {name}".encode())
        except psycopg.OperationalError:
            return False
        return True


@pytest.fixture
def server() -> Iterator[OwnServer]:
    """A running server with two empty databases."""
    folder = Path(tempfile.mkdtemp(prefix="xiaohu-external-"))
    folder.chmod(0o711)
    made = OwnServer(folder, "main")
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder)


def test_a_whole_closing_on_two_external_databases(server: OwnServer) -> None:
    assert server.process is not None
    address = f"postgresql://xiaohu@127.0.0.1:{PORT}"
    service = Service(
        port=PORTS + 280,
        XIAOHU_DATABASE_URL=f"{address}/cases?application_name=xiaohu",
        XIAOHU_KEYSTORE_URL=f"{address}/keys",
    )
    try:
        service.start()
        closed = service.run("demo", "close")
        assert closed.returncode == 0, closed.stdout + closed.stderr
        assert not any((service.data / name).exists() for name in ("main", "keystore"))
    finally:
        service.stop()
        shutil.rmtree(service.folder, ignore_errors=True)
