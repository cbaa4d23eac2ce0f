"""Scenes of the log at the desk: whole, broken, not looked at yet, and not for everybody."""

from datetime import timedelta

from tests.screens.scenes import scene
from tests.screens.stage import Stage
from xiaohu.core.actors import ActorKind
from xiaohu.trail import auditing, checkpoints, monitoring
from xiaohu.trail.models import Look


def whole(stage: Stage) -> str:
    """Arrange a log that was looked at, with a request from its beginning to its end."""
    case = stage.world.close()
    checkpoints.sign(now=stage.world.now)
    monitoring.look(now=stage.world.now)
    monitoring.note_full(auditing.verify(), now=stage.world.now)
    stage.world.clock.pass_(minutes=2)
    stage.officer("he", ActorKind.COMPLIANCE)
    return case.reference


def broken(stage: Stage) -> None:
    """Plant two differences."""
    whole(stage)
    found = [{"wrong": "root", "where": "12"}, {"wrong": "note_missing", "where": "12"}]
    Look.objects.filter(kind="monitor").update(broken=found)


@scene("A7-whole", "desk:audit")
def audit(stage: Stage) -> str:
    return f"/desk/audit?reference={whole(stage)}"


@scene("A7-broken", "desk:audit")
def audit_broken(stage: Stage) -> str:
    broken(stage)
    return "/desk/audit"


@scene("A7-event-changed", "desk:audit")
def event_changed(stage: Stage) -> str:
    whole(stage)
    found = [{"wrong": "event_changed", "where": "3"}, {"wrong": "root", "where": "12"}]
    Look.objects.filter(kind="full").update(broken=found)
    return "/desk/audit"


@scene("A7-late", "desk:audit")
def late(stage: Stage) -> str:
    whole(stage)
    Look.objects.filter(kind="full").update(at=stage.world.now - timedelta(days=3))
    return "/desk/audit"


@scene("A7-not-looked-at", "desk:audit")
def not_looked_at(stage: Stage) -> str:
    stage.officer("he", ActorKind.COMPLIANCE)
    return "/desk/audit"


@scene("A7-no-such-request", "desk:audit", status=404)
def no_such_request(stage: Stage) -> str:
    stage.officer("he", ActorKind.COMPLIANCE)
    return "/desk/audit?reference=XH-2611-0000-00"


@scene("A7-filtered", "desk:audit")
def filtered(stage: Stage) -> str:
    whole(stage)
    return "/desk/audit?action=certify&actor=worker&since=2026-11-23&until=2026-11-26"


@scene("A7-nothing-found", "desk:audit")
def nothing_found(stage: Stage) -> str:
    whole(stage)
    return "/desk/audit?since=2027-01-01"


@scene("A7-wrong-days", "desk:audit", status=422)
def wrong_days(stage: Stage) -> str:
    stage.officer("he", ActorKind.COMPLIANCE)
    return "/desk/audit?since=2026-11-26&until=2026-11-25"


@scene("A7-nothing-signed-to-export", "desk:audit", status=409)
def nothing_signed(stage: Stage) -> str:
    stage.officer("he", ActorKind.COMPLIANCE)
    return "/desk/audit?export=1"


@scene("A7-not-permitted", "desk:audit", status=403)
def not_permitted(stage: Stage) -> str:
    stage.officer()
    return "/desk/audit"


@scene("D2-log-broken", "desk:work")
def told_on_the_first_page(stage: Stage) -> str:
    broken(stage)
    return "/desk"
