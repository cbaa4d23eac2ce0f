"""Writing down what happened, in the transaction in which it happens."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import F, OuterRef, Q, Subquery

from xiaohu.core.actors import Actor
from xiaohu.trail.models import Event, Leaf, Pending


def record(
    *,
    operator: str,
    actor: Actor,
    action: str,
    case_id: UUID | None,
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    evidence: Mapping[str, str] | None = None,
    now: datetime,
    event_id: UUID | None = None,
) -> Event:
    """Add an event. Call inside the transaction of the change it tells of.

    `reason` is a code and `evidence` holds ids, codes and hashes only. An id is given where what
    the event tells of names it.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event belongs in the transaction of its change")
    event = Event.objects.create(
        id=event_id or uuid4(),
        at=now,
        operator=operator,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        action=action,
        case_id=case_id,
        from_state=from_state,
        to_state=to_state,
        reason=reason,
        evidence=dict(evidence or {}),
    )
    Pending.objects.create(event=event)
    return event


CHUNK = 5000
EVERY = Q()


class Told(NamedTuple):
    """What is hashed of an event, where a million of them are read one after another."""

    pk: UUID
    at: datetime
    operator: str
    actor_kind: str
    actor_id: str
    action: str
    case_id: UUID | None
    from_state: str
    to_state: str
    reason: str
    evidence: Mapping[str, str]


_COLUMNS = ("index", "hash", "event_id", *(f"event__{name}" for name in Told._fields[1:]))


def canonical(event: Event | Told) -> bytes:
    """Return the one form of an event that is hashed (RFC 8785)."""
    # Names in their order already: sorting and checking each again would take most of the time.
    return _JSON.encode(
        {
            "action": event.action,
            "actor": f"{event.actor_kind}:{event.actor_id}",
            "case": str(event.case_id) if event.case_id else "",
            "evidence": {name: str(event.evidence[name]) for name in _in_order(event.evidence)},
            "from": event.from_state,
            "id": str(event.pk),
            "operator": event.operator,
            "reason": event.reason,
            "to": event.to_state,
            "ts": event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
    ).encode()


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _in_order(names: Mapping[str, str]) -> list[str]:
    """Return names by their UTF-16 code units, as RFC 8785 wants them."""
    return sorted(names, key=lambda name: name.encode("utf-16-be"))


def in_order(size: int, where: Q = EVERY) -> Iterator[tuple[int, bytes, Told]]:
    """Return index, stored hash and event of the first leaves, a few thousand in memory at a time.

    `where` is asked of leaves: `event__action`, and the like.
    """
    leaves = Leaf.objects.filter(where, index__gte=0, index__lt=size).order_by("index")
    for index, kept, *told in leaves.values_list(*_COLUMNS).iterator(chunk_size=CHUNK):
        yield index, bytes(kept), Told(*told)


def newest(limit: int, where: Q) -> list[tuple[int, Told]]:
    """Return the last events that fit, oldest first, each with its index."""
    found = Leaf.objects.filter(where).order_by("-index").values_list(*_COLUMNS)[:limit]
    return [(index, Told(*told)) for index, _kept, *told in reversed(found)]


def actions() -> list[str]:
    """Return every action there is in the log, by name; each is found in the index by the one before."""
    with connection.cursor() as cursor:
        cursor.execute(_ACTIONS)
        return [action for (action,) in cursor.fetchall()]


_ACTIONS = """
WITH RECURSIVE known (action) AS (
    SELECT min(action) FROM trail_event
    UNION ALL
    SELECT (SELECT min(action) FROM trail_event WHERE action > known.action)
    FROM known WHERE known.action IS NOT NULL
)
SELECT action FROM known WHERE action IS NOT NULL
"""


def of_case(case_id: UUID) -> list[Event]:
    """Return what happened to a case, in order; of one moment, as it was written down."""
    waiting = Subquery(Pending.objects.filter(event=OuterRef("pk")).values("pk")[:1])
    in_tree = F("leaf__index").asc(nulls_last=True)
    found = Event.objects.select_related("leaf").filter(case_id=case_id)
    return list(found.order_by("at", in_tree, waiting))
