"""Scenes of money: an estimate line by line, a formula with its numbers, a bill that is awaited, a statement."""

from datetime import timedelta
from typing import Any

from tests.closures import rulings
from tests.closures.test_exit_fee import RULES, SAID, SOURCES
from tests.screens.of_answers import address
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import CONTRACT
from xiaohu.closures import checking, drafting
from xiaohu.closures.models import Case
from xiaohu.core.checks import CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.states import CaseState

FULL = {"cash_fen": 50000, "deposit_fen": 10000, "gift_fen": 2000, "promotion_fen": 3000}


def bound(stage: Stage, **facts: Any) -> Case:
    """Arrange a checked draft of a line under a contract with a formula."""
    world = stage.world
    world.clock.pass_(minutes=5)
    rulings.publish("2026.12", RULES, SOURCES, now=world.now)
    world.outside.change(world.line(CONTRACT), **{**SAID, **FULL, **facts})
    case = world.draft(CONTRACT)
    drafting.choose(case_id=case.pk, check=CheckCode.CONTRACT_TERM, choice=Choice.PAY_EXIT_FEE)
    checking.run(case_id=case.pk, now=world.now)
    stage.holder(CONTRACT)
    return case


def choose(case: Case, code: CheckCode, choice: Choice) -> None:
    """Choose something about an obstacle."""
    drafting.choose(case_id=case.pk, check=code, choice=choice)


@scene("S6-formula", "portal:checks")
def formula_in_the_list(stage: Stage) -> str:
    return f"{address(bound(stage))}/checks"


@scene("S7-formula", "portal:one_check")
def formula(stage: Stage) -> str:
    return f"{address(bound(stage))}/checks/CONTRACT_TERM"


@scene("S12-estimate", "portal:balance")
def estimate(stage: Stage) -> str:
    facts = {"unbilled_fen": 4300, "roaming_pending": True, "arrears_fen": 3000}
    case = bound(stage, **facts, equipment_fen=8000)
    choose(case, CheckCode.ARREARS, Choice.SET_OFF)
    choose(case, CheckCode.EQUIPMENT_RETURN, Choice.PAY_VALUE)
    choose(case, CheckCode.ROAMING_PENDING, Choice.SETTLE_LATER)
    return f"{address(case)}/balance"


def executed(stage: Stage, case: Case) -> Case:
    """Submit a case and let it be carried out as far as it goes."""
    world = stage.world
    world.answer(case)
    world.submit(case)
    world.clock.pass_(days=3, minutes=1)
    world.work()
    stage.contact_of(case)
    return case


@scene("S18-bill-awaited", "portal:case")
def awaited(stage: Stage) -> str:
    stage.world.outside.fault("operator", late_bill_s=3600)
    return address(executed(stage, stage.world.draft()))


@scene("S18-rest-awaited", "portal:case")
def rest_awaited(stage: Stage) -> str:
    world = stage.world
    world.outside.change(world.line(), roaming_pending=True, roaming_fen=2300)
    case = world.draft()
    choose(case, CheckCode.ROAMING_PENDING, Choice.SETTLE_LATER)
    return address(executed(stage, case))


@scene("S17-bill-awaited", "portal:submitted")
def receipt_awaited(stage: Stage) -> str:
    return f"{awaited(stage)}/submitted"


def itemised(stage: Stage) -> Case:
    """Arrange a closed line whose bill had everything on it."""
    stop = (stage.world.now + timedelta(days=3)).date().isoformat()
    facts = {"unbilled_fen": 0, "monthly_fen": 5900, "late_fee_fen": 12, "fees_on": stop}
    case = executed(stage, bound(stage, **facts))
    stage.world.skip_until(case, lambda: Case.objects.get(pk=case.pk).state == CaseState.DONE)
    return case


@scene("S18-itemised", "portal:case")
def money_by_item(stage: Stage) -> str:
    return address(itemised(stage))


@scene("S22-itemised", "portal:statement")
def statement_by_item(stage: Stage) -> str:
    return f"{address(itemised(stage))}/statement"


@scene("S18-bill-late", "portal:case")
def late(stage: Stage) -> str:
    path = awaited(stage)
    stage.world.clock.pass_(days=6)
    stage.world.work()
    return path


@scene("D4-bill-late", "desk:case")
def late_at_the_desk(stage: Stage) -> str:
    late(stage)
    stage.officer()
    return f"/desk/case/{Case.objects.get().reference}"
