"""Views of the queue that an officer saved under a name."""

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.core.refusals import Refusal
from xiaohu.desk.filtering import Filters
from xiaohu.desk.models import SavedView

MOST, LONGEST = 20, 40


class TooManySavedViews(Refusal):
    """An officer keeps so many views and no more."""

    code = "TOO_MANY_SAVED_VIEWS"


def of(officer: StaffUser) -> list[SavedView]:
    """Return the saved views of an officer by name."""
    return list(SavedView.objects.filter(officer=officer).order_by("name"))


@transaction.atomic(durable=True)
def save(*, officer: StaffUser, name: str, filters: Filters) -> None:
    """Keep filters under a name, in place of what had this name.

    Raises:
        TooManySavedViews: there are as many as can be kept.
    """
    StaffUser.objects.select_for_update(no_key=True).get(pk=officer.pk)
    others = SavedView.objects.filter(officer=officer).exclude(name=name)
    if others.count() >= MOST:
        raise TooManySavedViews(most=MOST)
    SavedView.objects.update_or_create(
        officer=officer, name=name, defaults={"query": filters.query}
    )


@transaction.atomic(durable=True)
def forget(*, officer: StaffUser, view_id: str) -> None:
    """Forget one of the officer's own views; harmless to repeat."""
    if view_id:
        SavedView.objects.filter(officer=officer, pk=view_id).delete()
