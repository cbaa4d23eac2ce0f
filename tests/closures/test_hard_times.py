"""The disk full, the keys away, an old backup, a file damaged: told apart, survived, nothing repeated."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.stories import OPERATOR, World, closing_of
from xiaohu.closures import reconciling
from xiaohu.closures.models import Case, HumanQueue
from xiaohu.core.retention import Category
from xiaohu.queue.models import Effect
from xiaohu.settlement import ledger
from xiaohu.trail import auditing, checkpoints, sequencer
from xiaohu.vault import box, keys, records, units
from xiaohu.vault.keys import KeystoreUnavailable
from xiaohu.vault.models import SealedRecord
from xiaohu.vault.records import Ref

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
# Where a closing writes on its way; each write may be the one the disk has no room for.
TABLES = (
    "queue_effect",
    "settlement_billpart",
    "settlement_settledclosing",
    "settlement_refundorder",
    "settlement_transfer",
    "trail_event",
    "notices_queuednotice",
    "vault_bucketrecord",
    "closures_document",
    "erasure_erasurereceipt",
)


@contextmanager
def disk_full(table: str) -> Iterator[None]:
    """Let PostgreSQL say of every new row of a table that there is no room for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$"
            " BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER no_room BEFORE INSERT ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION no_room()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER no_room ON {table}")
            cursor.execute("DROP FUNCTION no_room()")


def is_done(case: Case) -> Callable[[], bool]:
    """Return the question whether a case has ended."""
    return lambda: not closing_of(case).is_open


def happened(world: World) -> list[tuple[str, str]]:
    """Return what the outside did, each with the key it was asked under."""
    records_ = [*world.outside.truth("operator"), *world.outside.truth("payout")]
    return sorted((r.get("kind", "payout"), r["key"]) for r in records_ if r.get("key"))


def ended_well(world: World, case: Case) -> None:
    """Let everything come to its end, and pass where nothing was lost or done twice."""
    world.skip_until(case, is_done(case))
    did = happened(world)
    assert len(did) == len(set(did))
    assert len(world.outside.truth("payout")) == 1
    assert reconciling.compare(operator=OPERATOR).differences == []


@pytest.mark.parametrize("table", TABLES)
def test_f13_a_full_disk_loses_nothing_and_goes_on_once_there_is_room(
    world: World, table: str
) -> None:
    case = world.submitted()
    world.clock.pass_(days=3, minutes=1)
    with disk_full(table):
        for _ in range(3):
            world.work()
            world.clock.pass_(minutes=10)
        assert closing_of(case).is_open
    ended_well(world, case)


def test_f13_a_checkpoint_that_could_not_be_written_is_written_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.close()
    sequencer.run_once()

    def full(_self: Path, _target: Path) -> None:
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        with pytest.raises(OSError, match="no room"):
            checkpoints.sign(now=world.now)
    checkpoints.sign(now=world.now)
    signed = checkpoints.newest()
    assert signed is not None
    assert (signed.size, checkpoints.is_written(signed.size)) == (sequencer.size(), True)
    assert auditing.verify().broken == ()


def test_f17_keys_that_are_away_are_not_keys_that_are_gone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = world.submitted()
    ref = Ref(units.case(case.pk), Category.CONTACT)

    def away(*_: object, **__: object) -> dict[object, bytes]:
        raise KeystoreUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(keys, "fetch", away)
        patched.setattr(keys, "fetch_or_make", away)
        with pytest.raises(KeystoreUnavailable):
            records.open_one(operator=OPERATOR, unit=ref.unit, category=ref.category)
        world.clock.pass_(days=3, minutes=1)
        for _ in range(3):
            world.work()
            world.clock.pass_(minutes=10)
        closing = closing_of(case)
        assert closing.is_open
        assert closing.owner in {"", HumanQueue.OPERATIONS.value}
        assert world.outside.truth("payout") == [] or ledger.of_closing(closing.pk) is not None
    assert records.open_one(operator=OPERATOR, unit=ref.unit, category=ref.category)
    ended_well(world, case)


def test_f19_a_record_in_which_a_bit_fell_over_is_refused_wherever_it_fell(world: World) -> None:
    case = world.submitted()
    unit = units.case(case.pk)
    record = SealedRecord.objects.get(unit=unit.id, category=Category.CONTACT.value)
    whole = bytes(record.box)
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << (place % 8)
        SealedRecord.objects.filter(pk=record.pk).update(box=bytes(damaged))
        with pytest.raises(box.BoxRefused):
            records.open_one(operator=OPERATOR, unit=unit, category=Category.CONTACT)
    SealedRecord.objects.filter(pk=record.pk).update(box=whole)
    assert records.open_one(operator=OPERATOR, unit=unit, category=Category.CONTACT)


def test_f16_after_an_old_backup_is_restored_nothing_is_done_a_second_time(world: World) -> None:
    case = world.submitted()
    world.clock.pass_(days=3, minutes=1)
    backup = transaction.savepoint()
    world.skip_until(case, is_done(case))
    did, keys_before = happened(world), set(Effect.objects.values_list("pk", flat=True))
    transaction.savepoint_rollback(backup)
    assert closing_of(case).is_open
    assert not Effect.objects.exists()
    for _ in range(40):
        world.work()
        world.clock.pass_(minutes=1)
    assert happened(world) == did
    assert set(Effect.objects.values_list("pk", flat=True)) <= keys_before
