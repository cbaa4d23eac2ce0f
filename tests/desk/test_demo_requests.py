"""What the demo begins with at the desk: requests carried out at once, each with money to see to."""

from datetime import timedelta

import pytest

from simulators.payout import CLOSED_ACCOUNT
from tests.stories import ADMIN, OPERATOR, TODAY, World, staff
from xiaohu.closures.models import Case, Closing
from xiaohu.core.findings import FindingKind
from xiaohu.core.notices import Notice
from xiaohu.desk import money, refunds, unclaimed
from xiaohu.notices.models import QueuedNotice
from xiaohu.ops import demo, demo_requests
from xiaohu.registry import demo_data, policies
from xiaohu.settlement.models import SettledClosing

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


@pytest.fixture
def opened(world: World) -> World:
    """A world in which the requests were just taken, under the demo's rules."""
    world.clock.pass_(minutes=1)
    rules = policies.shipped(demo.RULES)
    policies.publish(operator=OPERATOR, toml=rules, actor=ADMIN, now=world.now)
    staff("chen")
    staff("wu")
    again(world)
    return world


def again(world: World) -> None:
    """Open the requests as a first start does."""
    rows = demo_data.rows(30, seed=1, today=TODAY)
    demo_requests.open_all(rows, operator=OPERATOR, now=world.now)


def test_one_waits_at_the_counter_one_came_back_and_one_bill_is_above_what_was_shown(
    opened: World,
) -> None:
    opened.work()
    (waits,) = unclaimed.waiting()
    assert waits.reason == "counter"
    (came_back,) = refunds.waiting()
    assert (came_back.answer, came_back.came_back) == ("account_closed", True)
    (row,) = money.listed("open", "")
    assert row.finding.kind == FindingKind.EXIT_FEE_ABOVE_SHOWN
    bound = SettledClosing.objects.get(exit_fee_fen__gt=0)
    assert (row.finding.ours_fen, row.finding.theirs_fen) == (bound.exit_fee_fen, 6_000)
    assert 0 < bound.exit_fee_fen < 6_000


def test_they_are_due_at_once_and_late_for_nobody(opened: World) -> None:
    assert [case.state for case in Case.objects.all()] == ["scheduled"] * 3
    assert all(
        timedelta() < opened.now - case.execute_at < timedelta(hours=1)
        for case in Case.objects.all()
        if case.execute_at is not None
    )
    opened.work()
    assert not QueuedNotice.objects.filter(notice=Notice.OVERDUE.value).exists()


def test_a_start_that_was_broken_off_opens_none_twice(opened: World) -> None:
    taken = {closing.line_id for closing in Closing.objects.all()}
    again(opened)
    assert {closing.line_id for closing in Closing.objects.all()} == taken


def test_the_account_that_fails_is_the_provider_s() -> None:
    assert demo_requests.CLOSED_ACCOUNT == CLOSED_ACCOUNT
