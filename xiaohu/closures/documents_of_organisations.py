"""One document for all the lines of an organisation's request, once each has its certificate."""

from datetime import datetime
from typing import Any

from xiaohu.closures import documents, queries, splitting
from xiaohu.closures.models import Case, Closing, Document, DocumentKind, DocumentState, Outcome
from xiaohu.core.applicants import HolderKind
from xiaohu.registry import lines

# More do not fit on the pages we read back: the lines of a larger request have their certificates.
MOST_LINES = 200
MOVED = "moved"


def issue_if_whole(case: Case, *, now: datetime) -> Document | None:
    """Issue the document of a case whose lines all have their certificates by now.

    The case is locked, so that of two last lines one sees the other. Call inside a transaction.
    """
    if not _wanted(case) or _lacks_certificates(case) or _issued(case):
        return None
    return documents.issue(case, DocumentKind.ORGANISATION, payload(case), now=now)


def of_case(case: Case) -> Document | None:
    """Return the newest document of a whole case."""
    issued = Document.objects.filter(case=case, kind=DocumentKind.ORGANISATION.value)
    return issued.exclude(jws="").order_by("issued_at").last()


def payload(case: Case) -> dict[str, Any]:
    """Return what the document says: each line as its own certificate does, and what went apart."""
    said = [documents.read(one) for one in _certificates(case)]
    closed = [
        {
            "line": one.get("line", ""),
            "outcome": Outcome.CLOSED.value,
            "closed_at": one["closed_at"],
            "certificate": one["number"],
        }
        for one in said
    ]
    return {
        **documents.common_payload(case),
        "subject": "organisation",
        "holder": next((one["holder"] for one in said if "holder" in one), ""),
        "closed_at": max(one["closed_at"] for one in said),
        "lines": sorted(closed, key=lambda one: (one["closed_at"], one["line"])) + _moved(case),
    }


def _wanted(case: Case) -> bool:
    firm = case.holder.kind == HolderKind.ORGANISATION.value
    return firm and 1 < case.size <= MOST_LINES


def _lacks_certificates(case: Case) -> bool:
    certified = Document.objects.filter(kind=DocumentKind.CERTIFICATE.value).values("closing_id")
    return Closing.objects.filter(case=case).exclude(pk__in=certified).exists()


def _issued(case: Case) -> bool:
    return Document.objects.filter(case=case, kind=DocumentKind.ORGANISATION.value).exists()


def _certificates(case: Case) -> list[Document]:
    found = Document.objects.filter(
        closing__case=case,
        kind=DocumentKind.CERTIFICATE.value,
        state=DocumentState.VALID.value,
    )
    return list(found.exclude(jws=""))


def _moved(case: Case) -> list[dict[str, str]]:
    """Return the lines that could not go on with the others, and under which request they do."""
    moved = splitting.made_from(case)
    masks = {
        closing.case_id: lines.shown_with_holder(closing.line)[0].number
        for closing in queries.closings_with_lines(moved)
        if closing.line is not None
    }
    return [
        {"line": masks[each.pk], "outcome": MOVED, "reference": each.reference}
        for each in moved
        if each.pk in masks
    ]
