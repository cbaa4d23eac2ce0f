"""The log as the desk shows it, to those who answer for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import queries
from xiaohu.core.actors import ActorKind
from xiaohu.core.refusals import Refusal
from xiaohu.trail import checkpoints, events, monitoring, sequencer
from xiaohu.trail.auditing import Wrong
from xiaohu.trail.models import Event, Look, LookKind

LATE_AFTER = timedelta(days=2)  # a full verification runs every day
ROLES = (ActorKind.COMPLIANCE, ActorKind.ADMIN)


OF_EVENTS = {Wrong.EVENT_CHANGED.value, Wrong.EVENT_MISSING.value}


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
    full_late: bool

    @property
    def wrong(self) -> list[str]:
        """Everything that does not fit, in words, once each."""
        both = [said for one in (self.monitor, self.full) if one for said in one.wrong]
        return list(dict.fromkeys(both))

    @property
    def first_wrong(self) -> str:
        """Return the number of the first event that was changed or is gone; an empty text of none."""
        broken = self.full.look.broken if self.full else []
        return next((one["where"] for one in broken if one["wrong"] in OF_EVENTS), "")


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
    newest, full = checkpoints.newest(), _looked(LookKind.FULL)
    return State(
        size=sequencer.size(),
        signed=newest.size if newest else 0,
        root=bytes(newest.root).hex() if newest else "",
        signed_at=newest.signed_at if newest else None,
        minutes=int((now - newest.signed_at).total_seconds() // 60) if newest else 0,
        monitor=_looked(LookKind.MONITOR),
        full=full,
        full_late=full is not None and now - full.look.at > LATE_AFTER,
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
