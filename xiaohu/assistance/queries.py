"""What was asked of our people about one case; what was said stays sealed."""

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from xiaohu.assistance.models import Asked, CallBack, Complaint

MOST = 20  # of each; everything is in their own lists
_A = TypeVar("_A", bound=Asked)


@dataclass(frozen=True, slots=True)
class AboutCase:
    """The call-backs and complaints that name a case, the newest of each first."""

    calls: list[CallBack]
    complaints: list[Complaint]

    def __bool__(self) -> bool:
        """Say whether there is any."""
        return bool(self.calls or self.complaints)


def about_case(case_id: UUID) -> AboutCase:
    """Return what was asked about a case."""
    return AboutCase(
        _newest(CallBack.objects.all(), case_id), _newest(Complaint.objects.all(), case_id)
    )


def _newest(rows: QuerySet[_A], case_id: UUID) -> list[_A]:
    found = rows.filter(case_id=case_id).select_related("officer")
    return list(found.order_by("-asked_at", "pk")[:MOST])
