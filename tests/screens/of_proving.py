"""Scenes of proof: S9 every way and every dead end, S10 the papers."""

from tests.closures import rulings
from tests.closures.states import photo_returned
from tests.screens.of_answers import FIRM, address, drafted
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import LARGE, STOPPED, World, picture
from xiaohu.closures import applying
from xiaohu.closures.models import Case
from xiaohu.core.applicants import Evidence
from xiaohu.core.consents import ConsentKind
from xiaohu.core.proofs import TRIES_A_DAY, ProofMethod
from xiaohu.proofing import proofs
from xiaohu.proofing.papers import MOST_FILES

WITH_FACE = '[proof]\nmethods = ["code", "iccid_tail", "service_password", "face"]\n'


def with_face(world: World) -> None:
    """Let the operator offer a face check beside the other ways."""
    world.clock.pass_(minutes=1)
    rulings.publish("2026.12", WITH_FACE, now=world.now)


@scene("S9-face", "portal:prove")
def face(stage: Stage) -> str:
    with_face(stage.world)
    return f"{drafted(stage)}/verify"


@scene("S9-stopped-face", "portal:prove")
def stopped_face(stage: Stage) -> str:
    with_face(stage.world)
    return f"{drafted(stage, STOPPED)}/verify"


@scene("S9-error", "portal:prove", status=422, press="btn.continue")
def nothing_typed(stage: Stage) -> str:
    return f"{drafted(stage)}/verify"


@scene("S9-used-up", "portal:prove")
def used_up(stage: Stage) -> str:
    world = stage.world
    case = world.draft()
    for _ in range(TRIES_A_DAY):
        proofs.try_card(case_id=case.pk, line=world.line(), tail="ZZZZ", now=world.now)
    stage.holder()
    return f"{address(case)}/verify"


@scene("S9-done", "portal:prove")
def done(stage: Stage) -> str:
    case = stage.world.ready()
    proofs.note(case_id=case.pk, method=ProofMethod.ICCID_TAIL, now=stage.world.now)
    stage.holder()
    return f"{address(case)}/verify"


@scene("S10-in-place-of-a-proof", "portal:documents")
def in_place_of_a_proof(stage: Stage) -> str:
    case = stage.world.draft()
    applying.prove_by_paper(case_id=case.pk)
    stage.holder()
    return f"{address(case)}/documents"


@scene("S10-nothing-chosen", "portal:documents", status=422, press="papers.upload")
def nothing_chosen(stage: Stage) -> str:
    return in_place_of_a_proof(stage)


@scene("S10-too-many", "portal:documents", status=422, press="papers.upload")
def too_many(stage: Stage) -> str:
    path = in_place_of_a_proof(stage)
    case = Case.objects.get()
    stage.world.agree(case, ConsentKind.ID_PHOTO)
    for _ in range(MOST_FILES):
        applying.add_paper(
            case_id=case.pk, evidence=Evidence.HOLDER_ID, data=picture(), now=stage.world.now
        )
    stage.file = picture()
    return path


@scene("S10-returned", "portal:documents")
def returned_for_a_photo(stage: Stage) -> str:
    case = photo_returned(stage.world)
    stage.holder(LARGE)
    return f"{address(case)}/documents"


@scene("S10-uploaded", "portal:documents")
def uploaded(stage: Stage) -> str:
    case = stage.world.ready(LARGE)
    stage.holder(LARGE)
    return f"{address(case)}/documents"


@scene("S10-firm-lacking", "portal:documents", status=422, press="papers.upload")
def firm(stage: Stage) -> str:
    return f"{drafted(stage, FIRM)}/documents"
