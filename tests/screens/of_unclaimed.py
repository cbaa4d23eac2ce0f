"""Scenes of money that waits to be claimed."""

from datetime import timedelta

from tests.closures.test_agreeing import two_of_one_holder
from tests.closures.test_claiming import agreed, at_counter, claimed, handed_out
from tests.closures.test_matching import done, effect, hear
from tests.closures.test_repaying import finance
from tests.screens.of_following import shown
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import ADMIN, OPERATOR, closing_of
from xiaohu.closures.models import Case
from xiaohu.core.actors import ActorKind
from xiaohu.queue.models import Effect
from xiaohu.registry import policies
from xiaohu.settlement.models import UnclaimedMoney


@scene("S24-claim-how", "portal:claim_how")
def how(stage: Stage) -> str:
    return "/claim"


@scene("S24-claim", "portal:claim")
def claim(stage: Stage) -> str:
    return f"{shown(stage, at_counter(stage.world))}/claim"


@scene("S24-claim-counter-hours", "portal:claim")
def claim_where_hours_are_known(stage: Stage) -> str:
    rules = policies.shipped("example-telecom")
    stage.world.clock.pass_(minutes=1)
    policies.publish(operator=OPERATOR, toml=rules, actor=ADMIN, now=stage.world.now)
    return claim(stage)


@scene("S24-claim-account", "portal:claim")
def claim_account(stage: Stage) -> str:
    case = at_counter(stage.world)
    stage.world.show_identity(case)
    return f"{shown(stage, case)}/claim"


@scene("S24-claim-wallet", "portal:claim")
def claim_wallet(stage: Stage) -> str:
    return f"{claim_account(stage)}?to=wallet"


@scene("S24-claim-error", "portal:claim", status=422, press="claim.do")
def claim_nothing_typed(stage: Stage) -> str:
    return claim_account(stage)


@scene("S24-claim-waits", "portal:claim")
def claim_waits(stage: Stage) -> str:
    case = at_counter(stage.world)
    claimed(stage.world, case)
    return f"{shown(stage, case)}/claim"


@scene("S24-claim-paid", "portal:claim")
def claim_paid(stage: Stage) -> str:
    case = at_counter(stage.world)
    claimed(stage.world, case)
    agreed(stage.world, case)
    stage.world.work()
    return f"{shown(stage, case)}/claim"


@scene("S18-unclaimed", "portal:case")
def progress(stage: Stage) -> str:
    return shown(stage, at_counter(stage.world))


@scene("S18-claimed", "portal:case")
def progress_of_a_claim(stage: Stage) -> str:
    case = at_counter(stage.world)
    claimed(stage.world, case)
    return shown(stage, case)


@scene("S24-claim-sending", "portal:claim")
def claim_sending(stage: Stage) -> str:
    case = at_counter(stage.world)
    claimed(stage.world, case)
    agreed(stage.world, case)
    stage.world.outside.fault("payout", asynchronous=True)
    stage.world.work()
    return f"{shown(stage, case)}/claim"


@scene("S18-charged-back", "portal:case")
def charged_back(stage: Stage) -> str:
    case = done(stage.world)
    hear(stage.world, effect().pk, type="payout.returned")
    return shown(stage, case)


@scene("S24-charged-back", "portal:claim")
def claim_charged_back(stage: Stage) -> str:
    case = at_counter(stage.world)
    claimed(stage.world, case)
    agreed(stage.world, case)
    stage.world.work()
    paid = Effect.objects.get(kind="refund")
    hear(stage.world, paid.pk, type="payout.returned")
    return f"{shown(stage, case)}/claim"


@scene("S21-another-line-runs", "portal:refund")
def another_line_runs(stage: Stage) -> str:
    case, _, _ = two_of_one_holder(stage.world)
    return f"{shown(stage, case)}/refund"


@scene("S18-another-line-runs", "portal:case")
def progress_of_two_lines(stage: Stage) -> str:
    case, _, _ = two_of_one_holder(stage.world)
    return shown(stage, case)


@scene("S22-unclaimed", "portal:statement")
def statement(stage: Stage) -> str:
    return f"{shown(stage, at_counter(stage.world))}/statement"


def handing(stage: Stage, who: str = "sun", *roles: ActorKind) -> str:
    """Arrange money that waits, and return its page at the desk."""
    case = at_counter(stage.world)
    if not roles:
        finance(who)
    stage.officer(who, *roles)
    return f"/desk/unclaimed/{closing_of(case).pk}"


@scene("D9-unclaimed", "desk:unclaimed")
def listed(stage: Stage) -> str:
    handing(stage)
    return "/desk/unclaimed"


@scene("D9-unclaimed-late", "desk:unclaimed")
def late(stage: Stage) -> str:
    handing(stage)
    UnclaimedMoney.objects.update(claim_until=stage.world.now.date() - timedelta(days=1))
    return "/desk/unclaimed"


@scene("D9-hand-out-late", "desk:hand_out")
def hand_out_late(stage: Stage) -> str:
    path = handing(stage)
    UnclaimedMoney.objects.update(claim_until=stage.world.now.date() - timedelta(days=1))
    return path


@scene("D9-unclaimed-none", "desk:unclaimed")
def none(stage: Stage) -> str:
    stage.officer()
    return "/desk/unclaimed"


@scene("D9-hand-out", "desk:hand_out")
def hand_out(stage: Stage) -> str:
    return handing(stage)


@scene("D9-hand-out-unseen", "desk:hand_out", status=422, press="unclaimed.record")
def unseen(stage: Stage) -> str:
    return handing(stage)


@scene("D9-hand-out-confirm", "desk:hand_out")
def to_confirm(stage: Stage) -> str:
    path = handing(stage)
    handed_out(stage.world, Case.objects.get())
    return path


@scene("D9-hand-out-own", "desk:hand_out")
def own(stage: Stage) -> str:
    path = to_confirm(stage)
    stage.officer("qian")
    return path


@scene("D9-hand-out-claimed", "desk:hand_out")
def being_claimed(stage: Stage) -> str:
    path = handing(stage)
    claimed(stage.world, Case.objects.get())
    return path


@scene("D9-hand-out-look", "desk:hand_out")
def look(stage: Stage) -> str:
    return handing(stage, "wu", ActorKind.REVIEWER)
