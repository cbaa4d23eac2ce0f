"""Questions about cases. `of_subscriber` is the one rule of whose case is whose: default deny."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from xiaohu.access.sessions import Subscriber
from xiaohu.closures.models import Case, Closing, Document, DocumentKind
from xiaohu.core.profile import Profile
from xiaohu.core.references import normalise_reference
from xiaohu.core.refusals import Refusal
from xiaohu.registry import lines, policies
from xiaohu.registry.models import Line


class CaseNotFound(Refusal):
    """There is no such case for this person; whether it exists is not said."""

    code = "CASE_NOT_FOUND"


class LineNotYours(Refusal):
    """The line is not one this sign-in may speak for."""

    code = "LINE_NOT_YOURS"


def lines_of(subscriber: Subscriber) -> list[Line]:
    """Return the open lines a sign-in may speak for."""
    if subscriber.holder_id is not None:
        return lines.of_holder(subscriber.holder_id)
    if subscriber.line_id is not None:
        line = lines.get(subscriber.line_id)
        return [line] if line.closed_at is None else []
    return []


def line_of(subscriber: Subscriber, line_id: UUID) -> Line:
    """Return one of those lines.

    Raises:
        LineNotYours: it is somebody else's, closed, or nobody's.
    """
    for line in lines_of(subscriber):
        if line.pk == line_id:
            return line
    raise LineNotYours


def of_subscriber(case_id: UUID, subscriber: Subscriber) -> Case:
    """Return a case a sign-in may see.

    Raises:
        CaseNotFound: somebody else's, or none.
    """
    found = _visible_to(subscriber).filter(pk=case_id).first()
    if found is None:
        raise CaseNotFound
    return found


def cases_of(subscriber: Subscriber) -> list[Case]:
    """Return every case a sign-in may see, newest first."""
    return list(_visible_to(subscriber).order_by("-opened_at"))


def by_reference(operator: str, reference: str) -> Case | None:
    """Return the case of a reference, as typed."""
    meant = normalise_reference(reference)
    return Case.objects.filter(operator=operator, reference=meant, purged_at=None).first()


def open_closing_of(line: Line) -> Closing | None:
    """Return the one open closing of a line."""
    return Closing.objects.filter(line=line, is_open=True).select_related("case").first()


def closing_of(case: Case) -> Closing:
    """Return the closing of a case of one line or account."""
    return Closing.objects.select_related("line", "account").get(case=case)


def profile_of(case: Case) -> Profile:
    """Return the rules a case was opened under."""
    return policies.profile(case.policy_id)


def document_of(case: Case, kind: DocumentKind) -> Document | None:
    """Return the newest document of a kind issued for a case."""
    issued = Document.objects.filter(closing__case=case, kind=kind.value)
    return issued.order_by("-issued_at").first()


def median_days(*, operator: str, since: datetime) -> int | None:
    """Return how many days the cases that ended since then took, at the median; None for none."""
    spans = Case.objects.filter(
        operator=operator, state="done", ended_at__gte=since, submitted_at__isnull=False
    ).values_list("submitted_at", "ended_at")
    days = sorted((ended - submitted).days for submitted, ended in spans if submitted and ended)
    return days[len(days) // 2] if days else None


def _visible_to(subscriber: Subscriber) -> QuerySet[Case]:
    rows = Case.objects.filter(operator=subscriber.operator, purged_at=None)
    if subscriber.case_id is not None:
        return rows.filter(pk=subscriber.case_id)
    if subscriber.holder_id is not None:
        return rows.filter(holder_id=subscriber.holder_id)
    if subscriber.line_id is not None:
        return rows.filter(Q(closings__line_id=subscriber.line_id)).distinct()
    return rows.none()
