"""Is the log whole? Every hash again from the events, beside tree, checkpoints and their notes."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import BigIntegerField, Exists, F, Func, OuterRef, QuerySet

from xiaohu.trail import checkpoints, events, keys, sequencer, tree
from xiaohu.trail.checkpoints import CheckpointRefused
from xiaohu.trail.events import Told, canonical
from xiaohu.trail.models import Checkpoint, Event, Leaf, Node, Pending
from xiaohu.vault import journal

NAMED = 20  # more differences than these are counted only
JOURNAL_MADE_ANEW = "make_journal_anew"
LATE_AFTER = timedelta(minutes=5)  # checkpoints are signed every minute


class Wrong(StrEnum):
    """What can be wrong with the log."""

    EVENT_CHANGED = "event_changed"
    EVENT_MISSING = "event_missing"
    EVENT_UNPLACED = "event_unplaced"  # in no place of the tree, and waiting for none
    NODE = "node"
    SIGNATURE = "signature"  # a checkpoint none of our keys signed
    ROW_MISSING = "row_missing"  # a note of a checkpoint the database does not know
    ROW = "row"  # a checkpoint whose row says something else than its note
    ROOT = "root"  # a checkpoint over other events
    SHRUNK = "shrunk"  # a checkpoint over more events than there are
    NOTE_MISSING = "note_missing"  # the folder has no note of a checkpoint
    NOTE_DIFFERS = "note_differs"  # the folder has another note than the database
    LATE = "late"  # events wait for a checkpoint
    JOURNAL = "journal"  # the erasure journal was cut or written anew since this checkpoint
    DIGEST = "digest"  # an export with other lines than its manifest says


@dataclass(frozen=True, slots=True)
class Broken:
    """One thing that does not fit: an event by its index or id, a checkpoint by its size or file."""

    wrong: Wrong
    where: str


@dataclass(frozen=True, slots=True)
class Report:
    """How much was looked at, and what does not fit: the first by name, all by count."""

    events: int
    checkpoints: int
    notes: int
    root: bytes
    broken: tuple[Broken, ...]
    found: int


class _Findings:
    """Differences as they are found."""

    def __init__(self) -> None:
        self.named: list[Broken] = []
        self.count = 0

    def add(self, wrong: Wrong, where: object) -> None:
        self.count += 1
        if len(self.named) < NAMED:
            self.named.append(Broken(wrong, str(where)))


@dataclass(frozen=True, slots=True)
class _Claim:
    """A signed size and root, and who says so."""

    size: int
    root: bytes
    where: str


def verify() -> Report:
    """Compute every hash again from the events, and hold everything signed against it."""
    found = _Findings()
    # In this order: whatever is signed meanwhile is larger than what was looked at before, and a
    # checkpoint has its row before its note.
    names, newest, size = checkpoints.written(), checkpoints.newest(), sequencer.size()
    rows = Checkpoint.objects.filter(size__lte=newest.size if newest is not None else 0)
    strange = sorted(_of_notes(names, found), key=_size_of)
    root = _walk(size, heapq.merge(strange, _of_rows(rows, found), key=_size_of), found)
    if (cut := journal_cut()) is not None:
        found.add(Wrong.JOURNAL, cut)
    for pk in _forgotten():
        found.add(Wrong.EVENT_UNPLACED, pk)
    return Report(size, rows.count(), len(names), root, tuple(found.named), found.count)


def journal_cut() -> int | None:
    """Return the first checkpoint the erasure journal does not go on from; None where it fits them all.

    Every one is held against it, read once: after a cut the next ones name what was left. Those from
    before the journal was made anew, which is an event of its own, say nothing of the new one.
    """
    signed = checkpoints.claims(after=made_anew_at())
    return min((signed[claim] for claim in journal.unfitting(signed)), default=None)


def made_anew_at() -> int:
    """Return how many events there were when the erasure journal was last made anew; 0 if it never was."""
    made = Leaf.objects.filter(event__action=JOURNAL_MADE_ANEW).order_by("-index")
    return made.values_list("index", flat=True).first() or 0


def late(*, now: datetime) -> Iterator[Broken]:
    """Return the newest checkpoint where an event waits for the next one longer than it may."""
    newest = checkpoints.newest()
    signed = newest.size if newest is not None else 0
    before = now - LATE_AFTER
    unsigned = Event.objects.filter(leaf__index__gte=signed, at__lt=before)
    if unsigned.exists() or Pending.objects.filter(event__at__lt=before).exists():
        yield Broken(Wrong.LATE, str(signed))


def _of_rows(rows: QuerySet[Checkpoint], found: _Findings) -> Iterator[_Claim]:
    """Return what each row claims, where it is the row of its note and the folder has the note."""
    for row in rows.order_by("size").iterator(chunk_size=events.CHUNK):
        signed = _signed(row.note, str(row.size), found)
        if signed is not None and signed != (row.size, bytes(row.root)):
            found.add(Wrong.ROW, row.size)
        elif signed is not None:
            yield _Claim(*signed, str(row.size))
        kept = checkpoints.note_of(checkpoints.file_name(row.size))
        if kept is None:
            found.add(Wrong.NOTE_MISSING, row.size)
        elif kept != row.note:
            found.add(Wrong.NOTE_DIFFERS, row.size)


def _of_notes(names: Sequence[str], found: _Findings) -> Iterator[_Claim]:
    """Return what notes claim that stand in no row."""
    known = set(map(checkpoints.file_name, Checkpoint.objects.values_list("size", flat=True)))
    for name in names:
        if name in known:
            continue
        found.add(Wrong.ROW_MISSING, name)
        signed = _signed(checkpoints.note_of(name) or "", name, found)
        if signed is not None:
            yield _Claim(*signed, name)


def _signed(note: str, where: str, found: _Findings) -> tuple[int, bytes] | None:
    try:
        return checkpoints.verify_note(note, keys.public_keys(keys.CHECKPOINTS))
    except CheckpointRefused:
        found.add(Wrong.SIGNATURE, where)
        return None


def _size_of(claim: _Claim) -> int:
    return claim.size


def _walk(size: int, claims: Iterable[_Claim], found: _Findings) -> bytes:
    """Grow the tree again from the events; return its root. Claims are taken as the tree grows."""
    growing, nodes = tree.Frontier(), _Nodes(size, found)
    waiting = iter(claims)
    claim = next(waiting, None)
    for hashed in _hashes(size, found):
        nodes.compare(growing.size, growing.add(hashed))
        while claim is not None and claim.size == growing.size:
            if claim.root != growing.root():
                found.add(Wrong.ROOT, claim.where)
            claim = next(waiting, None)
    nodes.end()
    while claim is not None:
        found.add(Wrong.SHRUNK if claim.size > size else Wrong.ROOT, claim.where)
        claim = next(waiting, None)
    return growing.root()


def _hashes(size: int, found: _Findings) -> Iterator[bytes]:
    """Return the hash of every event in its place; of one that is gone, nothing that fits."""
    expected = 0
    for index, kept, told in events.in_order(size):
        while expected < index:
            found.add(Wrong.EVENT_MISSING, expected)
            yield bytes(32)
            expected += 1
        hashed = _hash_of(told)
        if hashed != kept:
            found.add(Wrong.EVENT_CHANGED, index)
        yield hashed
        expected += 1
    while expected < size:
        found.add(Wrong.EVENT_MISSING, expected)
        yield bytes(32)
        expected += 1


def _hash_of(told: Told) -> bytes:
    """Return the hash of an event; of one that has no form of ours any more, nothing that fits."""
    try:
        return tree.leaf_hash(canonical(told))
    except (AttributeError, TypeError, ValueError):
        return bytes(32)


class _Nodes:
    """The stored roots of subtrees, in the order in which leaves complete them."""

    def __init__(self, size: int, found: _Findings) -> None:
        ends = Func(
            F("index") + 1,
            F("level"),
            template="(%(expressions)s)",
            arg_joiner=" << ",
            output_field=BigIntegerField(),
        )
        stored = Node.objects.annotate(ends=ends).filter(ends__lte=size).order_by("ends", "level")
        rows = stored.values_list("ends", "level", "hash")
        self._rows = rows.iterator(chunk_size=events.CHUNK)
        self._found = found
        self._next = next(self._rows, None)

    def compare(self, index: int, made: list[bytes]) -> None:
        """Hold what a leaf completes against what is stored."""
        for level, hashed in enumerate(made):
            place = (index + 1, level)
            while self._next is not None and self._next[:2] < place:
                self._wrong(self._next[:2])
            if self._next is None or self._next[:2] != place:
                self._found.add(Wrong.NODE, _named(place))
            elif bytes(self._next[2]) != hashed:
                self._wrong(place)
            else:
                self._next = next(self._rows, None)

    def end(self) -> None:
        """Find what is stored and no leaf completes."""
        while self._next is not None:
            self._wrong(self._next[:2])

    def _wrong(self, place: tuple[int, int]) -> None:
        self._found.add(Wrong.NODE, _named(place))
        self._next = next(self._rows, None)


def _named(place: tuple[int, int]) -> str:
    """Return level and index of a subtree by where it ends."""
    ends, level = place
    return f"{level}/{(ends >> level) - 1}"


def _forgotten() -> Iterator[UUID]:
    """Return events that have no place and wait for none: the sequencer never sees them."""
    waiting = Pending.objects.filter(event=OuterRef("pk"))
    unplaced = Event.objects.filter(~Exists(waiting), leaf__isnull=True)
    yield from unplaced.order_by("at", "pk").values_list("pk", flat=True)[:NAMED]
