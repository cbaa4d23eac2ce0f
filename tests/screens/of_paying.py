"""Scenes of S12 and S13: where the money goes, the account or wallet, and what was agreed to or left behind."""

from tests.closures.states import BANK
from tests.closures.test_waiving import offered, waived
from tests.screens.of_answers import FIRM, address, answered, drafted
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import EMPTY
from xiaohu.closures import paying
from xiaohu.core.profile import RefundRoute


@scene("S12-firm", "portal:balance")
def firm(stage: Stage) -> str:
    return f"{answered(stage, FIRM)}/balance"


@scene("S12-lapsing", "portal:balance")
def lapsing(stage: Stage) -> str:
    world = stage.world
    world.outside.change(world.line(), gift_fen=5000, points=3200, coupons=2)
    return f"{answered(stage)}/balance"


@scene("S12-unknown", "portal:balance")
def unknown(stage: Stage) -> str:
    world = stage.world
    world.outside.change(world.line(), cash_fen=0, balance_unknown=True)
    return f"{drafted(stage)}/balance"


@scene("S12-not-agreed", "portal:balance", status=422, press="btn.continue")
def not_agreed(stage: Stage) -> str:
    return unknown(stage)


@scene("S13-firm", "portal:bank_account")
def account_of_a_firm(stage: Stage) -> str:
    return f"{answered(stage, FIRM)}/balance/account"


@scene("S13-mistyped", "portal:bank_account", status=422, press="btn.continue")
def mistyped(stage: Stage) -> str:
    stage.typed.update(bank="示例银行", account="6222 0000 0005 1235", agreed="on")
    return f"{answered(stage)}/balance/account"


@scene("S13-which-bank", "portal:bank_account", status=422, press="btn.continue")
def which_bank(stage: Stage) -> str:
    stage.typed.update(bank="中国", account="6222000000051234", agreed="on")
    return f"{answered(stage)}/balance/account"


@scene("S13-bank-by-hand", "portal:bank_account", status=422)
def bank_by_hand(stage: Stage) -> str:
    path = f"{answered(stage)}/balance/account"
    return stage.type(path, bank="没有列出的银行", account="6222000000051234")


@scene("S13-given", "portal:bank_account")
def given_before(stage: Stage) -> str:
    return consents(stage).replace("/check", "/balance/account")


@scene("S13-wallet", "portal:bank_account")
def wallet(stage: Stage) -> str:
    return f"{answered(stage)}/balance/account?to=wallet"


@scene("S13-wallet-error", "portal:bank_account", status=422, press="btn.continue")
def no_wallet(stage: Stage) -> str:
    return wallet(stage)


@scene("S16-nothing-left", "portal:review")
def nothing_left(stage: Stage) -> str:
    return f"{answered(stage, EMPTY)}/check"


@scene("S16-consents", "portal:review")
def consents(stage: Stage) -> str:
    case = stage.world.ready()
    stage.world.agree(case)
    paying.set_refund(case_id=case.pk, route=RefundRoute.BANK_ACCOUNT, **BANK)
    stage.holder()
    return f"{address(case)}/check"


@scene("S12-small-change", "portal:balance")
def small_change(stage: Stage) -> str:
    case = offered(stage.world)
    stage.holder()
    return f"{address(case)}/balance"


@scene("S12-waive", "portal:waive")
def leave_it(stage: Stage) -> str:
    return f"{small_change(stage)}/waive"


@scene("S12-waive-not-agreed", "portal:waive", status=422, press="waive.confirm")
def leave_it_unticked(stage: Stage) -> str:
    return leave_it(stage)


@scene("S17-waived", "portal:submitted")
def submitted_waived(stage: Stage) -> str:
    case = waived(stage.world)
    stage.holder()
    return f"{address(case)}/submitted"
