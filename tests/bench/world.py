"""A real database, real simulators and ten thousand lines, for the length of a measurement."""

import csv
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Self

LINES = 10_000


class BenchWorld:
    """Everything a measurement needs; nothing of it is left afterwards."""

    def __enter__(self) -> Self:
        from django.core.management import call_command

        from tests.environment import DATA
        from tests.processes import Simulators
        from tests.stories import set_up_rows
        from xiaohu.ops.embedded import Cluster
        from xiaohu.registry import demo_data

        self.folder = DATA
        self.clusters = [Cluster(DATA, "main"), Cluster(DATA, "keystore")]
        for cluster in self.clusters:
            cluster.start()
        for database in ("keystore", "default"):
            call_command("migrate", database=database, verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        now = datetime.now(UTC)
        self.export = DATA / "lines.csv"
        demo_data.write(path=self.export, lines=LINES, seed=1, today=now.date())
        self.simulators = Simulators(DATA / "outside", self.export)
        self.simulators.start()
        self.world = set_up_rows(self.export, now=now)
        self._numbers = self._clean_numbers()
        return self

    def __exit__(self, *_: object) -> None:
        from django.db import connections

        connections.close_all()
        self.simulators.stop()
        for cluster in reversed(self.clusters):
            cluster.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def take(self, count: int) -> list[str]:
        """Return numbers of clean lines nobody took yet."""
        return [number for number, _ in zip(self._numbers, range(count), strict=False)]

    def _clean_numbers(self) -> Iterator[str]:
        from xiaohu.registry import demo_data

        with self.export.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if demo_data.is_clean(row) and float(row["cash_yuan"]) < 1000:
                    yield f"+86{row['number']}"
