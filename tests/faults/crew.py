"""Three real workers and somebody who submits requests, each a process that may die at any time."""

import logging
import os
import signal
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from uuid import UUID

from django.db import InterfaceError, OperationalError, connections

from tests.stories import World
from xiaohu.closures import alarms
from xiaohu.closures.models import Case, Closing
from xiaohu.core.checks import Blocked
from xiaohu.gateways.protocols import GatewayUnavailable
from xiaohu.ops import worker
from xiaohu.queue import clock, lease
from xiaohu.vault.keys import KeystoreUnavailable

WORKERS = 3
AWAY = (OperationalError, InterfaceError, KeystoreUnavailable, GatewayUnavailable)


def forked(do: Callable[[], None]) -> int:
    """Do something in a child and return at once; the child ends with it."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            do()
            code = 0
        except Exception:  # noqa: BLE001 - said before it ends, for whoever looks
            traceback.print_exc()
        finally:
            os._exit(code)
    return child


class Crew:
    """Workers that are started again when they end, and what each has in hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = iter(range(10**6))
        self.living: dict[int, Path] = {}

    def fill(self) -> None:
        """Start workers until there are three; whoever ended by itself is replaced."""
        for child in list(self.living):
            if os.waitpid(child, os.WNOHANG)[0]:
                del self.living[child]
        while len(self.living) < WORKERS:
            notes = self.folder / f"worker-{next(self.numbers)}"
            self.living[forked(partial(_work, notes))] = notes

    def kill_one(self, chance: Random) -> list[UUID]:
        """Kill one worker, rather one that is at something, and return what it had in hand."""
        busy = [child for child, notes in self.living.items() if _in_hand(notes)]
        child = chance.choice(sorted(busy or self.living))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return _in_hand(self.living.pop(child))

    def end(self) -> None:
        """End all workers."""
        for child in self.living:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        self.living = {}


def _work(notes: Path) -> None:
    """Be a worker that notes which leases it takes and gives back."""
    take, release = lease.take, lease.release
    with notes.open("a", buffering=1, encoding="ascii") as file:

        def taking(model: type[Closing], pk: UUID, *, seconds: int = lease.SECONDS) -> int | None:
            held = take(model, pk, seconds=seconds)
            if held is not None:
                file.write(f"+{pk}\n")
            return held

        def releasing(model: type[Closing], pk: UUID, held: int) -> None:
            release(model, pk, held)
            file.write(f"-{pk}\n")

        lease.take, lease.release = taking, releasing  # type: ignore[assignment] # of this child only
        clock.forget()
        logging.disable(logging.CRITICAL)
        with suppress(Exception):  # It ends where the database is away, and is started again.
            worker.run()


def _in_hand(notes: Path) -> list[UUID]:
    held: set[str] = set()
    for line in notes.read_text(encoding="ascii").splitlines() if notes.exists() else []:
        (held.add if line[0] == "+" else held.discard)(line[1:37])
    return [UUID(pk) for pk in sorted(held)]


class Feeder:
    """Somebody who submits one request after another and remembers which were taken."""

    def __init__(self, world: World, numbers: list[str], taken: Path) -> None:
        self.world, self.numbers, self.taken = world, numbers, taken
        self.stop = taken.with_suffix(".stop")
        taken.touch()
        self.child = forked(self._feed)

    def acknowledged(self) -> list[UUID]:
        """Return every request that was told to be submitted."""
        return [UUID(line) for line in self.taken.read_text(encoding="ascii").split()]

    def end(self) -> None:
        """Let it finish what it is at, and stop."""
        self.stop.touch()
        assert os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1]) == 0

    def _feed(self) -> None:
        clock.forget()
        for number in self.numbers:
            if self.stop.exists():
                return
            try:
                self._submit(number)
            except Blocked as blocked:
                raise AssertionError(blocked.params) from None
            except AWAY:  # A database or the operator is away; so is this request.
                connections.close_all()
                time.sleep(0.2)

    def _submit(self, number: str) -> None:
        case = self.world.submitted(number)
        with self.taken.open("a", encoding="ascii") as file:
            file.write(f"{case.pk}\n")
        now = datetime.now(UTC)
        Case.objects.filter(pk=case.pk).update(execute_at=now)
        Closing.objects.filter(case=case).update(next_action_at=now)
        alarms.sweep(now=now)
