"""What the registry knows already of a batch of rows: one query for each question, however many rows."""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

_LINES = (
    "SELECT subscription_id, id, number_index, row_index"
    " FROM registry_line WHERE operator = %s AND subscription_id = ANY(%b)"
)
_OPEN = "SELECT id FROM registry_line WHERE id = ANY(%b) AND closed_at IS NULL FOR NO KEY UPDATE"
_NUMBERS = (
    "SELECT number_index, subscription_id FROM registry_line"
    " WHERE operator = %s AND closed_at IS NULL AND number_index = ANY(%b)"
)
_HOLDERS = "SELECT document_index, id FROM registry_holder WHERE operator = %s AND document_index = ANY(%b)"
_USERNAMES = (
    "SELECT account.username_index, holder.document_index FROM access_subscriberaccount account"
    " LEFT JOIN registry_holder holder ON holder.id = account.holder_id"
    " WHERE account.operator = %s AND account.username_index = ANY(%b)"
)


class KnownLine(NamedTuple):
    """A line that is there already, with the indexes of its number and of the row it came from."""

    id: UUID
    number: bytes
    whole: bytes


def lines(operator: str, subscription_ids: Collection[str]) -> dict[str, KnownLine]:
    """Return lines by the operator's own id."""
    return {
        subscription: KnownLine(pk, bytes(number or b""), bytes(row or b""))
        for subscription, pk, number, row in _asked(_LINES, operator, subscription_ids)
    }


def held_open(line_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which lines are open, and keep them so until the transaction ends."""
    if not line_ids:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [list(line_ids)])
        return frozenset(pk for (pk,) in cursor.fetchall())


def numbers(operator: str, indexes: Collection[bytes]) -> dict[bytes, str]:
    """Return by number which open line has it."""
    return {bytes(index): line for index, line in _asked(_NUMBERS, operator, indexes)}


def holders(operator: str, indexes: Collection[bytes]) -> dict[bytes, UUID]:
    """Return holders by the index of their document."""
    return {bytes(index): pk for index, pk in _asked(_HOLDERS, operator, indexes)}


def usernames(operator: str, indexes: Collection[bytes]) -> dict[bytes, bytes]:
    """Return by user name the document of whose it is; empty where that was forgotten."""
    found = _asked(_USERNAMES, operator, indexes)
    return {bytes(index): bytes(document or b"") for index, document in found}


def _asked(question: str, operator: str, about: Collection[object]) -> Iterator[Any]:
    if not about:
        return iter(())
    with connection.cursor() as cursor:
        cursor.execute(question, [operator, list(about)])
        return iter(cursor.fetchall())
