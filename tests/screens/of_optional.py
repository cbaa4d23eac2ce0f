"""Scenes of the questions a request may pass by: S11."""

from tests.screens.of_answers import address, drafted
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from xiaohu.closures import volunteering
from xiaohu.core.reasons import Reason


@scene("S11-reason", "portal:reason")
def reason(stage: Stage) -> str:
    return f"{drafted(stage)}/reason"


@scene("S11-own-words", "portal:reason")
def own_words(stage: Stage) -> str:
    case = stage.world.draft()
    volunteering.give_reason(case_id=case.pk, reason=Reason.OTHER, words="搬到外地，不再需要")
    stage.holder()
    return f"{address(case)}/reason"
