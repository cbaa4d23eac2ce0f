"""Who asks for a closing: the holder, or somebody for the holder, with the papers that show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import drafting, queries
from xiaohu.closures.models import NOBODY, Case, Closing
from xiaohu.core.applicants import (
    APPLICANTS,
    PHOTOS,
    ApplicantKind,
    Evidence,
    HolderKind,
    closing_type,
    evidence_needed,
    may_apply,
)
from xiaohu.core.calendar import day_of
from xiaohu.core.channels import CaseChannel
from xiaohu.core.comparing import Difference, differences
from xiaohu.core.consents import ConsentKind
from xiaohu.core.facts import LineFacts
from xiaohu.core.identity import DocumentKind, normalise_document
from xiaohu.core.proofs import (
    SEEN_BY_A_PERSON,
    TWO_KINDS,
    IdentityLocked,
    IdentityUnverified,
    ProofMethod,
    level,
    needed,
)
from xiaohu.core.refusals import Refusal
from xiaohu.core.retention import Category
from xiaohu.proofing import consents, papers, proofs
from xiaohu.proofing.papers import Listed
from xiaohu.registry import lines
from xiaohu.screening import facts as screening
from xiaohu.vault import records, units


class ApplicantNotTaken(Refusal):
    """Such an applicant cannot ask for this holder's line here."""

    code = "APPLICANT_NOT_TAKEN"


class ApplicantElsewhere(Refusal):
    """The operator hears such an applicant by phone or in a shop, not on these pages."""

    code = "APPLICANT_ELSEWHERE"


class NameMissing(Refusal):
    """Somebody who asks for the holder gives a name."""

    code = "NAME_MISSING"


class HolderMissing(Refusal):
    """Somebody who asks for the holder says who the holder is."""

    code = "HOLDER_MISSING"


class PapersMissing(Refusal):
    """The request needs papers that were not uploaded; `papers` names them."""

    code = "PAPERS_MISSING"


def offered(case: Case) -> tuple[ApplicantKind, ...]:
    """Return who may ask in this case."""
    return may_apply(holder=HolderKind(case.holder.kind))


def elsewhere(case: Case, kind: ApplicantKind) -> bool:
    """Say whether such an applicant is heard elsewhere; an officer who types is elsewhere."""
    here = case.channel == CaseChannel.PORTAL.value
    return here and kind in queries.profile_of(case).applicants.elsewhere


