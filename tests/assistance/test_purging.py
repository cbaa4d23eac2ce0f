"""What people asked goes when its time is over, and not before."""

from datetime import timedelta

import pytest

from tests.assistance.asking import MAIL, call
from tests.assistance.test_complaining import answered
from tests.stories import OPERATOR, World, staff
from xiaohu.assistance import asking, calling, feedback, purging
from xiaohu.assistance.models import CallBack, Complaint, Remark, UnansweredSearch
from xiaohu.core.assistance import CallOutcome
from xiaohu.core.retention import Category
from xiaohu.notices.models import QueuedNotice
from xiaohu.vault import keys, units
from xiaohu.vault.models import SealedRecord

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def test_a_call_back_goes_after_a_month(world: World) -> None:
    made, lin = call(world), staff("lin")
    calling.take(call_id=made.pk, officer=lin, now=world.now)
    calling.record(call_id=made.pk, officer=lin, outcome=CallOutcome.REACHED, now=world.now)
    assert purging.purge(now=world.now + timedelta(days=29)) == 0
    assert purging.purge(now=world.now + timedelta(days=31)) == 1
    assert purging.purge(now=world.now + timedelta(days=31)) == 0
    row = CallBack.objects.get()
    assert row.asker_index is None
    assert asking.opened(row, Category.CALL_BACK) == {}
    assert not SealedRecord.objects.filter(unit=made.pk).exists()
    assert keys.was_destroyed(OPERATOR, [units.assistance(made.pk)])


def test_a_complaint_goes_two_years_after_its_answer(world: World) -> None:
    answered(world, MAIL)
    assert QueuedNotice.objects.count() == 2
    assert purging.purge(now=world.now + timedelta(days=700)) == 0
    assert purging.purge(now=world.now + timedelta(days=721)) == 1
    assert Complaint.objects.get().purged_at is not None
    assert not QueuedNotice.objects.exists()


def test_what_nobody_answered_yet_stays(world: World) -> None:
    call(world)
    assert purging.purge(now=world.now + timedelta(days=5000)) == 0


def test_remarks_and_searches_go_after_three_months(world: World) -> None:
    said = {"operator": OPERATOR, "language": "en", "now": world.now}
    feedback.remark(slug="balance", words="x", address="a", **said)  # type: ignore[arg-type]
    feedback.note_unanswered(words="mars", **said)  # type: ignore[arg-type]
    purging.purge(now=world.now + timedelta(days=89))
    assert (Remark.objects.count(), UnansweredSearch.objects.count()) == (1, 1)
    purging.purge(now=world.now + timedelta(days=91))
    assert (Remark.objects.count(), UnansweredSearch.objects.count()) == (0, 0)
    assert not SealedRecord.objects.filter(kind="assistance").exists()
