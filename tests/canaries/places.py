"""The fourteen places where a value of somebody could lie, each as named pieces of bytes."""

import base64
import json
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from playwright.sync_api import BrowserContext, Response

from tests.service import Service
from xiaohu.config.databases import socket_dir
from xiaohu.ops.base_backup import back_up
from xiaohu.ops.embedded import CLUSTERS, Cluster

Pieces = Iterator[tuple[str, bytes]]
# Of the operator's own side, or of nobody: the simulators' truth, the export, programs, published files.
NOT_OURS = ("demo", "simulators", "postgresql", "static")
# Looked at as places of their own.
ELSEWHERE = (*CLUSTERS, "logs", "checkpoints")


@dataclass
class Temporary:
    """A folder for temporary files, watched: what lay in it for a moment is remembered."""

    folder: Path
    met: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(mode=0o777)
        self.folder.chmod(0o1777)
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()

    def end(self) -> None:
        """Watch no more."""
        self._stop.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._stop.wait(0.002):
            self.look()

    def look(self) -> None:
        """Remember what is there now."""
        with suppress(OSError):  # what is gone before it is read is met the next time, or was empty
            for place in self.folder.rglob("*"):
                if place.is_file():
                    self.met[f"{place}:{place.stat().st_size}"] = place.read_bytes()


@dataclass
class Seen:
    """What a browser got and may keep: answers that do not forbid it."""

    storable: dict[str, bytes] = field(default_factory=dict)

    def take(self, answer: Response) -> None:
        """Note an answer any cache on the way may store."""
        rules = answer.headers.get("cache-control", "")
        if "no-store" in rules or answer.status in range(300, 400):
            return
        with suppress(Exception):  # a body that is gone was never shown
            self.storable[answer.url] = answer.body()


@dataclass
class Places:
    """Everything there is of one running service, and of one browser that visited it."""

    service: Service
    contexts: list[BrowserContext]
    seen: Seen
    temporary: Temporary
    backups: Path

    def every(self) -> dict[str, Callable[[], Pieces]]:
        """Return the fourteen places by name."""
        return {
            "heap": self.heap,
            "wal": self.wal,
            "database log": self.database_log,
            "app log": self.app_log,
            "job arguments": lambda: self.tables("procrastinate_"),
            "sessions": self.sessions,
            "cache": self.cache,
            "callback inbox": lambda: self.tables("gateways_"),
            "audit log": self.audit_log,
            "temporary files": self.temporary_files,
            "exports": lambda: self.tables("exports_"),
            "file store": self.file_store,
            "browser storage": self.browser_storage,
            "backups": self.backups_of_both,
        }

    def tell(self, statement: str, *values: Any, cluster: str = "main") -> list[tuple[Any, ...]]:
        """Run one statement past the service."""
        with self.connected(cluster) as connection:
            ran = connection.execute(statement, values or None)
            return ran.fetchall() if ran.description else []

    def connected(self, cluster: str = "main") -> psycopg.Connection[Any]:
        """Connect to a cluster past the service."""
        place = socket_dir(self.service.data, cluster)
        return psycopg.connect(host=str(place), user="xiaohu", dbname="xiaohu", autocommit=True)

    def heap(self) -> Pieces:
        """Every row as text, and every data file as it lies on the disk."""
        for cluster in CLUSTERS:
            self.tell("CHECKPOINT", cluster=cluster)
            with self.connected(cluster) as connection:
                yield from rows(connection, cluster)
            for part in ("base", "global"):
                yield from _files(self.service.data / cluster / "pgdata" / part)

    def wal(self) -> Pieces:
        """The log of changes of both clusters."""
        for cluster in CLUSTERS:
            yield from _files(self.service.data / cluster / "pgdata" / "pg_wal")

    def database_log(self) -> Pieces:
        """What both servers say."""
        for cluster in CLUSTERS:
            yield cluster, (self.service.data / cluster / "server.log").read_bytes()

    def app_log(self) -> Pieces:
        """What our own processes say."""
        yield from _files(self.service.data / "logs")
        yield "supervisor", self.service.said().encode()

    def tables(self, prefix: str) -> Pieces:
        """The tables of one room."""
        with self.connected() as connection:
            yield from rows(connection, "main", prefix)

    def sessions(self) -> Pieces:
        """The sessions of both sides; those of the desk are packed."""
        yield from self.tables("access_")
        yield from self.tables("django_session")
        for (packed,) in self.tell("SELECT session_data FROM django_session"):
            yield "session", unpacked(packed)

    def cache(self) -> Pieces:
        """What came without a word against keeping it; the service itself has no cache."""
        yield from self.seen.storable.items()

    def audit_log(self) -> Pieces:
        """Events and tree, and the notes of checkpoints."""
        yield from self.tables("trail_")
        yield from _files(self.service.data / "checkpoints")

    def temporary_files(self) -> Pieces:
        """Whatever lay in the folder of temporary files, if only for a moment."""
        self.temporary.look()
        yield from dict(self.temporary.met).items()

    def file_store(self) -> Pieces:
        """Every other file of the data folder."""
        for place in sorted(self.service.data.iterdir()):
            if place.name not in (*NOT_OURS, *ELSEWHERE):
                yield from _files(place)

    def browser_storage(self) -> Pieces:
        """Cookies, and what scripts may store."""
        for number, context in enumerate(self.contexts):
            yield (
                f"cookies {number}",
                json.dumps(context.storage_state(indexed_db=True), ensure_ascii=False).encode(),
            )
            for page in context.pages:
                stored = page.evaluate(
                    "async () => [{...localStorage}, {...sessionStorage},"
                    " await (window.caches?.keys() ?? [])]"
                )
                yield page.url, json.dumps(stored, ensure_ascii=False).encode()

    def backups_of_both(self) -> Pieces:
        """A backup of both clusters, taken now if there is none, and read file by file."""
        for cluster in CLUSTERS:
            copy = Cluster(self.backups, cluster)
            if not copy.pgdata.exists():
                back_up(Cluster(self.service.data, cluster), copy)
            yield from _files(copy.pgdata)


def rows(connection: psycopg.Connection[Any], cluster: str, prefix: str = "") -> Pieces:
    """Read tables as text, long values unpacked."""
    named = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND starts_with(tablename, %s)",
        [prefix],
    )
    for (table,) in named.fetchall():
        with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" TO STDOUT') as out:
            yield f"{cluster}.{table}", b"".join(bytes(part) for part in out)


def unpacked(packed: str) -> bytes:
    """Return what is in a session's data, as Django packs it: signed, base64, and deflated where long."""
    body = packed.split(":")[0]
    raw = base64.urlsafe_b64decode(body.lstrip(".") + "===")
    return zlib.decompress(raw) if body.startswith(".") else raw


def _files(place: Path) -> Pieces:
    found = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
    for file in found:
        with suppress(FileNotFoundError):  # PostgreSQL takes its own files away
            yield str(file), file.read_bytes()
