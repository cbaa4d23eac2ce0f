"""Incidents: opened, told of in both languages, closed; what was said is never changed."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from xiaohu.assistance.models import Incident, IncidentNews
from xiaohu.core.actors import Actor
from xiaohu.core.profile import Bilingual
from xiaohu.core.refusals import Refusal
from xiaohu.core.working import Part, Works, worst
from xiaohu.trail import events

SHOWN_FOR = timedelta(days=30)
MOST_SHOWN = 30
LARGEST_ID = 2**63 - 1  # the database knows no larger one


class IncidentUnknown(Refusal):
    """There is no such incident."""

    code = "INCIDENT_UNKNOWN"


class IncidentOver(Refusal):
    """It was closed; a new one is opened instead."""

    code = "INCIDENT_OVER"


class NotYoursToAnnounce(Refusal):
    """Announcing at the desk needs the role of an administrator."""

    code = "NOT_YOURS_TO_ANNOUNCE"


@transaction.atomic(durable=True)
def open_incident(
    *,
    operator: str,
    parts: Collection[Part],
    works: Works,
    words: Bilingual,
    expected_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> Incident:
    """Tell everybody that something does not work as it should."""
    made = Incident.objects.create(
        operator=operator,
        parts=[part.value for part in Part if part in parts],
        works=works.value,
        opened_at=now,
        expected_at=expected_at,
    )
    _say(made, words, actor, "open_incident", now)
    return made


@transaction.atomic(durable=True)
def update(
    *,
    operator: str,
    incident_id: int,
    words: Bilingual,
    expected_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> Incident:
    """Say more of an incident, and by when it is expected to be over if that is known anew.

    Raises:
        IncidentUnknown: no such incident.
        IncidentOver: it was closed.
    """
    row = _lock(operator, incident_id)
    if row.ended_at is not None:
        raise IncidentOver(number=incident_id)
    if expected_at is not None:
        row.expected_at = expected_at
        row.save(update_fields=["expected_at"])
    _say(row, words, actor, "update_incident", now)
    return row


@transaction.atomic(durable=True)
def close(
    *, operator: str, incident_id: int, words: Bilingual, actor: Actor, now: datetime
) -> Incident:
    """Tell everybody that it works again. A second time changes nothing.

    Raises:
        IncidentUnknown: no such incident.
    """
    row = _lock(operator, incident_id)
    if row.ended_at is not None:
        return row
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    _say(row, words, actor, "close_incident", now)
    return row


def recent(operator: str, *, now: datetime) -> list[Incident]:
    """Return open incidents and those of the last thirty days, newest first, with their news."""
    lately = Q(ended_at=None) | Q(ended_at__gt=now - SHOWN_FOR)
    rows = Incident.objects.filter(lately, operator=operator).prefetch_related("news")
    return list(rows.order_by("-opened_at", "-pk")[:MOST_SHOWN])


def find(operator: str, incident_id: int) -> Incident | None:
    """Return an incident with its news; nothing where there is none."""
    rows = Incident.objects.filter(operator=operator, pk=incident_id)
    return rows.prefetch_related("news").first() if incident_id <= LARGEST_ID else None


def told(shown: Collection[Incident]) -> dict[Part, Works]:
    """Return how parts work by what open incidents say."""
    said: dict[Part, Works] = {}
    for row in shown:
        for part in row.parts if row.ended_at is None else ():
            said[Part(part)] = worst(Works(row.works), said.get(Part(part), Works.OK))
    return said


def _lock(operator: str, incident_id: int) -> Incident:
    row = Incident.objects.select_for_update().filter(operator=operator, pk=incident_id).first()
    if row is None:
        raise IncidentUnknown(number=incident_id)
    return row


def _say(row: Incident, words: Bilingual, actor: Actor, action: str, now: datetime) -> None:
    IncidentNews.objects.create(incident=row, zh=words.zh, en=words.en, said_at=now)
    events.record(
        operator=row.operator,
        actor=actor,
        action=action,
        case_id=None,
        evidence={"incident": str(row.pk)},
        now=now,
    )
