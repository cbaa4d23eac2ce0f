"""Scenes of a submitted request: every state, and what can be done in it."""

from tests.closures.states import case_in, refused
from tests.closures.test_involuntary import announced
from tests.screens.of_answers import address
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import ARREARS, staff
from xiaohu.closures import minding
from xiaohu.closures.models import Case
from xiaohu.core.actors import ActorKind
from xiaohu.core.states import CaseState


def shown(stage: Stage, case: Case) -> str:
    """Sign in by the contact, as after closing, and return the address of the case."""
    stage.contact_of(case)
    return address(case)


@scene("S18-in-review", "portal:case")
def in_review(stage: Stage) -> str:
    return shown(stage, case_in(stage.world, CaseState.IN_REVIEW))


@scene("S18-late", "portal:case")
def late(stage: Stage) -> str:
    path = in_review(stage)
    stage.world.clock.pass_(days=9)
    minding.apologise(now=stage.world.now)
    return path


@scene("S18-scheduled", "portal:case")
def scheduled(stage: Stage) -> str:
    return shown(stage, case_in(stage.world, CaseState.SCHEDULED))


@scene("S18-waiting", "portal:case")
def waiting(stage: Stage) -> str:
    return shown(stage, case_in(stage.world, CaseState.AWAITING_CUSTOMER))


@scene("S18-executing", "portal:case")
def executing(stage: Stage) -> str:
    return shown(stage, case_in(stage.world, CaseState.EXECUTING))


@scene("S18-running", "portal:case")
def running(stage: Stage) -> str:
    stage.world.outside.fault("operator", asynchronous=True)
    case = stage.world.close()
    assert case.state == CaseState.EXECUTING
    return shown(stage, case)


@scene("S18-settling", "portal:case")
def settling(stage: Stage) -> str:
    return shown(stage, case_in(stage.world, CaseState.SETTLING))


@scene("S18-refund", "portal:case")
def refund_attention(stage: Stage) -> str:
    return shown(stage, case_in(stage.world, CaseState.REFUND_ATTENTION))


@scene("S18-done", "portal:case")
def done(stage: Stage) -> str:
    return shown(stage, case_in(stage.world, CaseState.DONE))


@scene("S18-refused", "portal:case")
def was_refused(stage: Stage) -> str:
    return shown(stage, refused(stage.world))


@scene("S18-withdrawn", "portal:case")
def withdrawn(stage: Stage) -> str:
    return shown(stage, case_in(stage.world, CaseState.WITHDRAWN))


@scene("S18-expired", "portal:case")
def expired(stage: Stage) -> str:
    return shown(stage, case_in(stage.world, CaseState.EXPIRED))


@scene("S19-withdraw", "portal:withdraw")
def withdraw(stage: Stage) -> str:
    return f"{scheduled(stage)}/withdraw"


@scene("S19-in-review", "portal:withdraw")
def withdraw_in_review(stage: Stage) -> str:
    return f"{in_review(stage)}/withdraw"


@scene("S19-ended", "portal:withdraw", status=409)
def ended(stage: Stage) -> str:
    return f"{was_refused(stage)}/withdraw"


@scene("S19-too-late", "portal:withdraw", status=409)
def too_late(stage: Stage) -> str:
    return f"{settling(stage)}/withdraw"


@scene("S18-own", "portal:case")
def own(stage: Stage) -> str:
    first = staff("chen", ActorKind.OFFICER, ActorKind.REVIEWER, ActorKind.COMPLIANCE)
    case = announced(stage.world, first, staff("wu"))
    stage.holder(ARREARS)
    return address(case)


@scene("S18-own-object", "portal:object")
def objecting(stage: Stage) -> str:
    return f"{own(stage)}/object"


@scene("S-settings", "portal:settings")
def settings(stage: Stage) -> str:
    stage.holder()
    return "/settings"


@scene("S-security", "portal:security")
def security(stage: Stage) -> str:
    stage.holder()
    return "/settings/security"
