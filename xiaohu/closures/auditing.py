"""What is asked of the log: the events of a request, an action, a person or a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from xiaohu.closures import queries
from xiaohu.core.calendar import CHINA
from xiaohu.core.refusals import Refusal
from xiaohu.registry import policies
from xiaohu.trail import events


class NoSuchOperator(Refusal):
    """No operator of this key was ever served here."""

    code = "NO_SUCH_OPERATOR"


class NoSuchAction(Refusal):
    """The log has no event of this action."""

    code = "NO_SUCH_ACTION"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which events of an operator: of a request, an action, a person, a time (China, without zone)."""

    operator: str
    case: str = ""
    action: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def filters(self) -> Mapping[str, str]:
        """Return what was asked for; nothing where everything was."""
        given = {
            "case": self.case,
            "action": self.action,
            "actor": self.actor,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        chosen = {name: value for name, value in given.items() if value}
        return {"operator": self.operator, **chosen} if chosen else {}

    def where(self) -> Q:
        """Return the same as a question to leaves.

        Raises:
            NoSuchOperator: it has a key nobody has.
            NoSuchAction: nothing of the kind was ever done.
            CaseNotFound: there is no such request.
        """
        operators = sorted({settings.XIAOHU.operator, *policies.operators()})
        if self.operator not in operators:
            raise NoSuchOperator(known=", ".join(operators))
        where = Q(event__operator=self.operator)
        if self.case:
            where &= Q(event__case_id=_case_id(self.operator, self.case))
        if self.action:
            where &= _of_action(self.action)
        if self.actor:
            where &= _of_actor(self.actor)
        if self.since:
            where &= Q(event__at__gte=self.since.replace(tzinfo=CHINA))
        if self.until:
            where &= Q(event__at__lt=self.until.replace(tzinfo=CHINA))
        return where


def _case_id(operator: str, typed: str) -> UUID:
    """Return the id of a request by reference, ended ones included, or the id as typed."""
    try:
        return UUID(typed)
    except ValueError:
        found = queries.id_of_reference(operator, typed) if _can_stand(typed) else None
    if found is None:
        raise queries.CaseNotFound
    return found


def _of_action(action: str) -> Q:
    known = events.actions()
    if action not in known:
        raise NoSuchAction(known=", ".join(known) or "—")
    return Q(event__action=action)


def _of_actor(actor: str) -> Q:
    """Return who is meant by a role, an id, or both."""
    if not _can_stand(actor):
        return Q(pk__in=())
    kind, _, name = actor.partition(":")
    if name:
        return Q(event__actor_kind=kind, event__actor_id=name)
    return Q(event__actor_kind=kind) | Q(event__actor_id=actor)


def _can_stand(text: str) -> bool:
    """Say whether the database could hold a text at all."""
    return "\x00" not in text
