"""Scenes of repairing refunds."""

from datetime import timedelta

from tests.closures.states import BANK
from tests.closures.test_repaying import came_back, finance, recorded
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import closing_of
from xiaohu.closures import consenting, refunding
from xiaohu.closures.models import Case, Closing
from xiaohu.core.actors import ActorKind
from xiaohu.core.calendar import day_of
from xiaohu.core.consents import ConsentKind
from xiaohu.core.profile import RefundRoute
from xiaohu.queue import clock
from xiaohu.settlement.models import SettledClosing


def one(stage: Stage, who: str = "qian") -> str:
    """Arrange a refund that came back, and return its address."""
    case = came_back(stage.world)
    finance(who)
    stage.officer(who)
    return f"/desk/refunds/{closing_of(case).pk}"


@scene("D9-none", "desk:refunds")
def none(stage: Stage) -> str:
    stage.officer()
    return "/desk/refunds"


@scene("D9-list", "desk:refunds")
def listed(stage: Stage) -> str:
    one(stage)
    return "/desk/refunds"


@scene("D9-one", "desk:refund")
def came(stage: Stage) -> str:
    return one(stage)


@scene("D9-identified", "desk:refund")
def identified(stage: Stage) -> str:
    path = one(stage)
    stage.world.show_identity(Case.objects.get())
    return path


@scene("D9-account-again", "desk:refund")
def account_again(stage: Stage) -> str:
    world = stage.world
    case = came_back(world)
    actor = finance().actor(ActorKind.FINANCE)
    kind = ConsentKind.BANK_ACCOUNT
    consenting.give(case_id=case.pk, kind=kind, actor=actor, now=world.now)
    world.show_identity(case, actor)
    world.outside.fault("payout", refuse=["bank_account"])
    refunding.choose_another_way(
        case_id=case.pk, route=RefundRoute.BANK_ACCOUNT, **BANK, actor=actor, now=world.now
    )
    world.work()
    stage.officer("qian")
    return f"/desk/refunds/{closing_of(case).pk}"


@scene("D9-recorded", "desk:refund")
def waiting_for_another(stage: Stage) -> str:
    case = came_back(stage.world)
    recorded(stage.world, case)
    stage.officer("qian")
    return f"/desk/refunds/{closing_of(case).pk}"


@scene("D9-to-confirm", "desk:refund")
def to_confirm(stage: Stage) -> str:
    path = waiting_for_another(stage)
    finance("sun")
    stage.officer("sun")
    return path


@scene("D9-mismatch", "desk:refund")
def mismatch(stage: Stage) -> str:
    path = one(stage)
    SettledClosing.objects.update(refunded_fen=1)
    return path


@scene("D9-mismatch-list", "desk:refunds")
def mismatch_list(stage: Stage) -> str:
    one(stage)
    SettledClosing.objects.update(refunded_fen=1)
    return "/desk/refunds"


@scene("D9-no-slip", "desk:refund", status=422, press="refunds.record")
def no_slip(stage: Stage) -> str:
    return one(stage)


@scene("D9-look-only", "desk:refund")
def look_only(stage: Stage) -> str:
    path = one(stage)
    stage.officer("wu", ActorKind.REVIEWER)
    return path


@scene("D9-late", "desk:refunds")
def late(stage: Stage) -> str:
    one(stage)
    today = day_of(clock.now())
    Closing.objects.update(refund_due_on=today - timedelta(days=1))
    return "/desk/refunds"


@scene("D9-due-soon", "desk:refunds")
def due_soon(stage: Stage) -> str:
    one(stage)
    Closing.objects.update(refund_due_on=day_of(clock.now()) + timedelta(days=2))
    return "/desk/refunds"


@scene("D9-no-wallet", "desk:refund", status=422, press="refunds.change_wallet")
def no_wallet(stage: Stage) -> str:
    return identified(stage)
