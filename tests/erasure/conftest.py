"""The world of the case, and the servers of an operator."""

from collections.abc import Iterator
from types import SimpleNamespace

import psycopg
import pytest
import sqlalchemy as sa

from tests.closures.conftest import world
from tests.erasure.crm import Crm
from tests.erasure.servers import S3, MariaDB, Redis

__all__ = ["world"]
DATABASE = "operator_crm"


@pytest.fixture(scope="session")
def postgresql(embedded: SimpleNamespace) -> str:
    """Return the address of an operator's PostgreSQL database."""
    place = f"host='{embedded.main.socket}' user=xiaohu dbname=postgres"
    with psycopg.connect(place, autocommit=True) as connection:
        there = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(there, [DATABASE]).fetchone() is None:  # tests of faults have it too
            connection.execute(f"CREATE DATABASE {DATABASE}")
    return f"postgresql://xiaohu@/{DATABASE}?host={embedded.main.socket}"


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDB]:
    """Run a MariaDB server until the session ends."""
    server = MariaDB(tmp_path_factory.mktemp("mariadb"))
    try:
        server.start()
        engine = sa.create_engine(_driven(server.address("")))
        with engine.begin() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4"))
        engine.dispose()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """Run a Redis server until the session ends."""
    server = Redis(tmp_path_factory.mktemp("redis"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """Run an S3 server until the session ends."""
    server = S3(tmp_path_factory.mktemp("s3"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _driven(address: str) -> sa.URL:
    url = sa.make_url(address)
    driver = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
    return url.set(drivername=driver[url.drivername])


@pytest.fixture
def crm(request: pytest.FixtureRequest) -> Iterator[Crm]:
    """An operator's database with its tables: PostgreSQL's, unless a test asks for both makers."""
    kind = getattr(request, "param", "postgresql")
    if kind == "mysql":
        address = request.getfixturevalue("mariadb").address(DATABASE)
    else:
        address = request.getfixturevalue("postgresql")
    engine = sa.create_engine(_driven(address), poolclass=sa.pool.NullPool)
    made = Crm(kind, address, engine)
    made.begin()
    yield made
    engine.dispose()
