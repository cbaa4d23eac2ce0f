"""What the law holds is not erased, whoever said so: an authority at the operator, or two people here.

The operator is asked again where what it said is more than a moment old.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from xiaohu.closures import clearing, keeping, submitting
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.closures.work import PERSON_HAS, Progress, Work, ask_people, take_back, wait_until
from xiaohu.core.calendar import day_of
from xiaohu.core.notices import Notice
from xiaohu.erasure import holds
from xiaohu.gateways.protocols import GatewayUnavailable
from xiaohu.screening import facts as screening
from xiaohu.screening.facts import Gathered, Known
from xiaohu.vault import keys

HELD = "legal_hold"
KNOWN_FOR = timedelta(minutes=1)  # so that those of a busy night are not asked about twice
ASK_AGAIN = timedelta(days=1)
LOOK_AGAIN = timedelta(minutes=5)  # at a hold of ours, which costs nobody anything
ASKS_FOR = 5.0  # seconds, of those that go along: all of it has to fit into one lease


def keep_held(work: Work, known: Known) -> Progress | None:
    """Let a closing that is about to erase wait while the law holds its data; None where it does not.

    `known` is what the operator last said of each closing.

    Raises:
        GatewayUnavailable: the operator has to be asked, and does not answer.
    """
    closing, now = work.seen, work.clock()
    review_on, again = None, LOOK_AGAIN
    if not holds.over([closing.pk]):
        said = _lately(closing, known.get(closing.pk), now)
        if said is None or not said.facts.legal_hold:
            _let_go(work)
            return None
        review_on, again = said.facts.hold_review_on, ASK_AGAIN
    return None if _has_begun(closing) else hold_back(work, review_on, again=again)


def free(closings: Sequence[Closing], known: Known, *, now: datetime) -> set[UUID]:
    """Return those of some closings whose data nobody holds, as far as that can be learnt in time."""
    ours = holds.over([closing.pk for closing in closings])
    until, found = time.monotonic() + ASKS_FOR, set()
    with suppress(GatewayUnavailable):  # The others are asked about when their own turn comes.
        for closing in closings:
            if closing.pk in ours or time.monotonic() > until:
                continue
            said = _lately(closing, known.get(closing.pk), now)
            if said is None or not said.facts.legal_hold:
                found.add(closing.pk)
    return found


def not_held(works: Sequence[Work]) -> list[Work]:
    """Return the closings that no hold of ours stands over; none begins before the transaction ends."""
    holds.let_none_begin()
    held = holds.over([work.closing_id for work in works])
    return [work for work in works if work.closing_id not in held or _has_begun(work.seen)]


def hold_back(work: Work, review_on: date | None, *, again: timedelta = ASK_AGAIN) -> Progress:
    """Keep what the law holds: people are told once, and it is looked at again and again."""
    now = work.clock()
    with work.transaction() as closing:
        if closing.trouble != HELD:
            ask_people(closing, HumanQueue.OPERATIONS, trouble=HELD, now=now, due=PERSON_HAS)
            looked_at = review_on or day_of(now + PERSON_HAS)
            submitting.tell(closing.case, Notice.HELD, now=now, date=looked_at.isoformat())
        return wait_until(closing, now + again, trouble=HELD)


def _let_go(work: Work) -> None:
    if work.seen.trouble == HELD:
        with work.transaction() as closing:
            take_back(closing)


def _has_begun(closing: Closing) -> bool:
    """Say whether keys were destroyed before, by a worker that got no further: there is no way back."""
    return bool(keys.was_destroyed(closing.operator, keeping.units_ended_by([closing])[closing.pk]))


def _lately(closing: Closing, known: Gathered | None, now: datetime) -> Gathered | None:
    """Ask the operator where its word is old, and keep what it says of a hold; all else stays as it was."""
    if known is None or now - known.at <= KNOWN_FOR:
        return known
    said = clearing.said_now(closing, now=now)
    if said is None:
        return known
    hold = {"legal_hold": said.legal_hold, "hold_review_on": said.hold_review_on}
    kept = Gathered(known.facts.model_copy(update=hold), now)
    with transaction.atomic(durable=True):
        screening.keep(closing.pk, kept)
    return kept
