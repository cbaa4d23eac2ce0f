"""Where the money of a request goes, and the consents under which an account is used."""

import pytest

from tests.stories import LARGE, World, closing_of, holder_of
from xiaohu.closures import checking, consenting, drafting, paying
from xiaohu.closures.models import Case
from xiaohu.closures.paying import RouteNotOffered
from xiaohu.core.applicants import Evidence
from xiaohu.core.consents import ConsentKind, ConsentMissing
from xiaohu.core.profile import RefundRoute
from xiaohu.core.states import CaseState
from xiaohu.proofing import consents, papers
from xiaohu.proofing.models import Consent
from xiaohu.settlement import ledger
from xiaohu.trail import events

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])

FIRM, FIRM_SECOND = "+8613000000007", "+8613000000008"
BANK = {"bank": "示例银行", "account": "6222000000000001"}


def to_bank(case: Case) -> None:
    """Choose a bank account."""
    paying.set_refund(case_id=case.pk, route=RefundRoute.BANK_ACCOUNT, **BANK)


def chosen(case: Case) -> str:
    """Return the way a case takes, fresh."""
    return Case.objects.get(pk=case.pk).refund_route


def test_an_account_needs_a_consent_of_its_own(world: World) -> None:
    case = world.draft()
    with pytest.raises(ConsentMissing):
        to_bank(case)
    assert (chosen(case), paying.payee(case)) == ("", {})


def test_a_consent_is_kept_with_its_words_and_its_moment(world: World) -> None:
    case = world.draft()
    for _ in range(2):
        world.agree(case)
    row = Consent.objects.get()
    assert (row.kind, row.version, row.given_at) == ("bank_account", "2026.12", world.now)
    told = [event for event in events.of_case(case.pk) if event.action == "consent"]
    assert [event.evidence for event in told] == [{"consent": "bank_account", "version": "2026.12"}]


def test_a_consent_ends_with_the_way_it_was_given_for(world: World) -> None:
    case = world.draft()
    world.agree(case)
    to_bank(case)
    consenting.drop_unused(case_id=case.pk, actor=holder_of(case), now=world.now)
    assert set(consents.in_force(case.pk)) == {ConsentKind.BANK_ACCOUNT}
    paying.set_refund(case_id=case.pk, route=RefundRoute.ORIGINAL)
    for _ in range(2):
        consenting.drop_unused(case_id=case.pk, actor=holder_of(case), now=world.now)
    assert (set(consents.in_force(case.pk)), paying.payee(case)) == (set(), {})
    told = [event.action for event in events.of_case(case.pk)]
    assert told.count("withdraw_consent") == 1


def test_a_consent_taken_back_takes_the_account_with_it(world: World) -> None:
    case = world.draft()
    world.agree(case)
    to_bank(case)
    for _ in range(2):
        consenting.withdraw(
            case_id=case.pk,
            kind=ConsentKind.BANK_ACCOUNT,
            actor=holder_of(case),
            now=world.now,
        )
    assert (chosen(case), paying.payee(case)) == ("", {})
    assert not consents.in_force(case.pk)
    with pytest.raises(ConsentMissing):
        to_bank(case)


def test_a_consent_taken_back_takes_the_pictures_with_it(world: World) -> None:
    case = world.ready(LARGE)
    assert [paper.evidence for paper in papers.of_case(case.pk)] == [Evidence.HOLDER_ID]
    consenting.withdraw(
        case_id=case.pk, kind=ConsentKind.ID_PHOTO, actor=holder_of(case), now=world.now
    )
    assert papers.of_case(case.pk) == []


def test_a_submitted_request_keeps_its_consents(world: World) -> None:
    case = world.submitted()
    with pytest.raises(drafting.NotEditable):
        consenting.withdraw(
            case_id=case.pk,
            kind=ConsentKind.BANK_ACCOUNT,
            actor=holder_of(case),
            now=world.now,
        )


def test_an_ended_request_takes_no_consent(world: World) -> None:
    case = world.close()
    with pytest.raises(drafting.NotEditable):
        world.agree(case)


def test_money_can_go_to_another_line_that_stays(world: World) -> None:
    case = world.ready(FIRM)
    other = world.line(FIRM_SECOND)
    paying.set_refund(case_id=case.pk, route=RefundRoute.OTHER_LINE, to_line=str(other.pk))
    assert paying.line_paid(case) == other


def test_money_cannot_go_to_a_line_that_closes_or_is_somebody_else_s(world: World) -> None:
    case = world.draft(FIRM)
    world.draft(FIRM_SECOND)
    for line in (world.line(FIRM), world.line(FIRM_SECOND), world.line()):
        with pytest.raises(RouteNotOffered):
            paying.set_refund(case_id=case.pk, route=RefundRoute.OTHER_LINE, to_line=str(line.pk))


def test_money_for_the_counter_waits_there_and_is_nobody_s_income(world: World) -> None:
    case = world.ready()
    paying.set_refund(case_id=case.pk, route=RefundRoute.COUNTER)
    world.submit(case)
    world.clock.pass_(days=3, minutes=1)
    world.work()
    settled = ledger.of_closing(closing_of(case).pk)
    assert settled is not None
    assert (settled.unclaimed_fen, settled.refunded_fen) == (settled.refundable_fen, 0)
    assert world.outside.truth("payout") == []


def test_an_unknown_balance_needs_agreement_to_settle_later(world: World) -> None:
    world.outside.change(world.line(), cash_fen=0, balance_unknown=True)
    case = world.ready()
    with pytest.raises(ConsentMissing):
        world.submit(case)
    world.agree(case, ConsentKind.LATER_SETTLEMENT)
    world.submit(case)
    assert Case.objects.get(pk=case.pk).submitted_at is not None


def test_a_contact_cannot_be_a_line_that_closes_in_another_request(world: World) -> None:
    case = world.draft()
    world.draft(LARGE)
    with pytest.raises(drafting.ContactSameNumber):
        drafting.set_contact(case_id=case.pk, to=LARGE)


def test_a_way_of_money_that_is_no_longer_there_is_let_go_of(world: World) -> None:
    case = world.ready()
    world.agree(case)
    to_bank(case)
    world.outside.change(world.line(), cash_fen=0, promotion_fen=0, deposit_fen=0)
    checking.run(case_id=case.pk, now=world.now)
    case = world.submit(case)
    assert (case.state, case.review_reasons) == (CaseState.SCHEDULED, [])
    assert (case.refund_route, case.payee_index) == ("", None)
    assert paying.payee(case) == {}
    assert ConsentKind.BANK_ACCOUNT not in consents.in_force(case.pk)
