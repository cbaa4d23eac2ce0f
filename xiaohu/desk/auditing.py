"""The log as the desk shows it, to those who answer for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import queries
from xiaohu.core.actors import ActorKind
from xiaohu.core.refusals import Refusal
from xiaohu.trail import checkpoints, events, monitoring, sequencer
from xiaohu.trail.models import Event, Look, LookKind

ROLES = (ActorKind.COMPLIANCE, ActorKind.ADMIN)


class NotYoursToAudit(Refusal):
    """The log is for compliance and administration."""

    code = "NOT_YOURS_TO_AUDIT"


@dataclass(frozen=True, slots=True)
class Looked:
    """A look at the log: when, over how many events, what was wrong in words."""

    look: Look
    wrong: Sequence[str]


@dataclass(frozen=True, slots=True)
class State:
    """How large the log is, what is signed of it and since when, and who looked."""

    size: int
    signed: int
    root: str
    signed_at: datetime | None
    minutes: int
    monitor: Looked | None
    full: Looked | None

    @property
    def wrong(self) -> list[str]:
        """Everything that does not fit, in words, once each."""
        both = [said for one in (self.monitor, self.full) if one for said in one.wrong]
        return list(dict.fromkeys(both))


def is_auditor(officer: StaffUser) -> bool:
    """Say whether somebody answers for the log."""
    return any(officer.acts_as(role) for role in ROLES)


def require_auditor(officer: StaffUser) -> None:
    """Pass for those who answer for the log.

    Raises:
        NotYoursToAudit: somebody else.
    """
    if not is_auditor(officer):
        raise NotYoursToAudit


def is_broken(officer: StaffUser) -> bool:
    """Say whether the log is broken, to those who answer for it."""
    return is_auditor(officer) and not monitoring.whole()


def state(*, now: datetime) -> State:
    """Return how the log stands."""
    newest = checkpoints.newest()
    return State(
        size=sequencer.size(),
        signed=newest.size if newest else 0,
        root=bytes(newest.root).hex() if newest else "",
        signed_at=newest.signed_at if newest else None,
        minutes=int((now - newest.signed_at).total_seconds() // 60) if newest else 0,
        monitor=_looked(LookKind.MONITOR),
        full=_looked(LookKind.FULL),
    )


def events_of(operator: str, reference: str) -> list[Event] | None:
    """Return what happened to a request, also after its folder was erased; None of no request."""
    case_id = queries.id_of_reference(operator, reference)
    return events.of_case(case_id) if case_id is not None else None


def _looked(kind: LookKind) -> Looked | None:
    look = monitoring.last(kind)
    if look is None:
        return None
    return Looked(
        look,
        [gettext(f"audit.wrong.{one['wrong']}").format(where=one["where"]) for one in look.broken],
    )