def papers_to_bring(case: Case, kind: ApplicantKind) -> tuple[Evidence, ...]:
    """Return what such an applicant shows, wherever they ask."""
    return queries.profile_of(case).documents.get(kind, APPLICANTS[kind].evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What somebody who asks for the holder says of both, as typed."""

    name: str = ""
    document_kind: DocumentKind = DocumentKind.RESIDENT_ID
    document_number: str = ""
    holder_name: str = ""
    holder_document: str = ""


@transaction.atomic(durable=True)
def set_applicant(*, case_id: UUID, kind: ApplicantKind, details: Details, now: datetime) -> Case:
    """Record who asks; all but the holder say who they are, and who the holder is.

    What is said of the holder is compared with what is registered for whoever decides; here it
    is taken as it is, so that nothing can be learned by trying.

    Raises:
        ApplicantNotTaken: does not fit the holder.
        ApplicantElsewhere: the rules hear such an applicant by phone or in a shop.
        NameMissing, HolderMissing: a name or number was not given.
        DocumentRefused: the applicant's own number cannot be right.
        NotEditable: already submitted.
    """
    case = drafting.editable(case_id)
    if kind not in offered(case):
        raise ApplicantNotTaken
    if elsewhere(case, kind):
        raise ApplicantElsewhere
    unit = units.case(case.pk)
    if kind is ApplicantKind.HOLDER:
        records.delete_one(operator=case.operator, unit=unit, category=Category.APPLICANT)
    else:
        value = told(details, today=day_of(now))
        records.seal(operator=case.operator, unit=unit, category=Category.APPLICANT, value=value)
    case.applicant = kind.value
    case.closing_type = closing_type(kind).value
    case.save(update_fields=["applicant", "closing_type"])
    return case


def told(details: Details, *, today: date) -> dict[str, str]:
    """Return what somebody who asks for the holder says, in the form in which it is kept.

    Raises:
        NameMissing, HolderMissing: a name or number was not given.
        DocumentRefused: the applicant's own number cannot be right.
    """
    name, holder_name = _in_one_line(details.name), _in_one_line(details.holder_name)
    holder_document = _in_one_line(details.holder_document)
    if not name:
        raise NameMissing
    number = normalise_document(details.document_number, kind=details.document_kind, today=today)
    if not holder_name or not holder_document:
        raise HolderMissing
    return {
        "name": name,
        "document_kind": details.document_kind.value,
        "document_number": number,
        "holder_name": holder_name,
        "holder_document": holder_document,
    }


def applicant(case: Case) -> dict[str, str]:
    """Return name and document of whoever asks for the holder; empty where the holder asks."""
    return records.open_one(
        operator=case.operator, unit=units.case(case.pk), category=Category.APPLICANT
    )


def is_named(case: Case) -> bool:
    """Say whether whoever asks has said who they are; holder and operator are known already."""
    known = {ApplicantKind.HOLDER.value, ApplicantKind.OPERATOR.value}
    return case.applicant in known or bool(applicant(case))


def holder_differs(case: Case) -> tuple[Difference, ...] | None:
    """Return how the holder an applicant names differs from whoever is registered.

    For whoever decides, never for the applicant. None where the holder asks, or where what is
    registered cannot be read any more.
    """
    given = applicant(case)
    registered = lines.registered(case.operator, case.holder_id) if given else None
    if registered is None:
        return None
    return differences(
        name=given["holder_name"],
        document_number=given["holder_document"],
        registered=registered,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How well a request is proved: the level it must reach and reaches, the papers it needs and lacks.

    `reached` counts papers that are there as seen: whoever decides will look at them. `locked`
    says that the tries of today are used up.
    """

    wanted: int
    reached: int
    papers: tuple[Evidence, ...]
    lacking: tuple[Evidence, ...]
    locked: bool


def standing(case: Case, lines: Sequence[LineFacts] | None = None, *, now: datetime) -> Standing:
    """Return how well a request is proved, as far as is known of its lines."""
    known = _known(case) if lines is None else lines
    given = proofs.given(case.pk)
    wanted, profile = _level_needed(case, known), queries.profile_of(case)
    seen_at_counter = ProofMethod.COUNTER in given
    wanted_papers = evidence_needed(
        ApplicantKind(case.applicant),
        proof_by_paper=(wanted == SEEN_BY_A_PERSON or case.by_paper) and not seen_at_counter,
        estate_fen=sum(facts.refundable_fen for facts in known),
        consent_above_fen=profile.refund.heirs_consent_above_fen,
        asked=profile.documents.get(ApplicantKind(case.applicant)),
    )
    lacking = papers.missing(case.pk, wanted_papers)
    shown = {ProofMethod.DOCUMENT} if wanted_papers and not lacking else set()
    reached = level(given | shown)
    locked = reached < wanted and _locked(case, now)
    return Standing(wanted, reached, wanted_papers, lacking, locked)


def require_proof(standing: Standing) -> None:
    """Pass, or say what is lacking: a proof of another kind, or papers.

    Raises:
        IdentityLocked: too many proofs failed today.
        IdentityUnverified: one more proof is needed.
        PapersMissing: papers are; `papers` names them.
    """
    if standing.locked:
        raise IdentityLocked
    if standing.reached < min(standing.wanted, TWO_KINDS):
        raise IdentityUnverified(level=TWO_KINDS)
    if standing.lacking:
        raise PapersMissing(papers=" ".join(standing.lacking))
    if standing.reached < standing.wanted:
        raise IdentityUnverified(level=standing.wanted)


def may_prove_by_paper(case: Case) -> bool:
    """Say whether papers can take the place of a proof: the holder asks, and of a person."""
    return case.applicant == ApplicantKind.HOLDER.value and not case.by_paper


@transaction.atomic(durable=True)
def prove_by_paper(*, case_id: UUID) -> Case:
    """Let a person look at papers in place of a proof the holder could give alone.

    Nothing given so far is lost; a second time changes nothing.

    Raises:
        NotEditable: already submitted.
    """
    case = drafting.editable(case_id)
    case.by_paper = True
    case.save(update_fields=["by_paper"])
    return case


@transaction.atomic(durable=True)
def add_paper(*, case_id: UUID, evidence: Evidence, data: bytes, now: datetime) -> list[Listed]:
    """Keep a paper of a draft.

    Raises:
        PaperRefused: the file cannot be taken.
        TooManyFiles, TooManyPapers: there are too many already.
        ConsentMissing: a picture of an identity document needs a consent of its own.
        NotEditable: already submitted.
    """
    case = drafting.editable(case_id)
    if evidence in PHOTOS:
        consents.require(case.pk, ConsentKind.ID_PHOTO)
    return papers.add(
        operator=case.operator, case_id=case.pk, evidence=evidence, data=data, now=now
    )


@transaction.atomic(durable=True)
def remove_paper(*, case_id: UUID, paper_id: UUID) -> None:
    """Take a paper of a draft back."""
    case = drafting.editable(case_id)
    papers.remove(case_id=case.pk, paper_id=paper_id)


def deciders(case: Case) -> int:
    """Return how many people must agree to a case: two where nobody prepared it."""
    if case.prepared_by == NOBODY:
        return 2
    return APPLICANTS[ApplicantKind(case.applicant)].deciders


def _level_needed(case: Case, known: Sequence[LineFacts]) -> int:
    large_fen = queries.profile_of(case).refund.review_above_fen
    each: Sequence[LineFacts | None] = known or [None]
    return max(
        needed(
            applicant=ApplicantKind(case.applicant),
            facts=facts,
            large_above_fen=large_fen,
            other_payee=False,
        )
        for facts in each
    )


def _known(case: Case) -> list[LineFacts]:
    ids = Closing.objects.filter(case=case, line__isnull=False).values_list("pk", flat=True)
    return [gathered.facts for gathered in screening.last_of(ids).values()]


def _locked(case: Case, now: datetime) -> bool:
    ids = Closing.objects.filter(case=case, line__isnull=False).values_list("line_id", flat=True)
    return any(proofs.locked(line_id, now=now) for line_id in ids)


def _in_one_line(raw: str) -> str:
    return " ".join(raw.split())
