"""What races are run on, and where they begin: cases brought there by the verbs themselves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from tests.closures.states import BANK, officer
from tests.faults.outside import Outside
from tests.stories import World, closing_of, staff
from xiaohu.access.models import StaffUser
from xiaohu.closures import (
    agreeing,
    driver,
    handing_out,
    paying,
    queries,
    repaying,
    resolving,
    reviewing,
)
from xiaohu.closures.models import AssistedPayment, Case, Closing
from xiaohu.core.actors import ActorKind
from xiaohu.core.findings import DecisionReason, FindingDecision, FindingKind, FindingSource
from xiaohu.core.identity import DocumentKind
from xiaohu.core.ordering import Asked, OrderReason, Terms
from xiaohu.core.profile import RefundRoute
from xiaohu.core.states import CaseState
from xiaohu.queue import clock
from xiaohu.queue.models import Effect, EffectState
from xiaohu.settlement import findings, ledger, orders
from xiaohu.settlement.models import Finding, RefundOrder


@dataclass
class Place:
    """What a race is run on."""

    world: World
    outside: Outside
    number: str
    case: Case = field(init=False)
    payment: AssistedPayment = field(init=False)
    finding: Finding = field(init=False)
    order: RefundOrder = field(init=False)
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
    place.world.show_identity(place.case)
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


def to_agree(place: Place) -> None:
    """Begin with a refund that goes once another person agrees."""
    came_back(place)
    closing, case = place.closing, place.closing.case
    left_fen = ledger.left_of([closing.pk])[closing.pk] or 0
    asked = Asked(
        moved=False,
        by_staff=False,
        deciders=1,
        same_payee=True,
        amount_fen=left_fen,
        together_fen=left_fen,
        limit_fen=queries.profile_of(case).refund.review_above_fen,
    )
    repaying.retry(closing_id=closing.pk, officer=finance(), now=place.now)
    place.order = orders.place(
        operator=case.operator,
        closing_id=closing.pk,
        asked=asked,
        terms=Terms(needed=1, reasons=(OrderReason.SAME_PAYEE,)),
        route=case.refund_route,
        payee=case.payee_index,
        prepared_by=case.prepared_by,
        now=place.now,
    )


def agreed_to(place: Place) -> None:
    """Begin with a refund another person has agreed to, about to be sent."""
    to_agree(place)
    agreeing.agree(closing_id=place.closing.pk, officer=finance("sun"), now=place.now)


def unheard(place: Place) -> None:
    """Begin with a payment the bank has made, whose answer was lost."""
    scheduled(place)
    place.outside.fault("payout", lost_answer=True)
    driver.advance(closing_id=place.closing.pk, clock=clock.now)
    place.outside.fault("payout")
    Closing.objects.filter(case=place.case).update(next_action_at=place.now)
    effect = Effect.objects.get(subject_id=place.closing.pk, kind="refund")
    assert effect.state == EffectState.UNKNOWN.value
    Effect.objects.filter(pk=effect.pk).update(sent_at=place.now - timedelta(minutes=5))


def to_decide(place: Place) -> None:
    """Begin with a payment of which one person said that it was made, while it can be asked about."""
    unheard(place)
    effect = Effect.objects.get(subject_id=place.closing.pk, kind="refund")
    noted = findings.note(
        operator=place.case.operator,
        kind=FindingKind.EFFECT_UNRESOLVED,
        source=FindingSource.EFFECT,
        reference="refund",
        closing_id=place.closing.pk,
        effect_id=effect.pk,
        now=place.now,
    )
    place.finding = resolving.propose(
        finding_id=noted.pk,
        decision=FindingDecision.WAS_DONE,
        why=DecisionReason.PROVIDER_CONFIRMED,
        proof="HD-2026-0001",
        officer=finance(),
        now=place.now,
    )


def at_the_counter(place: Place) -> None:
    """Begin with money that waits at the counter after everything else has ended."""
    case = place.world.ready(place.number)
    paying.set_refund(case_id=case.pk, route=RefundRoute.COUNTER)
    place.case = place.world.submit(case)
    Case.objects.filter(pk=case.pk).update(execute_at=place.now)
    Closing.objects.filter(case=case).update(next_action_at=place.now)
    driver.advance(closing_id=place.closing.pk, clock=clock.now)
    assert not place.closing.is_open
    place.world.show_identity(place.case)


def fetched(place: Place) -> None:
    """Begin with money that one of us has handed out, and another has to confirm."""
    at_the_counter(place)
    place.payment = handing_out.record(
        closing_id=place.closing.pk,
        slip="SJ-2026-1",
        identity_seen=True,
        document_kind=DocumentKind.PASSPORT,
        document_number="E00000001",
        officer=finance(),
        now=place.now,
    )
