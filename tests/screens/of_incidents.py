"""Scenes of telling everybody what does not work."""

from tests.assistance.test_incidents import WORDS, opened
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import ADMIN, OPERATOR
from xiaohu.assistance import incidents
from xiaohu.core.actors import ActorKind
from xiaohu.core.working import Part, Works

PATH = "/desk/incidents"


@scene("D-incidents-none", "desk:incidents")
def none(stage: Stage) -> str:
    stage.officer("zhao", ActorKind.ADMIN)
    return PATH


@scene("D-incidents", "desk:incidents")
def several(stage: Stage) -> str:
    over = opened(stage.world, Part.REFUNDS)
    incidents.close(
        operator=OPERATOR, incident_id=over.pk, words=WORDS, actor=ADMIN, now=stage.world.now
    )
    opened(stage.world, *Part, works=Works.DOWN)
    stage.officer("zhao", ActorKind.ADMIN)
    return PATH


@scene("D-incidents-wrong", "desk:incidents", status=422, press="incident.go")
def wrong(stage: Stage) -> str:
    stage.officer("zhao", ActorKind.ADMIN)
    return stage.type(PATH, works="slow", zh="检查暂时查不到结果。", until="tomorrow")


@scene("D-incidents-not-an-administrator", "desk:incidents", status=403)
def not_an_administrator(stage: Stage) -> str:
    stage.officer()
    return PATH


@scene("D-incident", "desk:incident")
def one(stage: Stage) -> str:
    made = opened(stage.world)
    stage.officer("zhao", ActorKind.ADMIN)
    return f"{PATH}/{made.pk}"


@scene("D-incident-wrong", "desk:incident", status=422, press="incident.end")
def nothing_said(stage: Stage) -> str:
    return one(stage)


@scene("D-incident-over", "desk:incident")
def over(stage: Stage) -> str:
    made = opened(stage.world)
    incidents.close(
        operator=OPERATOR, incident_id=made.pk, words=WORDS, actor=ADMIN, now=stage.world.now
    )
    stage.officer("zhao", ActorKind.ADMIN)
    return f"{PATH}/{made.pk}"
