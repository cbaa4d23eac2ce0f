"""Scenes of the officer's day and of the queue."""

from tests.closures.states import carried_out, in_review
from tests.desk.officers import OTHERS, waiting
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import staff
from xiaohu.closures import checking, reviewing
from xiaohu.desk import filtering, saved


@scene("D2-some-unassigned", "desk:work")
def some_unassigned(stage: Stage) -> str:
    in_review(stage.world)
    stage.officer()
    return "/desk/"


@scene("D2-late", "desk:work")
def late(stage: Stage) -> str:
    case = in_review(stage.world)
    reviewing.claim(case_id=case.pk, officer=stage.officer(), now=stage.world.now)
    stage.world.clock.pass_(days=6)
    return "/desk/"


@scene("D2-refund-failed", "desk:work")
def refund_failed(stage: Stage) -> str:
    carried_out(stage.world, "original", who="payout")
    stage.officer()
    return "/desk/"


@scene("D3-full", "desk:queue")
def full(stage: Stage) -> str:
    for number in OTHERS:
        waiting(stage.world, number)
    officer = stage.officer()
    case = in_review(stage.world)
    reviewing.claim(case_id=case.pk, officer=officer, now=stage.world.now)
    filters = filtering.read({"view": "late", "channel": "desk"})
    saved.save(officer=officer, name="A1", filters=filters)
    return "/desk/queue?view=all"


@scene("D3-filtered", "desk:queue")
def filtered(stage: Stage) -> str:
    in_review(stage.world)
    stage.officer()
    return "/desk/queue?view=all&channel=portal&state=in_review"


@scene("D3-none-left", "desk:queue")
def none_left(stage: Stage) -> str:
    in_review(stage.world)
    stage.officer()
    return "/desk/queue?view=late&channel=desk&state=in_review"


@scene("D3-empty", "desk:queue")
def empty(stage: Stage) -> str:
    stage.officer()
    return "/desk/queue?view=mine"


@scene("D3-stale-row", "desk:queue", status=409, press="desk.assign")
def stale_row(stage: Stage) -> str:
    """Somebody took the case while it was looked at."""
    case = in_review(stage.world)
    reviewing.claim(case_id=case.pk, officer=staff("wang"), now=stage.world.now)
    stage.officer()
    stage.typed = {"case": "on", f"seen-{case.reference}": ""}
    return "/desk/queue?view=all"


@scene("D3-none-chosen", "desk:queue", status=422, press="desk.assign")
def none_chosen(stage: Stage) -> str:
    in_review(stage.world)
    stage.officer()
    return "/desk/queue"


@scene("D3-long-names-and-amounts", "desk:queue")
def long_names_and_amounts(stage: Stage) -> str:
    """The longest name an officer can have, a large balance, and one below nothing."""
    world, officer = stage.world, stage.officer()
    officer.display_name = "阿不都热合曼江·买买提明示例" * 4
    officer.save()
    owing, rich = waiting(world, OTHERS[0]), waiting(world, OTHERS[1])
    world.outside.change(world.line(OTHERS[0]), cash_fen=0, deposit_fen=0, arrears_fen=3820)
    world.outside.change(world.line(OTHERS[1]), cash_fen=123456789, deposit_fen=0)
    for case in (owing, rich):
        checking.run(case_id=case.pk, now=world.now)
        reviewing.claim(case_id=case.pk, officer=officer, now=world.now)
    return "/desk/queue?view=mine"
