"""Holds of kept records: one for each request, so that the end of one frees nothing that another holds.

A record is wrapped under the key of one hold at a time. Where several stand over it and that one
ends, it passes on to the oldest of the others.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from xiaohu.core.kept import KeptAct
from xiaohu.erasure.models import KeptRequest
from xiaohu.queue.asking import Question, Slot
from xiaohu.vault import buckets

_BEGINNING = 0x786848  # the advisory lock of a hold that begins


def standing(operator: str) -> QuerySet[KeptRequest]:
    """Return the holds that two people agreed on and nobody ended, oldest first."""
    placed = _placed().filter(operator=operator)
    return placed.select_related("asked_by", "agreed_by").order_by("done_at", "pk")


def held() -> set[UUID]:
    """Return the closings that any hold stands over, of every operator."""
    subjects = _placed().values_list("subjects", flat=True)
    return {closing_id for of_one in subjects for closing_id in of_one}


def over(closings: Collection[UUID]) -> set[UUID]:
    """Return those of some closings that any hold stands over."""
    theirs = _OVER.rows(closing_ids=list(closings))
    return {closing_id for (subjects,) in theirs for closing_id in subjects} & set(closings)


def let_none_begin() -> None:
    """Let no hold begin before the transaction ends: whoever looks now may go by what they see."""
    _lock("pg_advisory_xact_lock_shared")


def stands(operator: str, subjects: Collection[UUID], authority: str) -> bool:
    """Say whether an authority holds exactly this already."""
    return standing(operator).filter(subjects=subjects, authority=authority).exists()


def place(hold: KeptRequest) -> int:
    """Hold what is kept of closings, and return how much that is. Call inside a transaction."""
    _lock("pg_advisory_xact_lock")  # What is being erased at this moment is erased before.
    _locked(hold)
    return buckets.hold(operator=hold.operator, subjects=hold.subjects, hold_id=hold.pk)


def lift(hold: KeptRequest, *, now: datetime) -> int:
    """End a hold, and return how many records were under it. Call inside a transaction.

    Harmless to repeat.
    """
    others = [one for one in _locked(hold) if one.pk != hold.pk]
    still = {subject: one.pk for one in reversed(others) for subject in one.subjects}
    freed = buckets.release(
        operator=hold.operator, subjects=hold.subjects, hold_id=hold.pk, still=still
    )
    KeptRequest.objects.filter(pk=hold.pk).update(released_at=now)
    return freed


def _placed() -> QuerySet[KeptRequest]:
    return KeptRequest.objects.filter(
        act=KeptAct.HOLD.value, done_at__isnull=False, released_at=None
    )


_OVER: Question[KeptRequest] = Question(
    lambda: _placed().filter(subjects__overlap=Slot("closing_ids")).values_list("subjects")
)


def _locked(hold: KeptRequest) -> list[KeptRequest]:
    """Return the holds that stand over the same closings; none ends or begins before this is over."""
    same = KeptRequest.objects.filter(
        operator=hold.operator, act=KeptAct.HOLD, subjects__overlap=hold.subjects
    )
    list(same.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    return list(standing(hold.operator).filter(subjects__overlap=hold.subjects))


def _lock(how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {how}(%s)", [_BEGINNING])
