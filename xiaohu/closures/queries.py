"""Questions about cases. `of_subscriber` is the one rule of whose case is whose: default deny."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from xiaohu.access.sessions import Subscriber
from xiaohu.closures.models import Case, Closing, Document, DocumentKind
from xiaohu.core.applicants import ApplicantKind
from xiaohu.core.profile import Profile
from xiaohu.core.references import normalise_reference
from xiaohu.core.refusals import Refusal
from xiaohu.registry import lines, policies
from xiaohu.registry.models import Line

ONE_DAY = timedelta(days=1)


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


def lines_among(subscriber: Subscriber, line_ids: Collection[UUID]) -> list[Line]:
    """Return those of them that are wanted.

    Raises:
        LineNotYours: one is somebody else's, closed, or nobody's.
    """
    wanted = set(line_ids)
    found = [line for line in lines_of(subscriber) if line.pk in wanted]
    if len(found) != len(wanted):
        raise LineNotYours
    return found


def of_subscriber(case_id: UUID, subscriber: Subscriber) -> Case:
    """Return a case a sign-in may see.

    Raises:
        CaseNotFound: somebody else's, or none.
    """
    found = _visible_to(subscriber).filter(pk=case_id).first()
    if found is None:
        raise CaseNotFound
    return found


def was_purged(case_id: UUID, subscriber: Subscriber) -> bool:
    """Say whether a case was this holder's, and its folder is gone by now."""
    if subscriber.holder_id is None:
        return False
    gone = Case.objects.filter(pk=case_id, operator=subscriber.operator, purged_at__isnull=False)
    return gone.filter(holder_id=subscriber.holder_id).exists()


def cases_of(subscriber: Subscriber) -> list[Case]:
    """Return every case a sign-in may see, newest first."""
    return list(_visible_to(subscriber).order_by("-opened_at"))


def by_reference(operator: str, reference: str) -> Case | None:
    """Return the case of a reference, as typed."""
    meant = normalise_reference(reference)
    return Case.objects.filter(operator=operator, reference=meant, purged_at=None).first()


def closes_number(case_id: UUID, address: str) -> bool:
    """Say whether an address is the number of a line that a request is still to close."""
    going = Closing.objects.filter(case_id=case_id, is_open=True).select_related("line")
    return any(
        closing.line is not None
        and closing.line.number_index == lines.number_index(closing.operator, address)
        for closing in going
    )


def id_of_reference(operator: str, reference: str) -> UUID | None:
    """Return the id of the case of a reference, as typed, also after its folder was erased."""
    meant = normalise_reference(reference)
    found = Case.objects.filter(operator=operator, reference=meant)
    return found.values_list("pk", flat=True).first()


def closings_of_reference(operator: str, reference: str) -> list[UUID]:
    """Return the closings of the case of a reference, as typed; none where there is no such case."""
    meant = normalise_reference(reference)
    found = Closing.objects.filter(operator=operator, case__reference=meant)
    return list(found.values_list("pk", flat=True))


def references_of(closings: Collection[UUID]) -> dict[UUID, str]:
    """Return the reference of the case of each closing, also after its folder was erased."""
    found = Closing.objects.filter(pk__in=closings)
    return dict(found.values_list("pk", "case__reference"))


def open_closing_of(line: Line) -> Closing | None:
    """Return the one open closing of a line."""
    return Closing.objects.filter(line=line, is_open=True).select_related("case").first()


def closing_now(line_ids: Collection[UUID]) -> set[UUID]:
    """Return which of some lines have an open closing."""
    found = Closing.objects.filter(line_id__in=line_ids, is_open=True)
    return set(found.values_list("line_id", flat=True))


def closings_of(case: Case) -> list[Closing]:
    """Return the closings of a case, one for each line, or the one of an account."""
    found = Closing.objects.filter(case=case).select_related("line", "account").order_by("pk")
    for closing in found:
        closing.case = case
    return list(found)


def closings_with_lines(cases: Collection[Case]) -> list[Closing]:
    """Return the closings of several cases that are about a line, with one query."""
    found = Closing.objects.filter(case__in=cases, line__isnull=False).select_related("line")
    return list(found.order_by("pk"))


def certificates_of(closings: Collection[Closing]) -> dict[UUID, Document]:
    """Return the newest certificate, its text still kept, of each of these closings, with one query."""
    issued = Document.objects.filter(closing__in=closings, kind=DocumentKind.CERTIFICATE)
    issued = issued.exclude(jws="")
    return {one.closing_id: one for one in issued.order_by("issued_at") if one.closing_id}


def lines_of_case(case: Case) -> list[Line]:
    """Return the lines of a case; none where only an account is to end."""
    return [closing.line for closing in closings_of(case) if closing.line is not None]


def profile_of(case: Case) -> Profile:
    """Return the rules a case was opened under."""
    return policies.profile(case.policy_id)


def documents_of(case: Case) -> dict[tuple[UUID, DocumentKind], Document]:
    """Return the newest document of each kind of each closing of a case whose text is kept, with one query."""
    issued = Document.objects.filter(closing__case=case).exclude(jws="").order_by("issued_at")
    return {(one.closing_id, DocumentKind(one.kind)): one for one in issued if one.closing_id}


def median_days(*, operator: str, since: datetime) -> int | None:
    """Return how many days the cases that ended since then took, at the median; None for none.

    A day begun counts, so that nothing ever took no time.
    """
    spans = Case.objects.filter(
        operator=operator, state="done", ended_at__gte=since, submitted_at__isnull=False
    ).values_list("submitted_at", "ended_at")
    days = sorted(
        max(1, -((submitted - ended) // ONE_DAY))
        for submitted, ended in spans
        if submitted and ended
    )
    return days[len(days) // 2] if days else None


def _visible_to(subscriber: Subscriber) -> QuerySet[Case]:
    # A closing the operator only thinks about is shown once it is announced.
    unannounced = Q(applicant=ApplicantKind.OPERATOR.value, warned_days=[])
    rows = Case.objects.filter(operator=subscriber.operator, purged_at=None).exclude(unannounced)
    if subscriber.case_id is not None:
        return rows.filter(pk=subscriber.case_id)
    if subscriber.holder_id is not None:
        return rows.filter(holder_id=subscriber.holder_id)
    if subscriber.line_id is not None:
        return rows.filter(Q(closings__line_id=subscriber.line_id)).distinct()
    return rows.none()
