"""The monitor: a look at the log every minute, apart from whoever numbers and signs it."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.core.exceptions import ObjectDoesNotExist

from xiaohu.trail import auditing, checkpoints, keys, sequencer, tree
from xiaohu.trail.auditing import Broken, Report, Wrong
from xiaohu.trail.checkpoints import CheckpointRefused
from xiaohu.trail.models import Checkpoint, Look, LookKind
from xiaohu.vault import journal

FULL_EVERY = timedelta(days=1)
FULL_AGAIN = timedelta(hours=1)  # while something does not fit: it may have been a moment's


def look(*, now: datetime) -> Look:
    """Hold the newest checkpoint against the one seen before, and write down what came of it.

    What was seen before is remembered until what follows fits it: a log that broke stays broken
    until it is whole again.
    """
    seen, newest = last(LookKind.MONITOR), checkpoints.newest()
    broken = [*_found(seen, newest), *auditing.late(now=now)]
    if newest is None or broken:
        size, root = (seen.size, bytes(seen.root)) if seen else (0, tree.EMPTY_ROOT)
    else:
        size, root = newest.size, bytes(newest.root)
    return _write(LookKind.MONITOR, size, root, broken, now)


def verify_when_due(*, now: datetime) -> None:
    """Verify the whole log once a day, and once an hour while something does not fit."""
    seen = last(LookKind.FULL)
    every = FULL_AGAIN if seen is not None and seen.broken else FULL_EVERY
    if seen is None or now - seen.at >= every:
        verify_all(now=now)


def verify_all(*, now: datetime) -> Report:
    """Verify the log from first to last, and write down how it ended."""
    report = auditing.verify()
    note_full(report, now=now)
    return report


def note_full(report: Report, *, now: datetime) -> Look:
    """Write down how a full verification ended."""
    return _write(LookKind.FULL, report.events, report.root, report.broken, now)


def last(kind: LookKind) -> Look | None:
    """Return the last look of a kind."""
    return Look.objects.filter(pk=kind.value).first()


def whole() -> bool:
    """Say whether nobody who looked found anything wrong; also while nobody has looked yet."""
    return not Look.objects.exclude(broken=[]).exists()


def _write(kind: LookKind, size: int, root: bytes, broken: Iterable[Broken], now: datetime) -> Look:
    told = {
        "at": now,
        "size": size,
        "root": root,
        "broken": [{"wrong": one.wrong.value, "where": one.where} for one in broken],
    }
    return Look.objects.update_or_create(kind=kind.value, defaults=told)[0]


def _found(seen: Look | None, newest: Checkpoint | None) -> Iterator[Broken]:
    yield from _of_folder(newest)
    if newest is not None:
        yield from _of_newest(newest)
        yield from _of_journal(seen, newest)
    if seen is None or not seen.size:
        return
    if newest is None or newest.size < seen.size:
        yield Broken(Wrong.SHRUNK, str(seen.size))
        return
    if not checkpoints.is_written(seen.size):
        yield Broken(Wrong.NOTE_MISSING, str(seen.size))
    if not _grew(seen, newest):
        yield Broken(Wrong.ROOT, str(seen.size))


def _of_folder(newest: Checkpoint | None) -> Iterator[Broken]:
    """Hold the database against the newest note elsewhere, which it cannot have lost."""
    name = checkpoints.newest_written()
    if name is not None and name > checkpoints.file_name(newest.size if newest else 0):
        yield Broken(Wrong.ROW_MISSING, name)


def _of_newest(newest: Checkpoint) -> Iterator[Broken]:
    """Hold a checkpoint against its own signature and the tree it was signed over."""
    try:
        signed = checkpoints.verify_note(newest.note, keys.public_keys(keys.CHECKPOINTS))
    except CheckpointRefused:
        yield Broken(Wrong.SIGNATURE, str(newest.size))
        return
    if signed != (newest.size, bytes(newest.root)):
        yield Broken(Wrong.ROW, str(newest.size))
    if newest.size > sequencer.size():
        yield Broken(Wrong.SHRUNK, str(newest.size))
    elif _root(newest.size) != signed[1]:
        yield Broken(Wrong.ROOT, str(newest.size))


def _of_journal(seen: Look | None, newest: Checkpoint) -> Iterator[Broken]:
    """Hold the length of the erasure journal against what is signed; a full look holds its hashes too."""
    sizes = {newest.size, seen.size if seen is not None else 0}
    for checkpoint in Checkpoint.objects.filter(pk__in=sizes).order_by("size"):
        named = checkpoints.erasures(checkpoint.note)
        shorter = named is not None and named[0] > journal.length()
        if shorter and checkpoint.size > auditing.made_anew_at():
            yield Broken(Wrong.JOURNAL, str(checkpoint.size))
            return


def _root(size: int) -> bytes | None:
    try:
        return tree.root(sequencer.node_at, size)
    except ObjectDoesNotExist:
        return None


def _grew(seen: Look, newest: Checkpoint) -> bool:
    """Say whether the log only grew since (RFC 9162, section 2.1.4)."""
    try:
        proof = tree.consistency_proof(sequencer.node_at, seen.size, newest.size)
    except ObjectDoesNotExist:
        return False
    return tree.verify_consistency(
        first=seen.size,
        second=newest.size,
        first_root=bytes(seen.root),
        second_root=bytes(newest.root),
        proof=proof,
    )
