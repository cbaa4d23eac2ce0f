"""Writing down what happened, in the transaction in which it happens."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

import rfc8785
from django.db import connection
from django.db.models import F, OuterRef, Subquery

from xiaohu.core.actors import Actor
from xiaohu.trail.models import Event, Pending


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
) -> Event:
    """Add an event. Call inside the transaction of the change it tells of.

    `reason` is a code and `evidence` holds ids, codes and hashes only.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event belongs in the transaction of its change")
    event = Event.objects.create(
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


def canonical(event: Event) -> bytes:
    """Return the one form of an event that is hashed (RFC 8785)."""
    return rfc8785.dumps(
        {
            "id": str(event.pk),
            "ts": event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "operator": event.operator,
            "actor": f"{event.actor_kind}:{event.actor_id}",
            "action": event.action,
            "case": str(event.case_id) if event.case_id else "",
            "from": event.from_state,
            "to": event.to_state,
            "reason": event.reason,
            "evidence": {str(name): str(value) for name, value in event.evidence.items()},
        }
    )


def of_case(case_id: UUID) -> list[Event]:
    """Return what happened to a case, in order; of one moment, as it was written down."""
    waiting = Subquery(Pending.objects.filter(event=OuterRef("pk")).values("pk")[:1])
    in_tree = F("leaf__index").asc(nulls_last=True)
    return list(Event.objects.filter(case_id=case_id).order_by("at", in_tree, waiting))
