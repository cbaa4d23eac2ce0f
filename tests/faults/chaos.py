"""Real workers killed at random, and a database that crashes: `python -m tests.faults.chaos`.

A process of its own with clusters of its own, whose commits wait for the disk.
"""

import argparse
import os
import sys
import time
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

import django
import httpx

import tests.environment  # noqa: F401 - settles the data folder before Django reads it
from xiaohu.ops.requirements import free_ports

if TYPE_CHECKING:
    from tests.bench.world import BenchWorld
    from tests.faults.crew import Crew, Feeder

SLOW = {"slow_s": 0.05}  # so that most deaths come in the middle of something
MOODS: tuple[dict[str, Any], ...] = (
    SLOW,
    {**SLOW, "lost_answer": True},
    {**SLOW, "asynchronous": True},
)
MOOD_S = 4.0
BETWEEN_S = (0.2, 1.2)  # so that a worker lives long enough to take something up
LAST_S = 300.0
MOST_P99 = 90.0


class Chaos:
    """One night: who was killed while holding what, and when somebody went on with it."""

    def __init__(self, world: "BenchWorld", crew: "Crew", feeder: "Feeder", chance: Random) -> None:
        self.world, self.crew, self.feeder, self.chance = world, crew, feeder, chance
        self.left_behind: dict[UUID, tuple[int, float]] = {}
        self.waited: list[float] = []
        self.mood_until = 0.0
        self.set_aside = 0

    def kill(self, times: int) -> None:
        """Kill workers at random moments of their work."""
        from tests.faults import summary

        for _ in range(times):
            self.crew.fill()
            time.sleep(self.chance.uniform(*BETWEEN_S))
            self._note(self.crew.kill_one(self.chance))
            self._change_mood()
            self._look()
        summary.add("kills", times)

    def crash(self, times: int) -> None:
        """Stop a database at once, in the middle of everything, and start it again."""
        from tests.faults import summary

        for _ in range(times):
            until = time.monotonic() + self.chance.uniform(0.5, 3.0)
            while time.monotonic() < until:
                self.crew.fill()
                time.sleep(0.1)
            cluster = self.chance.choice(self.world.clusters)
            cluster.kill()
            time.sleep(self.chance.choice([0.2, 1.0, 5.0]))
            cluster.start()
            self._require_acknowledged()
        summary.add("database crashes", times)

    def finish(self) -> None:
        """Let everything come to its end, and ask the oracle."""
        from tests.faults import oracle, summary
        from xiaohu.closures.models import Case

        self.feeder.end()
        for name in (1, 2):
            _fault(name, {})
        taken = self.feeder.acknowledged()
        until = time.monotonic() + LAST_S
        while Case.objects.filter(pk__in=taken).exclude(state="done").exists():
            assert time.monotonic() < until, self._standing(case__in=taken)
            self.crew.fill()
            self._look()
            self._give_back()
            time.sleep(0.3)
        self.crew.end()
        summary.add("cases", len(taken))
        summary.add("set aside and given back", self.set_aside)
        summary.progress(self.waited)
        oracle.require_agreement(self.world.simulators.truth, alone=True)
        self._require_checksums()

    def _give_back(self) -> None:
        """Do what people do: give back what was set aside after five workers died at it in a row."""
        from tests.stories import staff
        from xiaohu.access.models import StaffUser
        from xiaohu.closures import retrying
        from xiaohu.closures.driver import KILLS_WORKERS
        from xiaohu.closures.models import Closing

        for closing in Closing.objects.filter(is_open=True, trouble=KILLS_WORKERS).exclude(
            owner=""
        ):
            officer = StaffUser.objects.filter(username="chen").first() or staff()
            retrying.try_again(
                case_id=closing.case_id,
                closing_id=closing.pk,
                officer=officer,
                now=datetime.now(UTC),
            )
            self.set_aside += 1

    def _note(self, orphans: list[UUID]) -> None:
        from xiaohu.closures.models import Closing

        for closing in Closing.objects.filter(pk__in=orphans, is_open=True):
            self.left_behind.setdefault(closing.pk, (closing.lease, time.monotonic()))

    def _look(self) -> None:
        """See which closings somebody went on with."""
        from xiaohu.closures.models import Closing

        now, at = time.monotonic(), datetime.now(UTC)
        for closing in Closing.objects.filter(pk__in=list(self.left_behind)):
            held, since = self.left_behind[closing.pk]
            if closing.lease > held or not closing.is_open:
                self.waited.append(now - since)
                del self.left_behind[closing.pk]
            elif closing.next_action_at is not None and closing.next_action_at > at:
                # Before its worker died it wrote down that it waits: nobody is late before then.
                self.left_behind[closing.pk] = held, now
        late = [pk for pk, (_, since) in self.left_behind.items() if now - since >= 3 * MOST_P99]
        assert not late, self._standing(pk__in=late)

    def _change_mood(self) -> None:
        if time.monotonic() < self.mood_until:
            return
        self.mood_until = time.monotonic() + MOOD_S
        for number in (1, 2):
            _fault(number, self.chance.choice(MOODS))

    def _require_acknowledged(self) -> None:
        from django.db import connections

        from xiaohu.closures.models import Case

        connections.close_all()
        taken = self.feeder.acknowledged()
        kept = Case.objects.filter(pk__in=taken).exclude(submitted_at=None).count()
        assert kept == len(taken), f"{len(taken) - kept} acknowledged requests are gone"

    def _require_checksums(self) -> None:
        from django.db import connections

        connections.close_all()
        for cluster in self.world.clusters:
            cluster.stop()
            said = cluster.run_program(["pg_checksums", "--check", "-D", str(cluster.pgdata)])
            assert said.returncode == 0, said.stderr

    def _standing(self, **which: Any) -> list[Any]:
        """Return where open closings stand: for whoever reads why this failed."""
        from xiaohu.closures.models import Closing

        stuck = Closing.objects.filter(is_open=True, **which)
        columns = ("step", "trouble", "owner", "fallen", "lease_until", "next_action_at")
        return list(stuck.values_list(*columns))


def _fault(number: int, faults: dict[str, Any]) -> None:
    from django.conf import settings

    url = f"{settings.XIAOHU.simulator_url(number)}/faults"
    assert httpx.put(url, json=faults, timeout=5.0).is_success


def main() -> int:
    """Kill and crash as often as asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.chaos")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--crashes", type=int, default=0)
    asked = parser.parse_args()
    # Whoever started this may have simulators of their own where ours would be.
    os.environ["XIAOHU_PORT"] = str(free_ports(4))
    os.environ["DJANGO_SETTINGS_MODULE"] = "xiaohu.config.settings"
    django.setup()
    from tests.bench.world import BenchWorld
    from tests.faults import summary
    from tests.faults.crew import Crew, Feeder
    from tests.faults.seeds import rng

    with BenchWorld() as world:
        notes = world.folder / "notes"
        notes.mkdir()
        feeder = Feeder(world.world, world.take(5000), notes / "taken")
        chaos = Chaos(world, Crew(notes), feeder, rng("chaos"))
        try:
            chaos.kill(asked.kills)
            chaos.crash(asked.crashes)
            chaos.finish()
        finally:
            chaos.crew.end()
            feeder.stop.touch()
    waited = sorted(chaos.waited)
    if waited:
        assert waited[int(len(waited) * 0.99)] <= MOST_P99, waited[-5:]
    sys.stdout.write(summary.table() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
