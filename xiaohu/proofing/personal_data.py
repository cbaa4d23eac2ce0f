"""What this room holds of somebody, told to whom it belongs."""

from collections.abc import Iterator
from uuid import UUID

from xiaohu.proofing import papers, proofs
from xiaohu.proofing.models import Consent

_Row = tuple[str, str, str, str]


def tell(case_id: UUID) -> Iterator[_Row]:
    """List proofs, consents and papers of a case: of which kind, and when; not what papers show."""
    for proof in proofs.dated(case_id):
        yield "case", "proof", proof.method, proof.given_at.isoformat()
    for consent in Consent.objects.filter(case_id=case_id).order_by("given_at", "pk"):
        yield "case", "consent", consent.kind, consent.given_at.isoformat()
        if consent.withdrawn_at is not None:
            yield "case", "consent_withdrawn", consent.kind, consent.withdrawn_at.isoformat()
    for paper in papers.of_case(case_id):
        yield "case", "paper", paper.evidence.value, paper.added_at.isoformat()
