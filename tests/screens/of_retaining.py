"""Scenes of kept records at the desk: what ends, what is held, what waits, and what was destroyed."""

from datetime import timedelta

from tests.desk.officers import OTHERS
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import closing_of, staff
from xiaohu.access.models import StaffUser
from xiaohu.closures.models import Case
from xiaohu.core.actors import ActorKind
from xiaohu.core.kept import KeptAct
from xiaohu.core.retention import Category
from xiaohu.erasure import kept
from xiaohu.erasure.models import KeptRequest
from xiaohu.vault.models import BucketRecord

ORDER = "示例公信〔2026〕12号"
COURT = "示例市示例区人民法院协助执行通知书〔2026〕示例执字第 100234 号"


def pair(stage: Stage) -> tuple[StaffUser, StaffUser]:
    """Let one of two people of compliance sit down."""
    other = StaffUser.objects.filter(username="xu").first()
    return stage.officer("wei", ActorKind.COMPLIANCE), other or staff("xu", ActorKind.COMPLIANCE)


def ask(stage: Stage, case: Case, act: KeptAct, by: StaffUser, authority: str) -> KeptRequest:
    """Ask for something of a case."""
    closings = [closing_of(case).pk]
    return kept.ask(
        act=act, closings=closings, authority=authority, officer=by, now=stage.world.now
    )


def agreed(stage: Stage, request: KeptRequest, by: StaffUser) -> KeptRequest:
    """Let the other one agree."""
    return kept.agree(request_id=request.pk, officer=by, now=stage.world.now)


def held(stage: Stage) -> KeptRequest:
    """Hold a case for two authorities; return the first hold."""
    case = stage.world.close()
    wei, xu = pair(stage)
    first = agreed(stage, ask(stage, case, KeptAct.HOLD, wei, COURT), xu)
    agreed(stage, ask(stage, case, KeptAct.HOLD, wei, ORDER), xu)
    return first


@scene("A8-nothing", "desk:retention")
def nothing(stage: Stage) -> str:
    pair(stage)
    return "/desk/retention"


@scene("A8-kept", "desk:retention")
def all_of_it(stage: Stage) -> str:
    """Two holds, requests of both people, what may be read, what ends, and what was destroyed."""
    held(stage)
    wei, xu = pair(stage)
    case = stage.world.close(OTHERS[0])
    until = BucketRecord.objects.filter(category=Category.SERVICE_NUMBER, hold=None).get().until
    stage.world.clock.at += timedelta(days=(until - stage.world.now.date()).days + 1)
    month = {"category": Category.SERVICE_NUMBER, "until": until}
    now = stage.world.now
    asked = kept.ask_to_destroy(**month, officer=xu, now=now)  # type: ignore[arg-type]
    agreed(stage, asked, wei)
    stage.officer("wei")
    ask(stage, case, KeptAct.OPEN, wei, ORDER)
    ask(stage, case, KeptAct.OPEN, xu, "示例检调〔2026〕3号")
    agreed(stage, ask(stage, case, KeptAct.OPEN, xu, COURT), wei)
    return "/desk/retention"


@scene("A8-wrong", "desk:retention", status=422, press="kept.ask.go")
def wrong(stage: Stage) -> str:
    held(stage)
    return "/desk/retention"


@scene("A8-not-permitted", "desk:retention", status=403)
def not_permitted(stage: Stage) -> str:
    stage.officer()
    return "/desk/retention"


@scene("A8-end-hold", "desk:end_hold")
def end_hold(stage: Stage) -> str:
    return f"/desk/retention/holds/{held(stage).pk}"


@scene("A8-end-hold-wrong", "desk:end_hold", status=422, press="kept.ask.go")
def end_hold_wrong(stage: Stage) -> str:
    return end_hold(stage)


def opened(stage: Stage) -> str:
    """Let two people open what is kept of a case."""
    case = stage.world.close()
    wei, xu = pair(stage)
    request = agreed(stage, ask(stage, case, KeptAct.OPEN, wei, ORDER), xu)
    return f"/desk/retention/opened/{request.pk}"


@scene("A8-opened", "desk:opened")
def to_read(stage: Stage) -> str:
    return opened(stage)


@scene("A8-read", "desk:opened", press="desk.reveal.go")
def read(stage: Stage) -> str:
    return opened(stage)


@scene("D2-kept-to-do", "desk:work")
def told_on_the_first_page(stage: Stage) -> str:
    case = stage.world.close()
    _, xu = pair(stage)
    ask(stage, case, KeptAct.HOLD, xu, ORDER)
    return "/desk/"
