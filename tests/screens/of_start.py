"""Scenes of the way in: home, signing in, scope, lines."""

from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import LARGE

FIRM = "+8613000000007"


@scene("S1-home", "portal:home")
def home(stage: Stage) -> str:
    return "/"


@scene("S1-closed", "portal:home")
def home_at_night(stage: Stage) -> str:
    stage.world.clock.pass_(hours=10)
    return "/"


@scene("S1-median", "portal:home")
def home_with_figures(stage: Stage) -> str:
    stage.world.close()
    return "/"


@scene("S3b-scope", "portal:scope")
def scope(stage: Stage) -> str:
    stage.holder()
    return "/scope"


@scene("S3b-error", "portal:scope", status=422, press="btn.continue")
def no_scope(stage: Stage) -> str:
    stage.holder()
    return "/scope"


@scene("S4-lines", "portal:lines")
def lines(stage: Stage) -> str:
    stage.holder()
    return "/lines?scope=line"


@scene("S4-none", "portal:lines", status=422, press="btn.continue")
def no_line(stage: Stage) -> str:
    stage.holder(FIRM)
    return "/lines?scope=line"


@scene("S-cases", "portal:cases")
def cases(stage: Stage) -> str:
    stage.world.submitted(LARGE)
    stage.holder(LARGE)
    return "/cases"


@scene("S24-display", "ui:display")
def display(stage: Stage) -> str:
    return "/settings/display"
