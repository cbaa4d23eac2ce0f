"""Asking the operator about a line, and keeping what it said for the checks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xiaohu.core.facts import LineFacts
from xiaohu.gateways import providers
from xiaohu.queue.asking import Question, Slot
from xiaohu.registry.models import Line
from xiaohu.screening.models import CheckRun


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the operator said of a closing's line, and when."""

    facts: LineFacts
    at: datetime


Known = Mapping[UUID, Gathered]  # what was last said of closings


def gather(line: Line, *, now: datetime) -> Gathered:
    """Ask the operator about a line. Call outside any transaction.

    Raises:
        GatewayUnavailable: the operator does not answer.
        UnknownLine: the operator has no such line.
    """
    return Gathered(providers.operator().facts(line.subscription_id), now)


def keep(closing_id: UUID, gathered: Gathered) -> None:
    """Keep the facts of a closing, in place of earlier ones. Call inside a transaction."""
    document = gathered.facts.model_dump(mode="json")
    run = CheckRun(closing_id=closing_id, facts=document, gathered_at=gathered.at)
    CheckRun.objects.bulk_create(
        [run],
        update_conflicts=True,
        unique_fields=["closing_id"],
        update_fields=["facts", "gathered_at"],
    )


def last(closing_id: UUID) -> LineFacts | None:
    """Return the facts last kept of one closing."""
    kept = _LAST.one(closing_id=closing_id)
    return LineFacts.model_validate(kept.facts) if kept is not None else None


_LAST = Question(lambda: CheckRun.objects.filter(pk=Slot("closing_id")))


def last_of(closing_ids: Iterable[UUID]) -> Known:
    """Return the facts last kept of each closing that has any, with one query."""
    return {
        run.closing_id: Gathered(LineFacts.model_validate(run.facts), run.gathered_at)
        for run in _LAST_OF.all(closing_ids=list(closing_ids))
    }


_LAST_OF = Question(lambda: CheckRun.objects.filter(pk__any_of=Slot("closing_ids")))
