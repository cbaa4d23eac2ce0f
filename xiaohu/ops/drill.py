"""`xiaohu drill`: close and erase people, bring an older backup back, and see that nobody returns with it.

Everything happens in a folder of its own, with invented people and the simulators: what runs here
is the service as installed, and what it is used for is never touched. Three restores are tried: the
older data with today's keys, with keys as old as the data, and with old keys after their epoch.
"""

import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xiaohu.ops.base_backup import back_up, bring_back
from xiaohu.ops.embedded import CLUSTERS, Cluster
from xiaohu.ops.requirements import free_ports
from xiaohu.ops.scratch import Installation
from xiaohu.ops.sentences import MARK

STEPS = (
    "asked",
    "backed_up",
    "erased",
    "keys_of_today",
    "start_refused",
    "replayed",
    "nothing_twice",
    "epoch_over",
)
PORTS = 4  # the web server's, and one for each simulator
# Beside the databases: what a restore leaves as it is, and what the world outside remembers anyway.
NOT_RESTORED = ("keys", "demo", "simulators", "checkpoints", "instance.json")


@dataclass
class Step:
    """One line of the table: what was tried, what was seen, and how long it took."""

    name: str
    well: bool
    seconds: float
    seen: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"step": self.name, "ok": self.well, "seconds": self.seconds, **self.seen}


def run(*, people: int, tell: Callable[[Step], None]) -> bool:
    """Drill with so many people, of whom half are erased and some more who ask after the backup; say whether all went as it must.

    Raises:
        DrillFailed, CannotStart: it could not be carried to its end.
    """
    folder = Path(tempfile.mkdtemp(prefix="xiaohu-drill-"))
    folder.chmod(0o711)  # PostgreSQL's own user passes through.
    try:
        return _Drill(folder, people, tell).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Drill:
    def __init__(self, folder: Path, people: int, tell: Callable[[Step], None]) -> None:
        self.folder = folder
        self.people = people
        self.asked = people // 2
        self.late = max(
            1, people // 4
        )  # ask after the backup, which knows nothing of their requests
        self.erased = self.asked + self.late
        self.tell = tell
        self.port = free_ports(PORTS)
        self.live = Installation(folder / "live", self.port)
        self.well = True
        self.did = 0

    def run(self) -> bool:
        """Go through all of it."""
        self._close_and_erase()
        self._with_keys_of_today()
        self._with_keys_as_old()
        self._with_keys_of_an_epoch_that_is_over()
        return self.well

    def _close_and_erase(self) -> None:
        """People ask; the backup is taken; they are closed, paid and erased; the service stops."""
        self.live.data.mkdir(mode=0o711)
        began = time.monotonic()
        with ExitStack() as stack:
            self.live.stage("people", str(self.people))
            self.live.serve(stack)
            asked = self.live.stage("ask", "0", str(self.asked))
            self._note("asked", began, asked, well=asked["asked"] == self.asked)
            began = time.monotonic()
            for name in CLUSTERS:
                back_up(Cluster(self.live.data, name), Cluster(self.folder / "backup", name))
            self._note("backed_up", began, {}, well=True)
            began = time.monotonic()
            self.live.stage("ask", str(self.asked), str(self.late))
            seen = self.live.stage("erase", str(self.erased))
        self.did = self.live.truth()
        self._note("erased", began, seen, well=self._is_as_it_must(seen) and not seen["broken"])

    def _with_keys_of_today(self) -> None:
        """Older data, today's keystore: what was erased stays erased, and all else is there.

        All of them could be found again, and some without a request: the backup is older than that.
        """
        began, restored = time.monotonic(), self._restored("today", keystore=self.live.data)
        with ExitStack() as stack:
            restored.clusters(stack)
            before = restored.stage("look")
            forgotten = restored.command("keys", "replay")
            seen = restored.stage("look")
        well = before["findable"] == self.erased and forgotten.returncode == 0
        self._note("keys_of_today", began, seen, well=well and self._is_as_it_must(seen))

    def _with_keys_as_old(self) -> None:
        """Older data, a keystore as old: no start before the journal is replayed, then the same; nothing twice."""
        began, restored = time.monotonic(), self._restored("old", keystore=self.folder / "backup")
        with ExitStack() as stack:
            restored.clusters(stack)
            refused = restored.command("worker")
            # Everybody can be read again: this is what the refusal is for, and shows that the look sees it.
            seen = restored.stage("look")
            well = refused.returncode != 0 and MARK in refused.stderr
            self._note("start_refused", began, seen, well=well and seen["readable"] == self.people)
            began = time.monotonic()
            replayed = restored.command("keys", "replay")
            seen = restored.stage("look")
            well = replayed.returncode == 0 and self._is_as_it_must(seen) and not seen["broken"]
            self._note("replayed", began, seen, well=well)
        began = time.monotonic()
        with ExitStack() as stack:
            restored.serve(stack)
            seen = restored.stage("go_on")
        again = restored.truth() - self.did
        well = again == 0 and seen["findable"] == 0
        self._note("nothing_twice", began, {"again": again}, well=well)

    def _with_keys_of_an_epoch_that_is_over(self) -> None:
        """The epoch ends; with the old keystore nobody can be read any more, erased or not."""
        began = time.monotonic()
        with ExitStack() as stack:
            self.live.clusters(stack)
            rolled = self.live.command("keys", "roll")
            living = self.live.stage("look")
        restored = self._restored("over", keystore=self.folder / "backup")
        with ExitStack() as stack:
            restored.clusters(stack)
            refused = restored.command("worker")
            seen = restored.stage("look")
        well = rolled.returncode == 0 and self._is_as_it_must(living)
        well = well and refused.returncode != 0 and seen["readable"] == 0
        self._note("epoch_over", began, seen, well=well)

    def _restored(self, name: str, *, keystore: Path) -> Installation:
        """Put the older data and a keystore into a folder of their own, with the keys of today."""
        made = Installation(self.folder / name, self.port)
        made.data.mkdir(mode=0o711)
        for part in NOT_RESTORED:
            place = self.live.data / part
            copy = shutil.copytree if place.is_dir() else shutil.copy2
            if place.exists():
                copy(place, made.data / part)
        if (programs := self.live.data / "postgresql").exists():
            (made.data / programs.name).symlink_to(programs)
        for cluster, source in (("main", self.folder / "backup"), ("keystore", keystore)):
            bring_back(Cluster(source, cluster), Cluster(made.data, cluster))
        return made

    def _is_as_it_must(self, seen: dict[str, int]) -> bool:
        found = (seen["erased"], seen["readable"], seen["findable"])
        return found == (self.erased, self.people - self.erased, 0)

    def _note(self, name: str, began: float, seen: dict[str, int], *, well: bool) -> None:
        self.well = self.well and well
        self.tell(Step(name, well, round(time.monotonic() - began, 1), seen))
