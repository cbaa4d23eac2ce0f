"""Sending the way to one's documents to the mail address one confirmed; never what they say."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from xiaohu.access import counters
from xiaohu.closures import drafting, moves, queries, submitting
from xiaohu.core.actors import Actor
from xiaohu.core.notices import Notice
from xiaohu.core.refusals import Refusal
from xiaohu.trail import events

MOST_A_DAY = 3
DAY = timedelta(days=1)


class NoMailContact(Refusal):
    """The contact is no mail address, or none is known any more."""

    code = "NO_MAIL_CONTACT"


class NothingToSend(Refusal):
    """No document was issued yet."""

    code = "NOTHING_TO_SEND"


class SentOftenEnough(Refusal):
    """It was sent `most` times today."""

    code = "SENT_OFTEN_ENOUGH"


def can_send(contact: str) -> bool:
    """Say whether a contact is a mail address."""
    return "@" in contact


@transaction.atomic(durable=True)
def send_link(*, case_id: UUID, actor: Actor, now: datetime) -> None:
    """Send reference and address; whoever reads it proves the contact before seeing anything.

    Raises:
        NoMailContact, NothingToSend, SentOftenEnough: it is not sent.
    """
    case = moves.lock(case_id)
    if not can_send(drafting.contact(case)):
        raise NoMailContact
    if not queries.documents_of(case):
        raise NothingToSend
    tries = counters.hit("send link", str(case.pk), limit=MOST_A_DAY, window=DAY, now=now)
    if not tries.allowed:
        raise SentOftenEnough(most=MOST_A_DAY)
    submitting.tell(
        case,
        Notice.DOCUMENT_LINK,
        now=now,
        once=submitting.shown_time(now),
        link=f"{settings.XIAOHU.address}/track",
    )
    events.record(operator=case.operator, actor=actor, action="send_link", case_id=case.pk, now=now)
