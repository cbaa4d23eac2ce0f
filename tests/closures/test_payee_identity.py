"""Whoever sends money to another account shows again who they are, and a person looks first."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tests.closures.states import BANK
from tests.closures.test_agreeing import agree, elsewhere, is_done, order_of, paid
from tests.closures.test_claiming import at_counter
from tests.closures.test_repaying import came_back, finance
from tests.stories import World, closing_of, holder_of, picture, staff
from xiaohu.closures import agreeing, claiming, payee_identity, refunding, repaying
from xiaohu.closures.models import Case
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.consents import ConsentKind
from xiaohu.core.moves import MoveNotAllowed
from xiaohu.core.ordering import PayeeUnproved
from xiaohu.core.profile import RefundRoute
from xiaohu.core.states import CaseState
from xiaohu.proofing import consents, papers
from xiaohu.settlement.models import RefundOrder

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def choose(world: World, case: Case, route: RefundRoute, actor: Actor | None = None) -> Case:
    """Choose another way, by the holder unless told otherwise."""
    world.agree(case)
    return refunding.choose_another_way(
        case_id=case.pk, route=route, **BANK, actor=actor or holder_of(case), now=world.now
    )


@pytest.mark.parametrize("route", [RefundRoute.BANK_ACCOUNT, RefundRoute.WALLET])
def test_nobody_names_another_payee_without_showing_who_they_are(
    world: World, route: RefundRoute
) -> None:
    case = came_back(world)
    for actor in (holder_of(case), finance().actor(ActorKind.FINANCE)):
        with pytest.raises(PayeeUnproved):
            choose(world, case, route, actor)
    assert closing_of(case).state == CaseState.REFUND_ATTENTION
    world.show_identity(case)
    choose(world, case, route)
    assert order_of(case).identity == payee_identity.pages(case.pk)[0].file_id


@pytest.mark.parametrize("route", [RefundRoute.ORIGINAL, RefundRoute.COUNTER])
def test_what_goes_nowhere_else_needs_nothing(world: World, route: RefundRoute) -> None:
    case = came_back(world)
    choose(world, case, route)
    assert order_of(case).identity is None


def test_whoever_claims_what_waits_shows_it_too(world: World) -> None:
    case = at_counter(world)
    with pytest.raises(PayeeUnproved):
        claim(world, case)
    world.show_identity(case)
    claim(world, case)
    agree(world, case, "sun")
    world.clock.pass_(days=1, minutes=1)
    world.work()
    assert paid(world) == ["bank_account"]
    assert payee_identity.pages(case.pk) == []


def claim(world: World, case: Case) -> Case:
    """Claim what waits."""
    return claiming.claim(
        case_id=case.pk,
        route=RefundRoute.BANK_ACCOUNT,
        **BANK,
        actor=holder_of(case),
        now=world.now,
    )


def test_what_was_shown_serves_one_change(world: World) -> None:
    case = came_back(world)
    elsewhere(world, case)
    agreeing.decline(closing_id=closing_of(case).pk, officer=finance("sun"), now=world.now)
    assert payee_identity.fresh(case) is None
    with pytest.raises(PayeeUnproved):
        choose(world, case, RefundRoute.BANK_ACCOUNT)
    world.show_identity(case)
    choose(world, case, RefundRoute.BANK_ACCOUNT)


def test_what_was_stopped_goes_again_by_what_was_shown(world: World) -> None:
    case = came_back(world)
    order = elsewhere(world, case)
    agreeing.stop(operator=case.operator, code=order.stop_code, now=world.now)
    repaying.retry(closing_id=closing_of(case).pk, officer=finance(), now=world.now)
    assert order_of(case).identity == order.identity


def test_without_anything_shown_it_does_not_go_again(world: World) -> None:
    case = came_back(world)
    order = elsewhere(world, case)
    agreeing.stop(operator=case.operator, code=order.stop_code, now=world.now)
    payee_identity.forget(case.pk)
    with pytest.raises(PayeeUnproved):
        repaying.retry(closing_id=closing_of(case).pk, officer=finance(), now=world.now)


def test_nobody_agrees_to_what_nobody_can_look_at(world: World) -> None:
    case = came_back(world)
    elsewhere(world, case)
    for page in payee_identity.pages(case.pk):
        papers.remove(case_id=case.pk, paper_id=page.id)
    with pytest.raises(PayeeUnproved):
        agree(world, case, "sun")
    assert paid(world) == []


def test_it_is_deleted_once_the_money_has_arrived(world: World) -> None:
    case = came_back(world)
    elsewhere(world, case)
    agree(world, case, "sun")
    assert payee_identity.pages(case.pk)
    world.clock.pass_(days=1, minutes=1)
    world.work_until(lambda: is_done(case), hours=2)
    assert paid(world) == ["bank_account"]
    assert payee_identity.pages(case.pk) == []


def test_it_is_kept_with_a_consent_of_its_own(world: World) -> None:
    case, kind = came_back(world), ConsentKind.ID_PHOTO
    holder = holder_of(case)
    consents.withdraw(
        operator=case.operator, case_id=case.pk, kind=kind, actor=holder, now=world.now
    )
    world.show_identity(case)
    assert kind in consents.in_force(case.pk)


def test_a_second_picture_takes_the_place_of_the_first(world: World) -> None:
    case = came_back(world)
    for _ in range(papers.MOST_FILES + 1):
        world.show_identity(case)
    assert len(payee_identity.pages(case.pk)) == 1


def test_nothing_is_asked_for_where_no_money_is_to_be_sent(world: World) -> None:
    for case in (world.submitted(), world.close("+8613000000023")):
        with pytest.raises(MoveNotAllowed):
            payee_identity.show(
                case_id=case.pk, data=picture(), actor=holder_of(case), now=world.now
            )
        assert papers.of_case(case.pk) == []


def test_the_database_holds_every_order_to_it(world: World) -> None:
    case = came_back(world)
    order = elsewhere(world, case)
    with pytest.raises(IntegrityError, match="showed_who_they_are"), transaction.atomic():
        RefundOrder.objects.create(
            operator=case.operator,
            closing_id=uuid4(),
            moved=True,
            needed=1,
            prepared_by=staff("wu").pk,
            stop_code="AAAABBBBCCCC",
            created_at=world.now,
        )
    with pytest.raises(IntegrityError, match="stay as they are"), transaction.atomic():
        RefundOrder.objects.filter(pk=order.pk).update(identity=uuid4())
    with (
        pytest.raises(IntegrityError, match="stay as they are"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE settlement_refundorder SET identity = NULL")
