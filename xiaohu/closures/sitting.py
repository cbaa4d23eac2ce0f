"""A sitting: somebody asks an officer, and shows papers before there is a request.

The id of a sitting becomes that of the request, so that what was shown is sealed in its folder
from the beginning and need not be given again after an error. The page carries the id, signed for
the officer; what no request came of is deleted after a day, and its key is swept as an orphan.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.core import signing
from django.db import transaction
from django.db.models import Exists, OuterRef

from xiaohu.access.models import StaffUser
from xiaohu.closures.models import Case
from xiaohu.core.applicants import Evidence
from xiaohu.proofing import papers
from xiaohu.proofing.models import Paper
from xiaohu.proofing.papers import Listed

LASTS = timedelta(hours=12)  # shorter than a key may live under which no record is sealed
FORGOTTEN_AFTER = timedelta(days=1)
SALT = "xiaohu.sitting"


def begin(officer: StaffUser, *, now: datetime) -> tuple[str, UUID]:
    """Return a new sitting of an officer, as the page carries it, and its id."""
    made = uuid4()
    return signing.dumps([str(made), str(officer.pk), now.isoformat()], salt=SALT), made


def of(carried: str, officer: StaffUser, *, now: datetime) -> UUID | None:
    """Return the sitting a page carries; None where it is over, or not this officer's."""
    try:
        sitting, whose, begun = signing.loads(carried, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    lasts = datetime.fromisoformat(begun) <= now < datetime.fromisoformat(begun) + LASTS
    return UUID(sitting) if lasts and whose == str(officer.pk) else None


def case_of(sitting: UUID) -> Case | None:
    """Return the request that came of a sitting."""
    return Case.objects.filter(pk=sitting).first()


@transaction.atomic(durable=True)
def show(
    *, sitting: UUID, officer: StaffUser, evidence: Evidence, data: bytes, now: datetime
) -> None:
    """Keep a paper that is shown.

    Raises:
        PaperRefused, TooManyFiles, TooManyPapers: it cannot be taken.
    """
    papers.add(operator=officer.operator, case_id=sitting, evidence=evidence, data=data, now=now)


def shown(sitting: UUID) -> dict[Evidence, dict[UUID, list[Listed]]]:
    """Return what was shown: the pages of each file of each kind."""
    found: dict[Evidence, dict[UUID, list[Listed]]] = {}
    for page in papers.of_case(sitting):
        found.setdefault(page.evidence, {}).setdefault(page.file_id, []).append(page)
    return found


@transaction.atomic(durable=True)
def take_back(*, sitting: UUID, file_id: UUID) -> None:
    """Delete a file that was shown by mistake; harmless to repeat."""
    papers.remove_file(case_id=sitting, file_id=file_id)


@transaction.atomic(durable=True)
def forget(*, now: datetime) -> int:
    """Delete papers of which no request came within a day; return how many pages."""
    old = Paper.objects.filter(added_at__lt=now - FORGOTTEN_AFTER)
    left = old.filter(~Exists(Case.objects.filter(pk=OuterRef("case_id"))))
    return left.delete()[0]
