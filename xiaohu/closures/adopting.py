"""New rules while a request is still a draft: it is told what changed, and its holder chooses."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import moves, paying
from xiaohu.closures.models import Case
from xiaohu.core.actors import Actor
from xiaohu.core.refusals import Refusal
from xiaohu.core.states import CaseState
from xiaohu.registry import policies
from xiaohu.registry.models import PolicyVersion
from xiaohu.trail import events


class RulesMovedOn(Refusal):
    """Another version came into force in between, or the request is no draft any more."""

    code = "RULES_MOVED_ON"


def newer(case: Case) -> PolicyVersion | None:
    """Return the version in force that a draft has not been asked about, or nothing.

    What was submitted stays under the version it was submitted under.
    """
    if CaseState(case.state) is not CaseState.DRAFT:
        return None
    latest = policies.in_force(case.operator)
    return latest if latest.pk not in {case.policy_id, case.policy_declined_id} else None


@transaction.atomic(durable=True)
def keep(*, case_id: UUID, version: UUID, actor: Actor, now: datetime) -> Case:
    """Go on under the version the draft was opened with.

    Raises:
        RulesMovedOn: the version asked about is not the one to choose.
    """
    case, asked = _asked(case_id, version)
    case.policy_declined = asked
    case.save(update_fields=["policy_declined"])
    _record(case, "keep_policy", asked, actor=actor, now=now)
    return case


@transaction.atomic(durable=True)
def adopt(*, case_id: UUID, version: UUID, actor: Actor, now: datetime) -> Case:
    """Take the new version over; what it says anew is read anew.

    A way of the money it does not offer is asked for again.

    Raises:
        RulesMovedOn: the version asked about is not the one to choose.
    """
    case, asked = _asked(case_id, version)
    case.policy, case.effects_read = asked, False
    if case.refund_route and case.refund_route not in paying.routes(case):
        paying.forget_payee(case)
    case.save(update_fields=["policy", "effects_read"])
    _record(case, "adopt_policy", asked, actor=actor, now=now)
    return case


def _asked(case_id: UUID, version: UUID) -> tuple[Case, PolicyVersion]:
    case = moves.lock(case_id)
    latest = newer(case)
    if latest is None or latest.pk != version:
        raise RulesMovedOn
    return case, latest


def _record(case: Case, action: str, asked: PolicyVersion, *, actor: Actor, now: datetime) -> None:
    events.record(
        operator=case.operator,
        actor=actor,
        action=action,
        case_id=case.pk,
        evidence={"version": asked.version},
        now=now,
    )
