"""The log as the desk shows it, to those who answer for it."""

import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures.auditing import Asked
from xiaohu.closures.models import Case
from xiaohu.core.actors import ActorKind
from xiaohu.core.refusals import Refusal
from xiaohu.trail import checkpoints, events, exporting, monitoring, sequencer
from xiaohu.trail.auditing import Wrong
from xiaohu.trail.events import Told
from xiaohu.trail.models import Leaf, Look, LookKind

LATE_AFTER = timedelta(days=2)  # a full verification runs every day
PAGE = 50
MOST_EXPORTED = 1000  # each proves its own place; more are for the command line
ROLES = (ActorKind.COMPLIANCE, ActorKind.ADMIN)
_OF_EVENTS = {Wrong.EVENT_CHANGED.value, Wrong.EVENT_MISSING.value}


class NotYoursToAudit(Refusal):
    """The log is for compliance and administration."""

    code = "NOT_YOURS_TO_AUDIT"


class TooManyToExport(Refusal):
    """More events than a page hands out at once."""

    code = "TOO_MANY_TO_EXPORT"


@dataclass(frozen=True, slots=True)
class Row:
    """An event: its place, what it tells, who did it and of which request, in words."""

    index: int
    told: Told
    action: str
    name: str
    reference: str


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
        return next((one["where"] for one in broken if one["wrong"] in _OF_EVENTS), "")


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


def page_of(
    asked: Asked, *, before: int | None, names: Mapping[str, str]
) -> tuple[list[Row], int | None]:
    """Return one page of events, the newest first, and before which place the next page begins.

    `names` are those of people by their ids.

    Raises:
        NoSuchAction, CaseNotFound: there is nothing to ask for.
    """
    older = Q(index__lt=before) if before is not None else events.EVERY
    found = events.newest(PAGE + 1, asked.where() & older)
    shown = found[-PAGE:][::-1]
    cases = Case.objects.filter(pk__in={told.case_id for _, told in shown if told.case_id})
    references: dict[UUID | None, str] = dict(cases.values_list("pk", "reference"))
    rows = [
        Row(
            index,
            told,
            named(told.action),
            names.get(told.actor_id, ""),
            references.get(told.case_id, ""),
        )
        for index, told in shown
    ]
    return rows, shown[-1][0] if len(found) > PAGE else None


def named(action: str) -> str:
    """Return an action in words; where there are none, its code."""
    key = f"event.{action}"
    said = gettext(key)
    return action if said == key else said


def exported(asked: Asked, *, now: datetime) -> bytes:
    """Return events as a ZIP of the files `xiaohu audit export` writes.

    Raises:
        TooManyToExport: more than are handed out at once.
        NothingSigned: no checkpoint was signed yet.
        NoSuchAction, CaseNotFound: there is nothing to ask for.
    """
    where = asked.where()
    if Leaf.objects.filter(where)[: MOST_EXPORTED + 1].count() > MOST_EXPORTED:
        raise TooManyToExport(most=MOST_EXPORTED)
    filters = {"operator": asked.operator, **asked.filters()}
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as name:
        exporting.write(Path(name), where=where, asked=filters, now=now)
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in (exporting.EVENTS, exporting.MANIFEST):
                archive.write(Path(name) / file, file)
    return packed.getvalue()


def _looked(kind: LookKind) -> Looked | None:
    look = monitoring.last(kind)
    if look is None:
        return None
    return Looked(
        look,
        [gettext(f"audit.wrong.{one['wrong']}").format(where=one["where"]) for one in look.broken],
    )
