"""Which rows of an export are news: in the order of the file, the first to name something has it.

Nothing is written here, so a rehearsal judges exactly what an import would.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from xiaohu.registry import known
from xiaohu.registry.ahead import Indexed
from xiaohu.registry.claims import Claims
from xiaohu.registry.known import KnownLine
from xiaohu.registry.rows import BadRow, Flaw, GoodRow
from xiaohu.vault import keys, units


class Fresh(NamedTuple):
    """A row that is not as it was, with what is there of its line."""

    read: Indexed
    line: KnownLine | None


class News(NamedTuple):
    """A fresh row that nothing speaks against, and what there is already of its holder."""

    fresh: Fresh
    holder_id: UUID | None
    opens_account: bool


@dataclass
class Judged:
    """What became of a batch."""

    news: list[News] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    unchanged: int = 0


class Judge:
    """Judges the rows of one file, batch after batch."""

    def __init__(self, operator: str) -> None:
        self.operator = operator
        self._ids = Claims()
        self._usernames = Claims()
        self._given_up: set[bytes] = set()

    def judge(self, batch: Sequence[Indexed | BadRow]) -> Judged:
        """Return what is new, what is wrong, and how much is as it was.

        Call inside the transaction that writes the news, or in none for a rehearsal.
        """
        judged = Judged(bad=[row for row in batch if isinstance(row, BadRow)])
        good = [row for row in batch if not isinstance(row, BadRow)]
        there = known.lines(self.operator, [read.row.subscription_id for read in good])
        fresh = []
        for read in good:
            line = there.get(read.row.subscription_id)
            if self._comes_again(read.row, judged):
                continue
            if line is not None and line.whole == read.whole:
                judged.unchanged += 1
            else:
                fresh.append(Fresh(read, line))
        self._accept(self._still_open(fresh, judged), judged)
        judged.bad.sort()
        return judged

    def _still_open(self, rows: Sequence[Fresh], judged: Judged) -> list[Fresh]:
        """Leave out closed lines, which stay closed whatever a late export says."""
        is_open = known.held_open([fresh.line.id for fresh in rows if fresh.line is not None])
        kept = [fresh for fresh in rows if fresh.line is None or fresh.line.id in is_open]
        judged.unchanged += len(rows) - len(kept)
        return kept

    def _comes_again(self, row: GoodRow, judged: Judged) -> bool:
        """Say whether an earlier row has the same id or number; if not, this one has them now."""
        for name, value in (("subscription_id", row.subscription_id), ("number", row.number)):
            if not self._ids.claim((name, value), by=row.line):
                judged.bad.append(BadRow(row.line, name, Flaw.TWICE_IN_FILE))
                return True
        return False

    def _accept(self, rows: Sequence[Fresh], judged: Judged) -> None:
        """Leave out what somebody else has: a number, a user name; or who is being forgotten."""
        if not rows:
            return
        numbers = known.numbers(self.operator, [fresh.read.number for fresh in rows])
        holders = known.holders(self.operator, {fresh.read.document for fresh in rows})
        names = known.usernames(
            self.operator, [fresh.read.username for fresh in rows if fresh.read.username]
        )
        forgotten = keys.was_destroyed(self.operator, set(map(units.holder, holders.values())))
        for fresh in rows:
            holder_id = holders.get(fresh.read.document)
            flaw = (
                self._taken_number(fresh, numbers)
                or (_HOLDER if holder_id and units.holder(holder_id) in forgotten else None)
                or self._taken_username(fresh, names)
            )
            if flaw is not None:
                judged.bad.append(BadRow(fresh.read.row.line, *flaw))
                continue
            if fresh.line is not None and fresh.line.number != fresh.read.number:
                self._given_up.add(fresh.line.number)
            opens = bool(fresh.read.username) and fresh.read.username not in names
            names.setdefault(fresh.read.username, fresh.read.document)
            judged.news.append(News(fresh, holder_id, opens))

    def _taken_number(self, fresh: Fresh, numbers: dict[bytes, str]) -> tuple[str, Flaw] | None:
        """Say where another open line has the number, and no earlier row gave it another one."""
        owner = numbers.get(fresh.read.number, fresh.read.row.subscription_id)
        if owner == fresh.read.row.subscription_id or fresh.read.number in self._given_up:
            return None
        return "number", Flaw.NUMBER_TAKEN

    def _taken_username(self, fresh: Fresh, names: dict[bytes, bytes]) -> tuple[str, Flaw] | None:
        """Say where a user name is another holder's, here or earlier in the file."""
        if not fresh.read.username:
            return None
        owner = names.get(fresh.read.username)
        if owner is None:
            theirs = self._usernames.claim(fresh.read.username, by=fresh.read.document)
        else:
            theirs = owner == fresh.read.document
        return None if theirs else ("username", Flaw.USERNAME_TAKEN)


_HOLDER = ("", Flaw.HOLDER_BEING_ERASED)
