"""Scenes of the desk."""

from tests.closures.states import in_review
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from xiaohu.closures import reviewing
from xiaohu.core.actors import ActorKind


def at_case(stage: Stage, *, taken: bool = False) -> str:
    """Arrange a case to decide, and return its address at the desk."""
    case = in_review(stage.world)
    officer = stage.officer()
    if taken:
        reviewing.claim(case_id=case.pk, officer=officer, now=stage.world.now)
    return f"/desk/case/{case.reference}"


@scene("D1-sign-in", "desk:sign_in")
def sign_in(stage: Stage) -> str:
    return "/desk/sign-in"


@scene("D2-work", "desk:work")
def work(stage: Stage) -> str:
    at_case(stage, taken=True)
    return "/desk/"


@scene("D2-empty", "desk:work")
def nothing_to_do(stage: Stage) -> str:
    stage.officer()
    return "/desk/"


@scene("D3-queue", "desk:queue")
def queue(stage: Stage) -> str:
    at_case(stage)
    return "/desk/queue"


@scene("D4-case", "desk:case")
def case(stage: Stage) -> str:
    return at_case(stage)


@scene("D4-taken", "desk:case")
def taken(stage: Stage) -> str:
    return at_case(stage, taken=True)


@scene("D5-approve", "desk:decide")
def approve(stage: Stage) -> str:
    return f"{at_case(stage, taken=True)}/decide?outcome=approve"


@scene("D5-return", "desk:decide")
def send_back(stage: Stage) -> str:
    return f"{at_case(stage, taken=True)}/decide?outcome=return"


@scene("D6-own", "desk:own")
def own_closing(stage: Stage) -> str:
    stage.officer("lin", ActorKind.OFFICER, ActorKind.COMPLIANCE)
    return "/desk/own"
