"""Scenes of verification, and of the public rules."""

import typst
from django.test import Client

from tests.portal.test_verify_pages import signed_by_another
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import document_of, staff
from xiaohu.closures import bundles, correcting, documents, papers
from xiaohu.closures.models import Document, DocumentKind
from xiaohu.core.actors import ActorKind
from xiaohu.core.corrections import Change, ChangeReason
from xiaohu.portal.views.verifying import CHECKS_A_MINUTE
from xiaohu.trail import checkpoints, published


def issued(stage: Stage) -> Document:
    """Return the certificate of a line that was just closed."""
    document = document_of(stage.world.close(), DocumentKind.CERTIFICATE)
    assert document is not None
    return document


@scene("V1-verify", "portal:verify")
def verify(stage: Stage) -> str:
    return "/verify"


@scene("V1-nothing-typed", "portal:verify", status=422, press="verify.go")
def nothing_typed(stage: Stage) -> str:
    return "/verify"


@scene("V1-one-wrong-character", "portal:verify", status=422)
def one_wrong_character(stage: Stage) -> str:
    return "/verify?number=c7k3+m9qx+4t2p"


@scene("V1-no-file", "portal:verify", status=422, press="verify.go_file")
def no_file(stage: Stage) -> str:
    return "/verify"


@scene("V1-too-often", "portal:verify_result", status=429)
def too_often(stage: Stage) -> str:
    stranger = Client()
    for _ in range(CHECKS_A_MINUTE):
        stranger.get("/verify/0000-0000-0000")
    return "/verify/0000-0000-0000"


@scene("V2-valid", "portal:verify_result")
def valid(stage: Stage) -> str:
    return f"/verify/{issued(stage).number}"


def changed(stage: Stage, document: Document, change: Change) -> Document:
    """Revoke a document, or replace it by one that says something else; return what counts now."""
    first, second = staff("lin", ActorKind.COMPLIANCE), staff("zhao", ActorKind.ADMIN)
    correcting.ask(
        number=document.number,
        change=change,
        reason=ChangeReason.WRONG_FACT,
        corrections={"product": "示例套餐"} if change is Change.REPLACE else {},
        officer=first,
        now=stage.world.now,
    )
    stage.world.clock.pass_(hours=1)
    return correcting.agree(number=document.number, officer=second, now=stage.world.now)


@scene("V2-replaced", "portal:verify_result")
def replaced(stage: Stage) -> str:
    document = issued(stage)
    changed(stage, document, Change.REPLACE)
    return f"/verify/{document.number}"


@scene("V2-revoked", "portal:verify_result")
def revoked(stage: Stage) -> str:
    document = issued(stage)
    changed(stage, document, Change.REVOKE)
    return f"/verify/{document.number}"


@scene("V2-unknown", "portal:verify_result", status=404)
def unknown(stage: Stage) -> str:
    return "/verify/0000-0000-0000"


@scene("V2-mistyped", "portal:verify_result", status=404)
def mistyped(stage: Stage) -> str:
    return "/verify/C7K3-M9QX-4T2P"


@scene("V3-genuine", "portal:verify_file", press="verify.go_file")
def genuine(stage: Stage) -> str:
    stage.file = papers.pdf(issued(stage), language="zh")
    return "/verify"


@scene("V3-replaced", "portal:verify_file", press="verify.go_file")
def replaced_file(stage: Stage) -> str:
    document = issued(stage)
    stage.file = papers.pdf(document, language="zh")
    changed(stage, document, Change.REPLACE)
    return "/verify"


@scene("V3-altered", "portal:verify_file", press="verify.go_file")
def altered(stage: Stage) -> str:
    document = issued(stage)
    lie = {**documents.read(document), "line": "130 **** 9999"}
    kind = DocumentKind.CERTIFICATE
    stage.file = papers.printed(kind, lie, token=document.jws, language="zh")
    return "/verify"


@scene("V3-forged", "portal:verify_file", press="verify.go_file")
def forged(stage: Stage) -> str:
    document = issued(stage)
    token = document.jws[:-8] + "AAAAAAAA"
    kind = DocumentKind.CERTIFICATE
    stage.file = papers.printed(kind, documents.read(document), token=token, language="zh")
    return "/verify"


@scene("V3-other-key", "portal:verify_file", press="verify.go_file")
def other_key(stage: Stage) -> str:
    stage.file = signed_by_another(issued(stage).jws).encode()
    return "/verify"


@scene("V3-bundle", "portal:verify_file", press="verify.go_file")
def bundle(stage: Stage) -> str:
    document = issued(stage)
    checkpoints.sign(now=stage.world.now)
    stage.file = bundles.bundle(document)
    return "/verify"


@scene("V3-keys", "portal:verify_file", press="verify.go_file")
def keys_file(stage: Stage) -> str:
    stage.file = published.keys_file()
    return "/verify"


@scene("V3-foreign", "portal:verify_file", press="verify.go_file")
def foreign(stage: Stage) -> str:
    made = typst.compile(b"Somebody else's paper", format="pdf")
    assert isinstance(made, bytes)
    stage.file = made
    return "/verify"


@scene("V3-damaged", "portal:verify_file", press="verify.go_file")
def damaged(stage: Stage) -> str:
    stage.file = b"%PDF-1.7 nothing follows"
    return "/verify"


@scene("V4-about", "portal:verify_about")
def about(stage: Stage) -> str:
    return "/verify/about"


@scene("P1-policies", "portal:policies")
def policies(stage: Stage) -> str:
    return "/policies"


@scene("P2-policy", "portal:policy")
def policy(stage: Stage) -> str:
    return "/policies/2026.11.1"
