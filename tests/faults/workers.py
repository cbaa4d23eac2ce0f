"""A worker of the model: a greenlet that stops at every fault point."""

from greenlet import greenlet

from tests.faults.rows import Died, Rows
from xiaohu.closures import driver


class Worker:
    """One worker's process, which may stop or die at any fault point."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.running: greenlet | None = None
        self.dies_at = ""
        self.at = ""

    def go_on(self) -> bool:
        """Run to the next fault point, or to the end of a turn; return whether the turn goes on."""
        if self.running is None:
            self.running = greenlet(self._turn)
        self.running.switch()
        if self.running.dead:
            self.running = None
        return self.running is not None

    def die(self) -> None:
        """Be killed where it stands."""
        if self.running is not None:
            self.running.throw(Died)
            self.running = None

    def _turn(self) -> None:
        try:
            driver.advance(closing_id=self.rows.row.pk, clock=lambda: self.rows.now)
        except Died:
            return
