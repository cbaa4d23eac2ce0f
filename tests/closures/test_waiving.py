"""A holder may leave small change behind, by a choice of their own; nobody is led to it."""

import pytest

from tests.closures import rulings
from tests.closures.states import carried_out
from tests.closures.test_repaying import maybe_paid
from tests.stories import World, closing_of, document_of, holder_of
from xiaohu.closures import checking, consenting, documents, paying
from xiaohu.closures.models import Case, DocumentKind
from xiaohu.closures.paying import RouteNotOffered
from xiaohu.closures.submitting import Incomplete
from xiaohu.core.applicants import ApplicantKind
from xiaohu.core.consents import ConsentKind, ConsentMissing
from xiaohu.core.profile import RefundRoute
from xiaohu.settlement import ledger
from xiaohu.settlement.models import Account, SettledClosing

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
WAIVE = RefundRoute.WAIVE
LEFT_FEN = 800


def offered(world: World, *, left_fen: int = LEFT_FEN) -> Case:
    """Return a draft with every answer given, where up to ten yuan may be left behind."""
    small_change(world, left_fen=left_fen)
    return world.ready()


def small_change(world: World, *, left_fen: int = LEFT_FEN) -> None:
    """Leave little on a line, where up to ten yuan may be left behind."""
    world.clock.pass_(hours=1)
    source = '"refund.waiver_up_to_fen" = { tag = "O", text = "企业说明" }'
    rulings.publish("2026.12", "[refund]\nwaiver_up_to_fen = 1000", source, now=world.now)
    world.outside.change(world.line(), cash_fen=left_fen)


def waived(world: World) -> Case:
    """Return a submitted case whose holder leaves the balance behind."""
    case = offered(world)
    world.agree(case, ConsentKind.WAIVER)
    paying.set_refund(case_id=case.pk, route=WAIVE)
    return world.submit(case)


def closed(world: World, case: Case) -> SettledClosing:
    """Close the line of a case and return its settlement."""
    world.clock.pass_(days=3, minutes=1)
    world.work_until(lambda: not closing_of(case).is_open)
    settled = ledger.of_closing(closing_of(case).pk)
    assert settled is not None
    return settled


def test_it_is_not_offered_unless_the_operator_says_so(world: World) -> None:
    world.outside.change(world.line(), cash_fen=LEFT_FEN)
    case = world.ready()
    assert WAIVE not in paying.routes(case)
    world.agree(case, ConsentKind.WAIVER)
    with pytest.raises(RouteNotOffered):
        paying.set_refund(case_id=case.pk, route=WAIVE)


def test_it_is_offered_last_and_never_chosen_beforehand(world: World) -> None:
    small_change(world)
    case = world.draft()
    checking.run(case_id=case.pk, now=world.now)
    assert paying.routes(case)[-1] is WAIVE
    assert case.refund_route == ""


def test_more_than_small_change_is_not_offered_to_be_left(world: World) -> None:
    assert WAIVE not in paying.routes(offered(world, left_fen=1001))


def test_a_balance_nobody_can_name_is_not_left_behind(world: World) -> None:
    small_change(world)
    world.outside.change(world.line(), balance_unknown=True)
    case = world.draft()
    checking.run(case_id=case.pk, now=world.now)
    assert WAIVE not in paying.routes(case)


def test_nobody_leaves_behind_what_is_somebody_else_s(world: World) -> None:
    case = offered(world)
    Case.objects.filter(pk=case.pk).update(applicant=ApplicantKind.PROXY.value)
    assert WAIVE not in paying.routes(Case.objects.get(pk=case.pk))


def test_it_needs_a_consent_of_its_own(world: World) -> None:
    case = offered(world)
    with pytest.raises(ConsentMissing):
        paying.set_refund(case_id=case.pk, route=WAIVE)


def test_the_consent_taken_back_asks_anew_where_the_money_goes(world: World) -> None:
    case = offered(world)
    world.agree(case, ConsentKind.WAIVER)
    paying.set_refund(case_id=case.pk, route=WAIVE)
    consenting.withdraw(
        case_id=case.pk, kind=ConsentKind.WAIVER, actor=holder_of(case), now=world.now
    )
    assert Case.objects.get(pk=case.pk).refund_route == ""


def test_a_balance_that_grew_since_is_asked_about_again(world: World) -> None:
    case = offered(world)
    world.agree(case, ConsentKind.WAIVER)
    paying.set_refund(case_id=case.pk, route=WAIVE)
    world.outside.change(world.line(), cash_fen=5000)
    checking.run(case_id=case.pk, now=world.now)
    with pytest.raises(Incomplete):
        world.submit(case)


def test_what_is_left_behind_is_booked_and_stated_apart(world: World) -> None:
    case = waived(world)
    settled = closed(world, case)
    assert (settled.waived_fen, settled.refunded_fen, settled.unclaimed_fen) == (LEFT_FEN, 0, 0)
    assert ledger.balances(settled.closing_id)[Account.WAIVED] == LEFT_FEN
    assert world.outside.truth("payout") == []
    statement = document_of(case, DocumentKind.STATEMENT)
    assert statement is not None
    assert documents.read(statement)["settlement"]["waived_fen"] == LEFT_FEN


def test_more_than_may_be_left_behind_goes_back_all_the_same(world: World) -> None:
    case = waived(world)
    world.outside.change(world.line(), cash_fen=9000)
    settled = closed(world, case)
    assert (settled.waived_fen, settled.refunded_fen) == (0, 9000)
    assert [paid["route"] for paid in world.outside.truth("payout")] == ["original"]


def test_a_refund_that_came_back_leads_nobody_to_leave_it(world: World) -> None:
    small_change(world)
    case = carried_out(world, "original", who="payout")
    assert WAIVE not in paying.routes(case)


def test_what_may_have_been_paid_is_not_left_behind(world: World) -> None:
    case = waived(world)
    maybe_paid(world, case)
    world.clock.pass_(days=3, minutes=1)
    world.work_until(lambda: bool(closing_of(case).owner))
    assert closing_of(case).trouble == "refund_unresolved"
    assert ledger.balances(closing_of(case).pk)[Account.WAIVED] == 0
