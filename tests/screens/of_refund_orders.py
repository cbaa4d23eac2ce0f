"""Scenes of refunds that wait before they go: held, to be agreed to, stopped, tried too often."""

from tests.closures.test_agreeing import elsewhere, order_of
from tests.closures.test_refund import tried_out
from tests.closures.test_repaying import came_back, finance
from tests.screens.of_following import shown
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import OPERATOR, closing_of
from xiaohu.closures import agreeing
from xiaohu.closures.models import Case


@scene("S21-to-confirm", "portal:refund")
def to_confirm(stage: Stage) -> str:
    case = came_back(stage.world)
    elsewhere(stage.world, case)
    return f"{shown(stage, case)}/refund"


@scene("S21-held", "portal:refund")
def held(stage: Stage) -> str:
    path = to_confirm(stage)
    closing_id = closing_of(Case.objects.get()).pk
    agreeing.agree(closing_id=closing_id, officer=finance(), now=stage.world.now)
    return path


@scene("S18-refund-to-confirm", "portal:case")
def progress_to_confirm(stage: Stage) -> str:
    case = came_back(stage.world)
    elsewhere(stage.world, case)
    return shown(stage, case)


@scene("S21-by-people", "portal:refund")
def by_people(stage: Stage) -> str:
    return f"{shown(stage, tried_out(stage.world))}/refund"


@scene("S21-wallet", "portal:refund_wallet")
def wallet(stage: Stage) -> str:
    case = came_back(stage.world)
    stage.world.show_identity(case)
    return f"{shown(stage, case)}/refund/wallet"


@scene("S21-stopped", "portal:refund")
def stopped(stage: Stage) -> str:
    case = came_back(stage.world)
    code = elsewhere(stage.world, case).stop_code
    agreeing.stop(operator=OPERATOR, code=code, now=stage.world.now)
    return f"{shown(stage, case)}/refund"


@scene("N13-stop", "portal:stop_refund")
def stop(stage: Stage) -> str:
    order = elsewhere(stage.world, came_back(stage.world))
    return f"/stop/{order.stop_code}"


@scene("N13-stopped", "portal:stop_refund")
def stop_done(stage: Stage) -> str:
    path = stop(stage)
    agreeing.stop(operator=OPERATOR, code=path.rpartition("/")[2], now=stage.world.now)
    return path


@scene("N13-too-late", "portal:stop_refund")
def stop_over(stage: Stage) -> str:
    path = stop(stage)
    case = Case.objects.get()
    agreeing.agree(closing_id=closing_of(case).pk, officer=finance(), now=stage.world.now)
    stage.world.clock.pass_(days=1, minutes=1)
    stage.world.work()
    assert order_of(case).outcome == "sent"
    return path


@scene("D9-to-agree", "desk:refund")
def to_agree(stage: Stage) -> str:
    case = came_back(stage.world)
    elsewhere(stage.world, case, finance("qian"))
    finance("sun")
    stage.officer("sun")
    return f"/desk/refunds/{closing_of(case).pk}"


@scene("D9-to-agree-list", "desk:refunds")
def to_agree_list(stage: Stage) -> str:
    to_agree(stage)
    return "/desk/refunds"


@scene("D9-own", "desk:refund")
def own(stage: Stage) -> str:
    path = to_agree(stage)
    stage.officer("qian")
    return path


@scene("D9-tried-out", "desk:refund")
def desk_tried_out(stage: Stage) -> str:
    case = tried_out(stage.world)
    finance("sun")
    stage.officer("sun")
    return f"/desk/refunds/{closing_of(case).pk}"
