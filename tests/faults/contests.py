"""Pairs of moves that compete for one case, and every way in which a race of theirs may end."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from tests.closures.states import BANK, officer
from tests.faults.outside import Outside, deliver
from tests.stories import World, closing_of, holder_of, staff
from xiaohu.access.models import StaffUser
from xiaohu.closures import (
    driver,
    paying,
    refunding,
    repaying,
    reviewing,
    withdrawing,
)
from xiaohu.closures.models import AssistedPayment, Case, Closing
from xiaohu.core.actors import ActorKind
from xiaohu.core.profile import RefundRoute
from xiaohu.core.review import RefusalReason, ReturnReason
from xiaohu.core.states import CaseState
from xiaohu.queue import clock

_S = CaseState
DONE, TOLD = True, False
AFTER = frozenset({_S.EXECUTING, _S.SETTLING, _S.DONE})
"""Where a case may stand once its carrying out has begun."""


@dataclass(frozen=True)
class End:
    """One way a race may end: who was done, who was told no, and where the case stands then."""

    first: bool
    second: bool
    states: Collection[CaseState]


@dataclass
class Place:
    """What a race is run on."""

    world: World
    outside: Outside
    number: str
    case: Case = field(init=False)
    payment: AssistedPayment = field(init=False)
    event: str = field(default_factory=lambda: uuid4().hex)

    @property
    def now(self) -> datetime:
        """The moment it is."""
        return clock.now()

    @property
    def closing(self) -> Closing:
        """The closing, fresh."""
        return closing_of(self.case)


Stage = Callable[[Place], None]
Move = Callable[[Place], object]


def finance(name: str = "qian") -> StaffUser:
    """Return somebody of finance, the same one each time."""
    return StaffUser.objects.filter(username=name).first() or staff(name, ActorKind.FINANCE)


# Where races begin.


def drafted(place: Place) -> None:
    """Begin with a draft that is complete."""
    place.case = place.world.ready(place.number)


def scheduled(place: Place) -> None:
    """Begin with a request whose time has come."""
    place.case = place.world.submitted(place.number)
    Case.objects.filter(pk=place.case.pk).update(execute_at=place.now)
    Closing.objects.filter(case=place.case).update(next_action_at=place.now)


def waiting_for_review(place: Place) -> None:
    """Begin with a request nobody has taken."""
    case = place.world.ready(place.number)
    place.world.agree(case)
    paying.set_refund(case_id=case.pk, route=RefundRoute.BANK_ACCOUNT, **BANK)
    place.case = place.world.submit(case)


def taken(place: Place) -> None:
    """Begin with a request an officer has taken."""
    waiting_for_review(place)
    reviewing.claim(case_id=place.case.pk, officer=officer(), now=place.now)


def came_back(place: Place) -> None:
    """Begin with a refund the bank sent back."""
    scheduled(place)
    place.outside.fault("payout", refuse=["original"])
    driver.advance(closing_id=place.closing.pk, clock=clock.now)
    place.outside.fault("payout")
    place.world.agree(place.case)
    assert place.closing.state == _S.REFUND_ATTENTION


def recorded(place: Place) -> None:
    """Begin with a payment by hand that waits for a second person."""
    came_back(place)
    place.payment = repaying.record_payment(
        closing_id=place.closing.pk, slip="hd 2026-0001", officer=finance(), now=place.now
    )


# Moves.


def withdraw(place: Place) -> object:
    """Take the request back."""
    return withdrawing.withdraw(case_id=place.case.pk, actor=holder_of(place.case), now=place.now)


def submit(place: Place) -> object:
    """Submit the draft."""
    return place.world.submit(place.case)


def expire(place: Place) -> object:
    """Let the clock end what nobody went on with."""
    withdrawing.expire(case_id=place.case.pk, now=place.now)
    return None


def advance(place: Place) -> object:
    """Let a worker carry it on."""
    driver.advance(closing_id=place.closing.pk, clock=clock.now)
    return None


def approve(place: Place) -> object:
    """Accept it."""
    return reviewing.approve(case_id=place.case.pk, officer=officer(), now=place.now)


def refuse(place: Place) -> object:
    """Refuse it."""
    return reviewing.refuse(
        case_id=place.case.pk,
        officer=officer(),
        reasons=[RefusalReason.DUPLICATE],
        now=place.now,
    )


def send_back(place: Place) -> object:
    """Ask the applicant to put something right."""
    return reviewing.return_case(
        case_id=place.case.pk,
        officer=officer(),
        reasons=[ReturnReason.UNCLEAR_ANSWERS],
        now=place.now,
    )


def claim_by(name: str) -> Move:
    """Let an officer take it."""
    return lambda place: reviewing.claim(
        case_id=place.case.pk, officer=officer(name), now=place.now
    )


def choose(place: Place) -> object:
    """Name another account for what came back."""
    return refunding.choose_another_way(
        case_id=place.case.pk,
        route=RefundRoute.BANK_ACCOUNT,
        **BANK,
        actor=holder_of(place.case),
        now=place.now,
    )


def retry(place: Place) -> object:
    """Send what came back once more."""
    return repaying.retry(closing_id=place.closing.pk, officer=finance(), now=place.now)


def record(place: Place) -> object:
    """Record that it was paid by hand."""
    return repaying.record_payment(
        closing_id=place.closing.pk, slip="hd 2026-0002", officer=finance("sun"), now=place.now
    )


def confirm(place: Place) -> object:
    """Confirm a payment by hand."""
    return repaying.confirm_payment(
        payment_id=place.payment.pk, officer=finance("sun"), now=place.now
    )


def drop(place: Place) -> object:
    """Take a payment by hand back."""
    repaying.drop_payment(payment_id=place.payment.pk, officer=finance(), now=place.now)
    return None


def hear(place: Place) -> object:
    """Hear one event of the bank."""
    return deliver(b'{"type": "payout.paid", "key": "x"}', event_id=place.event)


def open_again(place: Place) -> object:
    """Open a draft for the same line."""
    return place.world.draft(place.number)
