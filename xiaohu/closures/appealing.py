"""A refused request looked at again: a new case with the same answers, for another reviewer."""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import drafting, moves, queries
from xiaohu.closures.drafting import REFERENCE_BYTES
from xiaohu.closures.models import Case
from xiaohu.core.actors import Actor
from xiaohu.core.calendar import day_of
from xiaohu.core.references import case_reference
from xiaohu.core.refusals import Refusal
from xiaohu.core.retention import Category
from xiaohu.core.review import APPEAL_DAYS, appeal_until
from xiaohu.core.states import CaseState
from xiaohu.proofing import proofs
from xiaohu.registry import policies
from xiaohu.trail import events
from xiaohu.vault import records, units
from xiaohu.vault.records import Ref


class NotRefused(Refusal):
    """Only a refused request can be looked at again."""

    code = "NOT_REFUSED"


class AppealTooLate(Refusal):
    """The days in which another look could be asked for are over."""

    code = "APPEAL_TOO_LATE"


@transaction.atomic(durable=True)
def appeal(*, case_id: UUID, actor: Actor, now: datetime) -> Case:
    """Open a case that another person will decide, with the answers of the refused one.

    It is submitted like any other, once its checks are fresh.

    Raises:
        NotRefused: the case was not refused.
        AppealTooLate: that was too long ago; a new request can still be made.
        AlreadyClosing: the line has another open request.
    """
    refused = moves.lock(case_id)
    if CaseState(refused.state) is not CaseState.REFUSED:
        raise NotRefused
    if refused.decided_at is None or day_of(now) > appeal_until(refused_at=refused.decided_at):
        raise AppealTooLate(days=APPEAL_DAYS)
    closing = queries.closing_of(refused)
    drafting.refuse_second(closing.line, closing.account_id)
    case = Case.objects.create(
        operator=refused.operator,
        reference=case_reference(now=now, random=secrets.token_bytes(REFERENCE_BYTES)),
        scope=refused.scope,
        holder_id=refused.holder_id,
        policy=policies.in_force(refused.operator),
        appeal_of=refused,
        language=refused.language,
        prepared_by=refused.prepared_by,
        opened_at=now,
        choices=refused.choices,
        refund_route=refused.refund_route,
        contact_confirmed=refused.contact_confirmed,
        effects_read=refused.effects_read,
    )
    drafting.open_closing(case, closing.line, closing.account_id, now)
    for method in proofs.given(refused.pk):
        proofs.note(case_id=case.pk, method=method, now=now)
    _copy_sealed(refused, case)
    events.record(
        operator=case.operator,
        actor=actor,
        action="appeal",
        case_id=case.pk,
        to_state=case.state,
        evidence={"refused": refused.reference},
        now=now,
    )
    return case


def _copy_sealed(refused: Case, case: Case) -> None:
    kinds = (Category.CONTACT, Category.PAYEE)
    old = units.case(refused.pk)
    opened = records.open_many(operator=case.operator, refs=[Ref(old, kind) for kind in kinds])
    values = [(Ref(units.case(case.pk), ref.category), value) for ref, value in opened.items()]
    if values:
        records.seal_many(operator=case.operator, values=values)
