"""Consents of a request: each given on its own, and taken back with what was used under it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import drafting, moves, paying
from xiaohu.closures.models import Case
from xiaohu.core.actors import Actor
from xiaohu.core.applicants import PHOTOS
from xiaohu.core.consents import ConsentKind
from xiaohu.core.proofs import ProofMethod
from xiaohu.core.states import TERMINAL, CaseState
from xiaohu.proofing import consents, papers, proofs


@transaction.atomic(durable=True)
def give(*, case_id: UUID, kind: ConsentKind, actor: Actor, now: datetime) -> None:
    """Record a consent to the words shown now; a second time changes nothing.

    Raises:
        NotEditable: the request has ended.
    """
    case = moves.lock(case_id)
    if CaseState(case.state) in TERMINAL:
        raise drafting.NotEditable(reference=case.reference)
    consents.give(operator=case.operator, case_id=case.pk, kind=kind, actor=actor, now=now)


@transaction.atomic(durable=True)
def withdraw(*, case_id: UUID, kind: ConsentKind, actor: Actor, now: datetime) -> Case:
    """Take a consent back, and what was used under it; without one nothing changes.

    Raises:
        NotEditable: already submitted; the request itself can be withdrawn then.
    """
    case = drafting.editable(case_id)
    if consents.withdraw(operator=case.operator, case_id=case.pk, kind=kind, actor=actor, now=now):
        _give_up(case, kind)
    return case


@transaction.atomic(durable=True)
def drop_unused(*, case_id: UUID, actor: Actor, now: datetime) -> Case:
    """Take back consents to a way of the money that is no longer chosen; others stay.

    Raises:
        NotEditable: already submitted.
    """
    case = drafting.editable(case_id)
    paying.drop_unused(case, actor=actor, now=now)
    return case


def _give_up(case: Case, kind: ConsentKind) -> None:
    if kind is ConsentKind.FACE:
        proofs.forget_one(case.pk, ProofMethod.FACE)
    elif kind is ConsentKind.ID_PHOTO:
        for paper in papers.of_case(case.pk):
            if paper.evidence in PHOTOS:
                papers.remove(case_id=case.pk, paper_id=paper.id)
    elif kind in {ConsentKind.BANK_ACCOUNT, ConsentKind.WAIVER} and kind is paying.rests_on(case):
        paying.forget_payee(case)
