"""What earlier versions stored is understood after an upgrade, and goes on from where it stood."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.closures.test_agreeing import agree, elsewhere, is_done, order_of, paid
from tests.closures.test_claiming import at_counter, handed_out
from tests.closures.test_repaying import came_back, finance
from tests.stories import CLEAN, EMPTY, LARGE, World, closing_of
from xiaohu.closures import handing_out, matching, repaying
from xiaohu.closures.handing_out import IdentityNotSeen
from xiaohu.core.states import CaseState
from xiaohu.gateways import callbacks
from xiaohu.gateways.models import InboxEvent
from xiaohu.registry import lines
from xiaohu.settlement.models import RefundOrder
from xiaohu.vault import box
from xiaohu.vault.index import blind_index
from xiaohu.vault.root import purpose_key

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def migrate(*targets: tuple[str, str]) -> Any:
    """Bring the tables to a state of before, or of now, and return their models then."""
    connection.check_constraints()  # Nothing may be left to check while tables change.
    executor = MigrationExecutor(connection)
    executor.migrate(list(targets))
    return MigrationExecutor(connection).loader.project_state(list(targets)).apps


@contextmanager
def before(*targets: tuple[str, str]) -> Iterator[Any]:
    """Let the tables be as they were, and bring them to what they are now afterwards."""
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    yield migrate(*targets)
    migrate(*newest)


def test_one_event_heard_at_two_sources_is_kept_twice_without_what_nobody_reads() -> None:
    said = {"type": "payout.paid", "amount_fen": 5}
    body = json.dumps({**said, "key": str(uuid4()), "payee": "金示例"}).encode()
    with before(("gateways", "0003_callbacks_are_matched_once")) as apps:
        for source in ("messages", "payout"):
            sealed = box.seal(purpose_key("inbox"), body, belongs_to=(source, "evt-1"))
            apps.get_model("gateways", "InboxEvent").objects.create(
                source=source, event_id="evt-1", box=sealed
            )
    events = InboxEvent.objects.order_by("pk")
    assert [(event.source, callbacks.body_of(event)) for event in events] == [
        ("messages", b""),
        ("payout", json.dumps(said).encode()),
    ]
    assert events[1].source == matching.SOURCE
    assert events[1].event_id != "evt-1"


def test_an_order_that_moved_money_is_stopped_until_people_place_it_anew(world: World) -> None:
    case = came_back(world)
    elsewhere(world, case)
    agree(world, case, "sun")
    with before(
        ("closures", "0017_claimed_or_handed_out_never_both"),
        ("settlement", "0013_one_reference_may_stand_for_two_payments"),
    ) as apps:
        old = apps.get_model("settlement", "RefundOrder").objects.get(outcome="")
        assert old.first_by is not None
    found = RefundOrder.objects.get(pk=old.pk)
    assert (found.amount_fen, found.identity, found.outcome) == (None, None, "")
    world.clock.pass_(days=1, minutes=1)
    world.work()
    assert closing_of(case).state == CaseState.REFUND_ATTENTION
    assert paid(world) == []
    repaying.retry(closing_id=closing_of(case).pk, officer=finance(), now=world.now)
    order = order_of(case)
    assert (order.missing, order.moved) == (1, True)
    assert order.identity is not None
    agree(world, case, "sun")
    world.work_until(lambda: is_done(case), hours=48)
    assert paid(world) == ["bank_account"]


def test_a_refund_that_came_back_before_an_upgrade_goes_again(world: World) -> None:
    case = came_back(world)
    with before(
        ("closures", "0017_claimed_or_handed_out_never_both"),
        ("settlement", "0013_one_reference_may_stand_for_two_payments"),
    ):
        pass
    elsewhere(world, case)
    agree(world, case, "sun")
    world.work_until(lambda: is_done(case), hours=48)
    assert paid(world) == ["bank_account"]


def test_what_was_handed_out_without_a_document_is_recorded_once_more(world: World) -> None:
    case = at_counter(world)
    old = handed_out(world, case)
    with before(("closures", "0019_one_payment_by_hand_for_each_charge_back")):
        pass
    with pytest.raises(IdentityNotSeen):
        handing_out.confirm(payment_id=old.pk, officer=finance("sun"), now=world.now)
    handing_out.drop(payment_id=old.pk, officer=finance(), now=world.now)
    again = handed_out(world, case)
    handing_out.confirm(payment_id=again.pk, officer=finance("sun"), now=world.now)
    assert closing_of(case).pk == again.closing_id


def test_a_number_at_rest_is_kept_by_its_day_and_can_no_longer_be_read() -> None:
    free = date(2027, 2, 22)
    # The second is another day in China already; of the last nobody knows when.
    at = [datetime(2026, 11, 24, 4, 5, 6, tzinfo=UTC), datetime(2026, 11, 24, 16, tzinfo=UTC), None]
    numbers = [CLEAN, EMPTY, LARGE]
    with before(("registry", "0006_lines_are_found_by_card_and_name")) as apps:
        for number, moment in zip(numbers, at, strict=True):
            sealed = box.seal(
                purpose_key("resting numbers"), number.encode(), belongs_to=("demo", "resting")
            )
            apps.get_model("registry", "QuarantinedNumber").objects.create(
                operator="demo",
                number_index=blind_index(operator="demo", purpose="resting", value=number),
                box=sealed,
                free_on=free,
                rested_at=moment,
            )
    days = [date(2026, 11, 24), date(2026, 11, 25), free]
    assert lines.rested_on("demo", numbers) == dict(zip(numbers, days, strict=True))
