"""Two workers at once at the end of a month: it is destroyed once, and said once."""

from datetime import UTC, date, datetime
from functools import partial
from uuid import uuid4

import pytest

from tests.faults.racing import Track
from tests.stories import OPERATOR, staff
from xiaohu.core.actors import ActorKind
from xiaohu.core.retention import Category
from xiaohu.erasure import kept
from xiaohu.registry.models import Operator
from xiaohu.trail.models import Event
from xiaohu.vault import buckets
from xiaohu.vault.buckets import ToKeep

pytestmark = [
    pytest.mark.kill,
    pytest.mark.django_db(transaction=True, databases=["default", "keystore"]),
]
MONTHS = [date(2026, month, 28) for month in range(1, 7)]
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_two_workers_destroy_a_month_once_and_say_so_once() -> None:
    Operator.objects.get_or_create(key=OPERATOR)
    one, other = (staff(name, ActorKind.COMPLIANCE) for name in ("wei", "xu"))
    for until in MONTHS:
        item = ToKeep(Category.SERVICE_NUMBER, {"number": "1"}, until)
        buckets.keep(operator=OPERATOR, subject_id=uuid4(), kept=[item])
    early = datetime(2025, 12, 31, tzinfo=UTC)
    for until in MONTHS:
        asked = kept.ask_to_destroy(
            category=Category.SERVICE_NUMBER, until=until, officer=one, now=NOW
        )
        kept.agree(request_id=asked.pk, officer=other, now=early)  # agreed on before it was over
    with Track() as track:
        worker = partial(kept.carry_out, now=NOW)
        assert all(outcome.done for outcome in track.run(worker, worker))
    told = Event.objects.filter(action="destroy_kept")
    assert sorted(event.evidence["until"] for event in told) == [
        until.isoformat() for until in MONTHS
    ]
    assert {event.evidence["records"] for event in told} == {"1"}
