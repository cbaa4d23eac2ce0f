"""The papers of a request: sealed with the folder, seen by officers, gone with its key."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import Func, IntegerField

from xiaohu.core.applicants import Evidence
from xiaohu.core.calendar import day_of
from xiaohu.core.refusals import Refusal
from xiaohu.proofing import reencoding, stamping
from xiaohu.proofing.models import Paper
from xiaohu.vault import files, units

MOST_PAGES = 20
MOST_FILES = 5  # of one kind


class TooManyFiles(Refusal):
    """One kind of paper takes so many files and no more."""

    code = "TOO_MANY_FILES"


class TooManyPapers(Refusal):
    """A request takes so many pages and no more."""

    code = "TOO_MANY_PAPERS"


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a paper, without what is on it: of which upload, and how large it is kept."""

    id: UUID
    evidence: Evidence
    added_at: datetime
    file_id: UUID
    size: int


def add(
    *, operator: str, case_id: UUID, evidence: Evidence, data: bytes, now: datetime
) -> list[Listed]:
    """Keep an upload as stamped pictures, page by page. Call inside a transaction.

    Raises:
        PaperRefused: the file cannot be taken.
        TooManyFiles: there are too many of this kind already.
        TooManyPapers: there are too many already.
    """
    drawn = reencoding.pages(data, stamp=stamping.stamp(operator, on=day_of(now)))
    there = Paper.objects.filter(case_id=case_id)
    of_kind = there.filter(evidence=evidence.value)
    if of_kind.values("file_id").distinct().count() >= MOST_FILES:
        raise TooManyFiles(most=MOST_FILES)
    if there.count() + len(drawn) > MOST_PAGES:
        raise TooManyPapers(most=MOST_PAGES)
    kept, file_id = [], uuid4()
    for page in drawn:
        paper_id = uuid4()
        sealed = files.seal(
            operator=operator, unit=units.case(case_id), file_id=paper_id, data=page
        )
        paper = Paper(
            id=paper_id,
            case_id=case_id,
            evidence=evidence.value,
            file_id=file_id,
            box=sealed,
            added_at=now,
        )
        kept.append(paper)
    Paper.objects.bulk_create(kept)
    return [_listed(paper) for paper in kept]


def of_case(case_id: UUID, *, kinds: Collection[Evidence] = tuple(Evidence)) -> list[Listed]:
    """Return the papers of a case, oldest first, without opening or even reading them."""
    rows = Paper.objects.filter(case_id=case_id, evidence__in=[kind.value for kind in kinds])
    rows = rows.annotate(size=_Size("box"))
    fields = ("id", "evidence", "added_at", "file_id", "size")
    found = rows.order_by("added_at", "file_id", "pk").values_list(*fields)
    return [Listed(pk, Evidence(kind), *rest) for pk, kind, *rest in found]


def cases_with(kinds: Collection[Evidence]) -> list[UUID]:
    """Return the cases that have papers of some kinds."""
    found = Paper.objects.filter(evidence__in=[kind.value for kind in kinds])
    return list(found.values_list("case_id", flat=True).distinct())


def kinds_of(case_id: UUID) -> frozenset[Evidence]:
    """Return which kinds of papers a case has."""
    found = Paper.objects.filter(case_id=case_id).values_list("evidence", flat=True)
    return frozenset(Evidence(kind) for kind in found)


def missing(case_id: UUID, needed: Collection[Evidence]) -> tuple[Evidence, ...]:
    """Return the papers still needed, in the order they are asked for."""
    if not needed:
        return ()
    there = kinds_of(case_id)
    return tuple(kind for kind in needed if kind not in there)


def picture(*, operator: str, case_id: UUID, paper_id: UUID) -> bytes | None:
    """Return one page as a JPEG picture; None where the case has no such page.

    Raises:
        Erased: the folder's key was destroyed.
    """
    paper = Paper.objects.filter(pk=paper_id, case_id=case_id).first()
    if paper is None:
        return None
    return files.open_file(
        operator=operator,
        unit=units.case(case_id),
        file_id=paper.pk,
        sealed=bytes(paper.box),
    )


def copy(*, operator: str, case_id: UUID, to_case: UUID) -> None:
    """Seal the papers of one case for another as well. Call inside a transaction."""
    old, new = units.case(case_id), units.case(to_case)
    for paper in Paper.objects.filter(case_id=case_id):
        page = files.open_file(
            operator=operator, unit=old, file_id=paper.pk, sealed=bytes(paper.box)
        )
        paper.pk, paper.case_id = uuid4(), to_case
        paper.box = files.seal(operator=operator, unit=new, file_id=paper.pk, data=page)
        paper.save(force_insert=True)


def remove(*, case_id: UUID, paper_id: UUID) -> None:
    """Take one page back. Call inside a transaction; harmless to repeat."""
    Paper.objects.filter(pk=paper_id, case_id=case_id).delete()


def remove_file(*, case_id: UUID, file_id: UUID) -> None:
    """Take every page of one upload back. Call inside a transaction; harmless to repeat."""
    Paper.objects.filter(case_id=case_id, file_id=file_id).delete()


def forget(case_id: UUID) -> int:
    """Delete the papers of a folder whose key is gone. Call inside a transaction."""
    return Paper.objects.filter(case_id=case_id).delete()[0]


def _listed(paper: Paper) -> Listed:
    evidence = Evidence(paper.evidence)
    return Listed(paper.pk, evidence, paper.added_at, paper.file_id, len(paper.box))


class _Size(Func):
    function = "octet_length"
    output_field = IntegerField()
