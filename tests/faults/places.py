"""What races are run on, and where they begin: cases brought there by the verbs themselves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from tests.closures.states import BANK, officer
from tests.faults.outside import Outside
from tests.stories import World, closing_of, staff
from xiaohu.access.models import StaffUser
from xiaohu.closures import (
    driver,
    paying,
    repaying,
    resolving,
    reviewing,
)
from xiaohu.closures.models import AssistedPayment, Case, Closing
from xiaohu.core.actors import ActorKind
from xiaohu.core.findings import DecisionReason, FindingDecision, FindingKind, FindingSource
from xiaohu.core.profile import RefundRoute
from xiaohu.core.states import CaseState
from xiaohu.queue import clock
from xiaohu.queue.models import Effect
from xiaohu.settlement import findings
from xiaohu.settlement.models import Finding


@dataclass
class Place:
    """What a race is run on."""

    world: World
    outside: Outside
    number: str
    case: Case = field(init=False)
    payment: AssistedPayment = field(init=False)
    finding: Finding = field(init=False)
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


def finance(name: str = "qian") -> StaffUser:
    """Return somebody of finance, the same one each time."""
    return StaffUser.objects.filter(username=name).first() or staff(name, ActorKind.FINANCE)


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
    assert place.closing.state == CaseState.REFUND_ATTENTION


def recorded(place: Place) -> None:
    """Begin with a payment by hand that waits for a second person."""
    came_back(place)
    place.payment = repaying.record_payment(
        closing_id=place.closing.pk, slip="hd 2026-0001", officer=finance(), now=place.now
    )


def proposed(place: Place) -> None:
    """Begin with a finding of which one person has said what is to become of it."""
    came_back(place)
    sent = Effect.objects.get(subject_id=place.closing.pk, kind="refund")
    noted = findings.note(
        operator=place.case.operator,
        kind=FindingKind.CONTRADICTORY,
        source=FindingSource.CALLBACK,
        closing_id=place.closing.pk,
        effect_id=sent.pk,
        now=place.now,
    )
    place.finding = resolving.propose(
        finding_id=noted.pk,
        decision=FindingDecision.WAS_NOT_DONE,
        why=next(iter(DecisionReason)),
        proof="HD-2026-0001",
        officer=finance(),
        now=place.now,
    )
