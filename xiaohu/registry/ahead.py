"""Reading a file ahead of those who write: understanding a row costs as much as storing it.

A large file is read by a process of its own, one batch ahead, so that both go on at once.
"""

import multiprocessing
import os
import signal
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from datetime import date
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from xiaohu.access.accounts import username_index
from xiaohu.core.comparing import plain_name
from xiaohu.core.identity import known_by
from xiaohu.registry.files.opening import Source, require_columns
from xiaohu.registry.reading import RowReader
from xiaohu.registry.rows import BadRow, FileRow, GoodRow
from xiaohu.vault.index import indexer

BATCH = 5000
WORTH_A_PROCESS = 4 << 20


class Indexed(NamedTuple):
    """A good row with the indexes of what it names, and of all it says; no user name, no index."""

    row: GoodRow
    number: bytes
    document: bytes
    username: bytes
    whole: bytes
    card: bytes
    name: bytes


class Batch(NamedTuple):
    """Rows in the order of the file, and the share of it read so far."""

    rows: list[Indexed | BadRow]
    share: float


class Reading:
    """One file, opened and its first line checked."""

    def __init__(self, source: Source, *, operator: str, today: date) -> None:
        require_columns(source.header)
        self._source = source
        self._operator = operator
        self._reader = RowReader(source.header, operator=operator, today=today)
        self.present = self._reader.present
        self._number = indexer(operator=operator, purpose="number")
        self._document = indexer(operator=operator, purpose="document")
        self._whole = indexer(operator=operator, purpose="row")
        self._card = indexer(operator=operator, purpose="iccid")
        self._name = indexer(operator=operator, purpose="name")

    def batches(self) -> Iterator[Batch]:
        """Return the rows, batch by batch."""
        rows = self._source.rows()
        while batch := list(islice(rows, BATCH)):
            yield Batch([self._indexed(row) for row in batch], self._source.share())

    def _indexed(self, row: FileRow | BadRow) -> Indexed | BadRow:
        read = row if isinstance(row, BadRow) else self._reader.read(row)
        if isinstance(read, BadRow):
            return read
        good, text = read
        return Indexed(
            good,
            self._number(good.number),
            self._document(known_by(good.document_kind, good.document_number)),
            username_index(self._operator, good.username) if good.username else b"",
            self._whole(text),
            self._card(good.iccid),
            self._name(plain_name(good.holder_name)),
        )


def is_worth_a_process(path: Path) -> bool:
    """Say whether a file is large enough, and whether there is somebody to help."""
    return (os.cpu_count() or 1) > 1 and path.stat().st_size > WORTH_A_PROCESS


def batches(reading: Reading, *, apart: bool) -> Generator[Batch, None, None]:
    """Return the batches of a file, read here or, `apart`, by a process of its own."""
    if not apart:
        yield from reading.batches()
        return
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe(duplex=False)
    process = fork.Process(target=_read_into, args=(there, reading), daemon=True)
    with _interrupts_held():
        process.start()
    there.close()
    with closing(here):
        try:
            yield from _from(here)
        finally:
            process.kill()
            process.join()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back; a process that is forked meanwhile never gets it."""
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def _from(pipe: Connection) -> Iterator[Batch]:
    while (said := pipe.recv()) is not None:
        if isinstance(said, BaseException):
            raise said
        yield said


def _read_into(pipe: Connection, reading: Reading) -> None:
    """Read on in the forked process, where Ctrl-C stays held: whoever writes decides when to stop."""
    try:
        for batch in reading.batches():
            pipe.send(batch)
        pipe.send(None)
    except BrokenPipeError:
        pass  # Whoever writes has gone.
    except Exception as error:  # noqa: BLE001 - it is raised again where it can be seen
        pipe.send(error)
