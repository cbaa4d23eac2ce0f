"""Whether a message arrived: by callback in any order, or asked for where none came."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from tests.notices.queued import Provider, of_case, state
from tests.stories import NOON
from xiaohu.core.notices import Result
from xiaohu.gateways import callbacks
from xiaohu.gateways.models import InboxEvent
from xiaohu.gateways.protocols import AnswerState, Delivery
from xiaohu.notices import outbox, reports
from xiaohu.notices.models import NoticeState, QueuedNotice

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
LATER = NOON + outbox.REPORT_AFTER


def report(
    key: UUID, delivery: str = "delivered", *, event: str = "", secret: str | None = None
) -> int:
    """Send a signed callback and return the status of the answer."""
    body = json.dumps({"type": f"message.{delivery}", "key": str(key), "delivery": delivery})
    event, sent = event or f"msg_{uuid4().hex}", str(int(time.time()))
    known = settings.XIAOHU.callback_secret
    key_of_ours = secret or (known.get_secret_value() if known else "")
    signed = f"{event}.{sent}.{body}".encode()
    digest = hmac.new(key_of_ours.encode(), signed, hashlib.sha256).digest()
    headers = {
        "webhook-id": event,
        "webhook-timestamp": sent,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }
    answer = Client().post(
        "/callbacks/messages", data=body, content_type="application/json", headers=headers
    )
    return answer.status_code


def sent_one() -> QueuedNotice:
    """Return a message that was sent."""
    queued = of_case()
    outbox.flush(now=NOON)
    queued.refresh_from_db()
    return queued


def test_keeps_how_it_went_out(provider: Provider) -> None:
    queued = sent_one()
    assert (queued.state, queued.channel, queued.reference) == ("sent", "mail", "MSG-000001")
    assert len(queued.template) == 12
    assert (queued.sent_at, queued.delivered_at, queued.report_due_at) == (NOON, None, LATER)


@pytest.mark.parametrize(
    ("delivery", "becomes", "result"),
    [
        ("delivered", NoticeState.DELIVERED, ""),
        ("undelivered", NoticeState.FAILED, Result.UNDELIVERED),
        ("something else", NoticeState.SENT, ""),
    ],
)
def test_a_signed_callback_says_whether_it_arrived(
    provider: Provider, delivery: str, becomes: str, result: str
) -> None:
    queued = sent_one()
    assert report(queued.pk, delivery) == 204
    assert (state(queued), queued.result) == (becomes, result)
    assert bool(queued.delivered_at) == (becomes == NoticeState.DELIVERED)
    assert bool(queued.failed_at) == (becomes == NoticeState.FAILED)


def test_a_forged_callback_changes_nothing(provider: Provider) -> None:
    queued = sent_one()
    assert report(queued.pk, secret="a guess") == 400
    assert (state(queued), InboxEvent.objects.count()) == (NoticeState.SENT, 0)


def test_a_callback_about_no_message_of_ours_is_harmless(provider: Provider) -> None:
    assert report(uuid4()) == 204


@pytest.mark.parametrize(
    "order", sorted(set(permutations(["undelivered", "delivered", "delivered"])))
)
def test_delivered_stands_in_whatever_order_reports_come(
    provider: Provider, order: tuple[str, ...]
) -> None:
    queued = sent_one()
    for delivery in order:
        report(queued.pk, delivery)
        report(queued.pk, delivery, event="the same")
    assert (state(queued), queued.result, queued.failed_at) == (NoticeState.DELIVERED, "", None)


@pytest.mark.parametrize("delivery", [Delivery.DELIVERED, Delivery.UNDELIVERED])
def test_a_report_before_the_answer_is_written_stands(
    provider: Provider, delivery: Delivery
) -> None:
    queued = of_case()

    def told_already() -> None:
        with transaction.atomic():
            reports.note(queued.pk, delivery, now=NOON)

    provider.meanwhile = told_already
    outbox.flush(now=NOON)
    becomes = NoticeState.DELIVERED if delivery is Delivery.DELIVERED else NoticeState.FAILED
    assert (state(queued), queued.reference, queued.sent_at) == (becomes, "MSG-000001", NOON)


def test_a_message_given_up_that_arrived_after_all_counts_as_delivered(provider: Provider) -> None:
    provider.state = AnswerState.REFUSED
    queued = sent_one()
    assert queued.result == Result.REFUSED
    report(queued.pk)
    assert state(queued) == NoticeState.DELIVERED


@pytest.mark.parametrize(
    ("says", "becomes"),
    [
        (Delivery.DELIVERED, NoticeState.DELIVERED),
        (Delivery.UNDELIVERED, NoticeState.FAILED),
        (Delivery.PENDING, NoticeState.SENT),
        (Delivery.UNKNOWN, NoticeState.SENT),
    ],
)
def test_a_lost_callback_is_made_up_for_by_asking(
    provider: Provider, says: Delivery, becomes: str
) -> None:
    queued = sent_one()
    provider.says = says
    assert reports.ask(now=LATER - timedelta(seconds=1)) == 0
    assert reports.ask(now=LATER) == 1
    assert (provider.asked, state(queued)) == ([queued.pk], becomes)
    assert reports.ask(now=LATER) == 0


def test_asking_ends_after_three_days(provider: Provider) -> None:
    queued = sent_one()
    for hours in range(4 * 24):
        reports.ask(now=LATER + timedelta(hours=hours))
    assert len(provider.asked) == 3 * 24
    assert (state(queued), queued.report_due_at) == (NoticeState.SENT, None)


def test_nobody_is_asked_about_what_was_told(provider: Provider) -> None:
    report(sent_one().pk)
    assert reports.ask(now=LATER) == 0


def test_what_was_heard_is_not_kept_for_ever(provider: Provider) -> None:
    report(sent_one().pk)
    callbacks.forget_heard()
    assert InboxEvent.objects.count() == 1
    InboxEvent.objects.update(received_at=NOON - timedelta(days=400))
    InboxEvent.objects.create(source="payout", event_id="old", box=b"", received_at=NOON)
    callbacks.forget_heard()
    assert [event.source for event in InboxEvent.objects.all()] == ["payout"]
