"""The embedded clusters: closed to the outside, quiet about values, robust against leftovers."""

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from xiaohu.ops.embedded import ROLE, Cluster
from xiaohu.ops.sentences import CannotStart


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A cluster of its own, stopped afterwards."""
    with tempfile.TemporaryDirectory(prefix="xiaohu-pg-") as folder:
        Path(folder).chmod(0o711)
        made = Cluster(Path(folder), "main")
        try:
            yield made
        finally:
            made.stop()


def ask(cluster: Cluster, question: str) -> str:
    """Return the one value of a question to the server."""
    with psycopg.connect(host=str(cluster.socket), user=ROLE, dbname="xiaohu") as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return str(row[0])


def test_starts_closed_and_quiet(cluster: Cluster) -> None:
    cluster.start()
    assert ask(cluster, "SHOW listen_addresses") == ""
    assert ask(cluster, "SHOW data_checksums") == "on"
    assert ask(cluster, "SHOW log_error_verbosity") == "terse"
    assert ask(cluster, "SHOW log_min_error_statement") == "panic"
    assert stat.S_IMODE(cluster.socket.stat().st_mode) == 0o700


def test_nobody_who_stands_still_holds_a_lock_for_ever(cluster: Cluster) -> None:
    cluster.start()
    assert ask(cluster, "SHOW idle_in_transaction_session_timeout") == "5min"


def test_values_of_a_unique_violation_stay_out_of_the_log(cluster: Cluster) -> None:
    cluster.start()
    with psycopg.connect(host=str(cluster.socket), user=ROLE, dbname="xiaohu") as connection:
        connection.execute("CREATE TABLE seen (word text UNIQUE)")
        connection.execute("INSERT INTO seen VALUES ('canary-7261')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO seen VALUES ('canary-7261')")
    assert "canary-7261" not in (cluster.home / "server.log").read_text()


def test_starts_again_after_a_crash_that_left_a_strangers_pid(cluster: Cluster) -> None:
    cluster.start()
    with psycopg.connect(host=str(cluster.socket), user=ROLE, dbname="xiaohu") as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    cluster.kill()
    pid_file = cluster.pgdata / "postmaster.pid"
    if pid_file.exists():  # The number now belongs to somebody else: ourselves.
        pid_file.write_text(
            pid_file.read_text().replace(pid_file.read_text().split()[0], str(os.getpid()), 1)
        )
    cluster.start()
    assert ask(cluster, "SELECT answer FROM kept") == "42"


def test_takes_over_from_a_server_left_running(cluster: Cluster) -> None:
    cluster.start()
    left_behind, cluster.process = cluster.process, None
    assert left_behind is not None
    cluster.start()
    assert left_behind.wait(timeout=10) == 0
    assert ask(cluster, "SELECT 1") == "1"


def test_says_in_one_sentence_that_it_cannot_start(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    (cluster.pgdata / "PG_VERSION").write_text("11\n")
    with pytest.raises(CannotStart, match="did not start"):
        cluster.start()
