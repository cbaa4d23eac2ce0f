"""A case brought to any state by the verbs themselves, and what a failed verb must not change."""

from collections.abc import Callable
from typing import NoReturn

from tests.stories import LARGE, World, closing_of, holder_of, staff
from xiaohu.access.models import StaffUser
from xiaohu.closures import drafting, paying, reviewing, withdrawing
from xiaohu.closures.models import Case, Closing
from xiaohu.core.checks import CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.moves import MOVES, Action
from xiaohu.core.profile import RefundRoute
from xiaohu.core.review import RefusalReason, ReturnReason
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope
from xiaohu.notices.models import QueuedNotice
from xiaohu.trail.models import Event

BANK = {"bank": "示例银行", "account": "6222000000000001"}


def allowing(action: Action) -> list[CaseState]:
    """Return every state in which the table allows an action."""
    return [state for state in CaseState if (state, action) in MOVES]


def refusing(action: Action) -> list[CaseState]:
    """Return every other state."""
    return [state for state in CaseState if (state, action) not in MOVES]


def officer(name: str = "chen") -> StaffUser:
    """Return an officer of that name, the same one each time."""
    return StaffUser.objects.filter(username=name).first() or staff(name)


def large(world: World) -> Case:
    """Return a line's draft whose refund is above the limit, with every answer given."""
    case = world.ready(LARGE)
    drafting.choose(case_id=case.pk, check=CheckCode.UNBILLED_USAGE, choice=Choice.WAIT_FOR_BILL)
    return case


def with_something_chosen(world: World) -> Case:
    """Return a submitted case of line and account whose open order is to be cancelled first."""
    world.outside.change(world.line(), open_order=True)
    case = world.ready(scope=Scope.BOTH)
    drafting.choose(case_id=case.pk, check=CheckCode.OPEN_ORDER, choice=Choice.CANCEL_ORDER)
    return world.submit(case)


def in_review(world: World) -> Case:
    """Return a clean line's case that waits for a decision, since a bank account was named."""
    case = world.ready()
    world.agree(case)
    paying.set_refund(case_id=case.pk, route=RefundRoute.BANK_ACCOUNT, **BANK)
    return world.submit(case)


def claimed(world: World, by: StaffUser | None = None) -> Case:
    """Return such a case taken by an officer."""
    case = in_review(world)
    return reviewing.claim(case_id=case.pk, officer=by or officer(), now=world.now)


def returned(world: World, *reasons: ReturnReason, note: str = "") -> Case:
    """Return such a case sent back to its holder."""
    return reviewing.return_case(
        case_id=claimed(world).pk,
        officer=officer(),
        reasons=reasons or (ReturnReason.UNCLEAR_ANSWERS,),
        note=note,
        now=world.now,
    )


def photo_returned(world: World) -> Case:
    """Return a case of a large refund sent back for its photo and a closer look."""
    case = world.submit(large(world))
    reviewing.claim(case_id=case.pk, officer=officer(), now=world.now)
    reasons = (ReturnReason.UNCLEAR_ANSWERS, ReturnReason.PHOTO_UNCLEAR)
    return reviewing.return_case(case_id=case.pk, officer=officer(), reasons=reasons, now=world.now)


def refused(world: World) -> Case:
    """Return such a case refused."""
    return reviewing.refuse(
        case_id=claimed(world).pk,
        officer=officer(),
        reasons=[RefusalReason.DUPLICATE],
        now=world.now,
    )


def carried_out(world: World, refusing_at: str, *, who: str = "operator") -> Case:
    """Return a case carried on until the operator or the bank refuses."""
    world.outside.fault(who, refuse=[refusing_at])
    case = world.close()
    world.outside.fault(who)
    return case


def case_in(world: World, state: CaseState) -> Case:
    """Return a case in a state, brought there by the verbs."""
    case = _WAYS[state](world)
    case.refresh_from_db()
    assert case.state == state
    return case


def traces(case: Case) -> tuple[object, ...]:
    """Return everything a verb may write of a case; equal before and after a failed one."""
    return (
        Case.objects.filter(pk=case.pk).values().get(),
        Closing.objects.filter(case=case).values().get(),
        Case.objects.count(),
        Event.objects.count(),
        QueuedNotice.objects.count(),
    )


def fails(*_args: object, **_kwargs: object) -> NoReturn:
    """Stand in for a verb's last inner call, and fail."""
    raise RuntimeError("the last step fails")


def _withdrawn(world: World) -> Case:
    case = world.submitted()
    return withdrawing.withdraw(case_id=case.pk, actor=holder_of(case), now=world.now)


def _expired(world: World) -> Case:
    case = world.ready()
    world.clock.pass_(days=30, hours=12)
    world.work()
    assert not closing_of(case).is_open
    return case


_WAYS: dict[CaseState, Callable[[World], Case]] = {
    CaseState.DRAFT: lambda world: world.ready(),
    CaseState.AWAITING_CUSTOMER: returned,
    CaseState.IN_REVIEW: claimed,
    CaseState.SCHEDULED: lambda world: world.submitted(),
    CaseState.EXECUTING: lambda world: carried_out(world, "freeze"),
    CaseState.SETTLING: lambda world: carried_out(world, "bill"),
    CaseState.REFUND_ATTENTION: lambda world: carried_out(
        world, world.line().subscription_id, who="payout"
    ),
    CaseState.DONE: lambda world: world.close(),
    CaseState.REFUSED: refused,
    CaseState.WITHDRAWN: _withdrawn,
    CaseState.EXPIRED: _expired,
}
