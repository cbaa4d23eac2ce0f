"""Scenes of verification, and of the public rules."""

from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import document_of
from xiaohu.closures.models import DocumentKind


@scene("V1-verify", "portal:verify")
def verify(stage: Stage) -> str:
    return "/verify"


@scene("V2-valid", "portal:verify_result")
def valid(stage: Stage) -> str:
    document = document_of(stage.world.close(), DocumentKind.CERTIFICATE)
    assert document is not None
    return f"/verify/{document.number}"


@scene("V2-unknown", "portal:verify_result", status=404)
def unknown(stage: Stage) -> str:
    return "/verify/0000-0000-0000"


@scene("P1-policies", "portal:policies")
def policies(stage: Stage) -> str:
    return "/policies"


@scene("P2-policy", "portal:policy")
def policy(stage: Stage) -> str:
    return "/policies/2026.11.1"
