"""A request that ended without closing anything, begun anew with the answers given before."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.access.sessions import Subscriber
from xiaohu.closures import copying, drafting, moves, queries
from xiaohu.closures.models import Case
from xiaohu.core.refusals import Refusal
from xiaohu.core.states import CaseState
from xiaohu.registry import policies
from xiaohu.trail import events

RESTARTABLE = frozenset({CaseState.EXPIRED, CaseState.WITHDRAWN, CaseState.REFUSED})


class NothingToRestart(Refusal):
    """The request goes on, or its line is closed, or the operator had started it."""

    code = "NOTHING_TO_RESTART"


@transaction.atomic(durable=True)
def start_again(*, case_id: UUID, subscriber: Subscriber, now: datetime) -> Case:
    """Open a draft with the answers of a request that ended; identity is proved anew.

    Rules may have changed, so what closing means is read again.

    Raises:
        NothingToRestart: not in this state.
        LineNotYours: the sign-in may not open a request for its lines.
        AlreadyClosing: there is an open request by now.
    """
    ended = moves.lock(case_id)
    if CaseState(ended.state) not in RESTARTABLE or ended.by_operator:
        raise NothingToRestart
    closings = queries.closings_of(ended)
    _require_own(subscriber, ended, [closing.line_id for closing in closings if closing.line_id])
    for closing in closings:
        drafting.refuse_second(closing.line, closing.account_id)
    case = copying.copy(
        ended,
        with_proofs=False,
        now=now,
        policy=policies.in_force(ended.operator),
        size=ended.size,
        effects_read=False,
    )
    for closing in closings:
        drafting.open_closing(case, closing.line, closing.account_id, now, closing.choices)
    drafting.note_sign_in(case_id=case.pk, subscriber=subscriber, now=now)
    events.record(
        operator=case.operator,
        actor=drafting.subscriber_actor(subscriber),
        action="open",
        case_id=case.pk,
        to_state=case.state,
        evidence={"after": ended.reference},
        now=now,
    )
    return case


def _require_own(subscriber: Subscriber, ended: Case, line_ids: list[UUID]) -> None:
    """Refuse a sign-in that could not have opened the request itself.

    Raises:
        LineNotYours: a code to the contact of the old request is not enough.
    """
    if subscriber.case_id is not None:
        raise queries.LineNotYours
    if not line_ids and subscriber.holder_id != ended.holder_id:
        raise queries.LineNotYours
    queries.lines_among(subscriber, line_ids)
