"""Leases: one worker at a time, and a late one cannot write."""

from uuid import UUID, uuid4

import pytest
from django.db import connection, models

from xiaohu.queue import lease
from xiaohu.queue.lease import LeaseLost

pytestmark = pytest.mark.django_db


class Folder(models.Model):
    """A row that can be leased, of this test alone."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    lease = models.IntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    fallen = models.IntegerField(default=0)

    objects: models.Manager["Folder"] = models.Manager()

    class Meta:
        app_label = "queue"
        managed = False
        db_table = "folder_of_a_test"


LOCKED = "SELECT lease FROM folder_of_a_test WHERE id = %s AND lease = %s FOR NO KEY UPDATE"
ALL_LOCKED = (
    "SELECT id, folder.lease FROM folder_of_a_test folder"
    " JOIN unnest(%s::uuid[], %s::int[]) AS ours (id, lease) USING (id, lease)"
    " ORDER BY id FOR NO KEY UPDATE OF folder"
)


@pytest.fixture
def folder(db: None) -> Folder:
    """Return a folder nobody holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE folder_of_a_test"
            " (id uuid PRIMARY KEY, lease int NOT NULL, lease_until timestamptz,"
            " fallen int NOT NULL)"
        )
    return Folder.objects.create()


def test_only_one_holds_it(folder: Folder) -> None:
    assert lease.take(Folder, folder.pk) == 1
    assert lease.take(Folder, folder.pk) is None
    assert lease.hold(LOCKED, folder.pk, 1) == (1,)


def test_an_outdated_holder_cannot_write(folder: Folder) -> None:
    first = lease.take(Folder, folder.pk, seconds=0)
    second = lease.take(Folder, folder.pk)
    assert (first, second) == (1, 2)
    with pytest.raises(LeaseLost):
        lease.hold(LOCKED, folder.pk, 1)
    lease.release(Folder, folder.pk, 1)
    assert lease.take(Folder, folder.pk) is None
    lease.release(Folder, folder.pk, 2)
    assert lease.take(Folder, folder.pk) == 3


def test_it_is_counted_how_often_nobody_gave_it_back(folder: Folder) -> None:
    for fallen in range(3):
        held = lease.take(Folder, folder.pk, seconds=0)
        folder.refresh_from_db()
        assert folder.fallen == fallen
    assert held is not None
    lease.release(Folder, folder.pk, held)
    lease.take(Folder, folder.pk)
    folder.refresh_from_db()
    assert folder.fallen == 0


def free(count: int) -> list[UUID]:
    """Return folders nobody holds."""
    return sorted(Folder.objects.create().pk for _ in range(count))


def test_many_are_taken_at_once_but_for_those_nobody_gave_back(folder: Folder) -> None:
    some = free(3)
    lease.take(Folder, some[0])
    lease.take(Folder, some[1], seconds=0)
    assert lease.take_free(Folder, [*some, folder.pk]) == {some[2]: 1, folder.pk: 1}
    assert lease.take_free(Folder, [*some, folder.pk]) == {}
    assert lease.take(Folder, some[2]) is None


def test_whoever_lost_some_holds_the_others(folder: Folder) -> None:
    taken = lease.take_free(Folder, free(3))
    lost = min(taken)
    Folder.objects.filter(pk=lost).update(lease=2)
    held = lease.hold_many(ALL_LOCKED, taken)
    assert held == {pk: (1,) for pk in taken if pk != lost}


def test_many_are_given_back_but_for_those_that_were_lost(folder: Folder) -> None:
    taken = lease.take_free(Folder, free(3))
    lost = min(taken)
    Folder.objects.filter(pk=lost).update(lease=2)
    lease.release_many(Folder, taken)
    kept = Folder.objects.filter(lease_until__isnull=False)
    assert list(kept.values_list("pk", flat=True)) == [lost]
