"""A holder whose line and account end: what they have, and both halves of erasing it, and half-done ones."""

from collections.abc import Collection
from uuid import uuid4

from django.db import transaction

from tests.stories import CLEAN, OPERATOR, World
from xiaohu.access import sessions
from xiaohu.access.sessions import Method
from xiaohu.core.retention import Category
from xiaohu.erasure import engine
from xiaohu.erasure.models import ErasureReceipt
from xiaohu.vault import units
from xiaohu.vault.keystore.models import UnitKey
from xiaohu.vault.models import SealedRecord
from xiaohu.vault.records import Ref
from xiaohu.vault.units import Unit

CLOSING = uuid4()


def units_of(world: World, number: str = CLEAN) -> list[Unit]:
    """Return the units of a holder, their line and their account, which has no key of its own."""
    line, account_id = world.line(number), world.subscriber(number).account_id
    assert account_id is not None
    return [units.holder(line.holder_id), units.line(line.pk), units.account(account_id)]


def sign_in(world: World, number: str = CLEAN) -> None:
    """Sign in twice: by a code to the line, and to the account."""
    sessions.begin(operator=OPERATOR, method=Method.CODE, line_id=world.line(number).pk)
    account_id = world.subscriber(number).account_id
    sessions.begin(operator=OPERATOR, method=Method.PASSWORD, account_id=account_id)


def refs(ended: Collection[Unit]) -> list[Ref]:
    """Return everything that is sealed of units."""
    rows = SealedRecord.objects.filter(unit__in=[unit.id for unit in ended]).order_by("pk")
    return [Ref(Unit(row.kind, row.unit), Category(row.category)) for row in rows]


def destroy(ended: Collection[Unit]) -> int:
    """Destroy the keys of units."""
    return engine.destroy(operator=OPERATOR, units=ended)


def finish(world: World, ended: Collection[Unit]) -> ErasureReceipt:
    """Finish the erasure of units."""
    with transaction.atomic():
        engine.finish(operator=OPERATOR, ended={CLOSING: ended}, now=world.now)
    return engine.receipt_of(CLOSING)


def nothing(_: list[Unit]) -> None:
    """Destroy no key at all."""


def all_but_one(ended: list[Unit]) -> None:
    """Destroy the keys but for the holder's."""
    destroy(ended[1:])


def and_one_came_back(ended: list[Unit]) -> None:
    """Destroy the keys, one of which comes back, as from a backup."""
    kept = list(UnitKey.objects.filter(unit=ended[0].id))
    destroy(ended)
    UnitKey.objects.bulk_create(kept)


def one_was_lost(ended: list[Unit]) -> None:
    """Destroy the keys but for the holder's, which is lost and nobody knows how."""
    all_but_one(ended)
    UnitKey.objects.filter(unit=ended[0].id).delete()


def of_another_operator(ended: list[Unit]) -> None:
    """Destroy the keys an operator of the same ids would have."""
    engine.destroy(operator="another", units=ended)


HALF_DONE = (nothing, all_but_one, and_one_came_back, one_was_lost, of_another_operator)
