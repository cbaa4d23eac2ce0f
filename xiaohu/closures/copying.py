"""A new case with the answers of another: for a second look, or for a line that goes on alone."""

import secrets
from datetime import datetime
from typing import Any

from xiaohu.closures.drafting import REFERENCE_BYTES
from xiaohu.closures.models import Case
from xiaohu.core.references import case_reference
from xiaohu.core.retention import Category
from xiaohu.proofing import consents, papers, proofs
from xiaohu.vault import records, units
from xiaohu.vault.records import Ref

ANSWERS = (
    "operator",
    "scope",
    "holder_id",
    "language",
    "prepared_by",
    "applicant",
    "channel",
    "closing_type",
    "contact_index",
    "payee_index",
    "refund_route",
    "contact_confirmed",
    "effects_read",
    "reason",
    "passed",
    "by_paper",
)
_SEALED = (Category.CONTACT, Category.PAYEE, Category.APPLICANT, Category.REASON)


def copy(case: Case, *, now: datetime, with_proofs: bool = True, **differing: Any) -> Case:
    """Open a case with the answers of another, and its proofs. Call inside a transaction."""
    made = Case.objects.create(
        reference=case_reference(now=now, random=secrets.token_bytes(REFERENCE_BYTES)),
        opened_at=now,
        **{**{name: getattr(case, name) for name in ANSWERS}, **differing},
    )
    for method in proofs.given(case.pk) if with_proofs else ():
        proofs.note(case_id=made.pk, method=method, now=now)
    _copy_sealed(case, made)
    consents.copy(case_id=case.pk, to_case=made.pk)
    papers.copy(operator=case.operator, case_id=case.pk, to_case=made.pk)
    return made


def _copy_sealed(case: Case, made: Case) -> None:
    old = units.case(case.pk)
    opened = records.open_many(operator=case.operator, refs=[Ref(old, kind) for kind in _SEALED])
    values = [(Ref(units.case(made.pk), ref.category), value) for ref, value in opened.items()]
    if values:
        records.seal_many(operator=case.operator, values=values)
