"""Scenes of certificate and statement: valid, being signed, replaced, revoked, sent."""

from tests.closures.states import carried_out
from tests.erasure.archive import ARCHIVE, confirm
from tests.screens.of_following import done, settling, shown
from tests.screens.of_verify import changed
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from xiaohu.closures.models import Document, DocumentKind
from xiaohu.core.corrections import Change
from xiaohu.erasure.models import OutsideErasure


def issued(kind: DocumentKind) -> Document:
    """Return the newest document of a kind."""
    return Document.objects.filter(kind=kind.value).latest("issued_at")


@scene("S22-certificate", "portal:certificate")
def certificate(stage: Stage) -> str:
    return f"{done(stage)}/certificate"


@scene("S22-sent", "portal:certificate", press="btn.send_mail")
def sent(stage: Stage) -> str:
    return f"{done(stage)}/certificate"


@scene("S22-being-signed", "portal:certificate")
def being_signed(stage: Stage) -> str:
    return f"{shown(stage, carried_out(stage.world, 'end_filing'))}/certificate"


@scene("S22-replaced", "portal:certificate")
def replaced(stage: Stage) -> str:
    path = done(stage)
    changed(stage, issued(DocumentKind.CERTIFICATE), Change.REPLACE)
    return f"{path}/certificate"


@scene("S22-revoked", "portal:certificate")
def revoked(stage: Stage) -> str:
    path = done(stage)
    changed(stage, issued(DocumentKind.CERTIFICATE), Change.REVOKE)
    return f"{path}/certificate"


@scene("S22-statement", "portal:statement")
def statement(stage: Stage) -> str:
    return f"{done(stage)}/statement"


@scene("S22-statement-elsewhere", "portal:statement")
def statement_elsewhere(stage: Stage) -> str:
    stage.list_stores(ARCHIVE)
    case = stage.world.close()
    for row in OutsideErasure.objects.all():
        confirm(stage.world, row)
    stage.world.work()
    return f"{shown(stage, case)}/statement"


@scene("S22-statement-later", "portal:statement")
def statement_later(stage: Stage) -> str:
    return f"{settling(stage)}/statement"


@scene("S22-statement-revoked", "portal:statement")
def statement_revoked(stage: Stage) -> str:
    path = done(stage)
    changed(stage, issued(DocumentKind.STATEMENT), Change.REVOKE)
    return f"{path}/statement"


@scene("S22-organisation", "portal:organisation")
def organisation(stage: Stage) -> str:
    return f"{shown(stage, stage.world.close_firm())}/organisation"


@scene("S22-organisation-revoked", "portal:organisation")
def organisation_revoked(stage: Stage) -> str:
    path = shown(stage, stage.world.close_firm())
    changed(stage, issued(DocumentKind.ORGANISATION), Change.REVOKE)
    return f"{path}/organisation"


@scene("S17-organisation", "portal:case")
def organisation_followed(stage: Stage) -> str:
    return shown(stage, stage.world.close_firm())
