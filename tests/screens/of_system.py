"""Scenes of the pages nobody wants to see."""

from tests.screens.scenes import scene
from tests.screens.stage import Stage


@scene("S25-404", "", status=404)
def not_found(stage: Stage) -> str:
    return "/no-such-page"


@scene("components", "ui:gallery")
def components(stage: Stage) -> str:
    return "/gallery"
