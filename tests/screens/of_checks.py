"""Scenes of the checks: every tag, a second look, and asking for people."""

from threading import Event

from tests.portal.browser import Browser
from tests.screens.of_answers import address, drafted
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import ARREARS, STOPPED
from xiaohu.closures import checking
from xiaohu.closures.models import Case
from xiaohu.core.steps import Scope
from xiaohu.gateways import http
from xiaohu.portal import opening
from xiaohu.screening import asking

WHO = {"name": "李示例", "number": "13000000002"}
TO_PAY = {"choice": "pay"}


def asked(stage: Stage) -> str:
    """Arrange a draft whose author asked for people to look."""
    path = drafted(stage, ARREARS)
    browser = Browser(stage.world)
    browser.client.cookies.load(stage.cookies)
    browser.send(f"{path}/people", **WHO)
    return path


@scene("S6-other-way", "portal:checks")
def other_way(stage: Stage) -> str:
    stage.world.outside.change(stage.world.line(), realname="missing")
    return f"{drafted(stage)}/checks"


@scene("S6-chosen", "portal:checks")
def chosen(stage: Stage) -> str:
    path = drafted(stage, ARREARS)
    Case.objects.get().closings.update(choices={"ARREARS": "close_with_debt"})
    checking.run(case_id=Case.objects.get().pk, now=stage.world.now)
    return f"{path}/checks"


@scene("S6-stopped", "portal:checks")
def stopped(stage: Stage) -> str:
    return f"{drafted(stage, STOPPED)}/checks"


@scene("S6-away-after", "portal:checks", press="btn.check_again")
def away_after(stage: Stage) -> str:
    path = drafted(stage, ARREARS)
    stage.world.outside.fault("operator", down=True)
    return f"{path}/checks"


def silence(stage: Stage) -> None:
    """Let the operator say nothing for as long as the scene lasts."""
    over = Event()

    def silent(*_: object, **__: object) -> tuple[int, bytes]:
        over.wait(timeout=60)
        return 0, b""

    stage.replace(asking, "PATIENCE_S", 0.1)
    stage.replace(http, "_exchange", silent)
    stage.undo.append(over.set)


@scene("S6-checking", "portal:checks")
def being_checked(stage: Stage) -> str:
    case = stage.world.draft()
    stage.holder()
    silence(stage)
    return f"{address(case)}/checks"


@scene("S6-checking-again", "portal:checks")
def being_checked_again(stage: Stage) -> str:
    path = drafted(stage, ARREARS)
    silence(stage)
    opening.check(Case.objects.get())
    return f"{path}/checks"


@scene("S6-asked", "portal:checks")
def asked_for_people(stage: Stage) -> str:
    return f"{asked(stage)}/checks"


@scene("S7-still", "portal:one_check", status=422, press="btn.save_check", typed=TO_PAY)
def still(stage: Stage) -> str:
    return f"{drafted(stage, ARREARS)}/checks/ARREARS"


@scene("S7-changed", "portal:one_check", status=422, press="btn.save_check", typed=TO_PAY)
def changed(stage: Stage) -> str:
    path = drafted(stage, ARREARS)
    line = stage.world.line(ARREARS)
    stage.world.outside.change(line, arrears_fen=1200)
    return f"{path}/checks/ARREARS"


@scene("S7-away", "portal:one_check", press="btn.save_check", typed=TO_PAY)
def away(stage: Stage) -> str:
    path = drafted(stage, ARREARS)
    stage.world.outside.fault("operator", down=True)
    return f"{path}/checks/ARREARS"


@scene("S7-asked", "portal:one_check")
def one_asked(stage: Stage) -> str:
    return f"{asked(stage)}/checks/ARREARS"


@scene("S7-people", "portal:ask_people")
def people(stage: Stage) -> str:
    return f"{drafted(stage, ARREARS)}/people"


@scene("S7-people-error", "portal:ask_people", status=422, press="people.ask")
def people_error(stage: Stage) -> str:
    return people(stage)


@scene("S7-people-asked", "portal:ask_people")
def people_asked(stage: Stage) -> str:
    return f"{asked(stage)}/people"


@scene("S7b-chosen", "portal:restriction", press="btn.save_check")
def chose_to_restore(stage: Stage) -> str:
    world = stage.world
    facts = {"status": "restricted", "restriction": "complaints", "restricted_on": "2026-11-01"}
    world.outside.change(world.line(), **facts)
    path = drafted(stage)
    case = Case.objects.get()
    case.closings.update(choices={"RESTRICTED_GRADED": "restore"})
    checking.run(case_id=case.pk, now=world.now)
    assert path == address(case)
    return f"{path}/restriction"


@scene("S6-two-balances", "portal:checks")
def two_balances(stage: Stage) -> str:
    stage.world.outside.change(stage.world.line(), gift_fen=5000, promotion_fen=3000)
    return f"{drafted(stage)}/checks"


@scene("S6-account", "portal:checks")
def account_only(stage: Stage) -> str:
    case = stage.world.draft(scope=Scope.ACCOUNT)
    stage.holder()
    return f"/case/{case.pk}/checks"
