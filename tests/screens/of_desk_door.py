"""Scenes of the desk's door."""

from tests.desk.officers import PASSWORD, code
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import staff
from xiaohu.access import counters, mfa
from xiaohu.access.accounts import TRIES, WINDOW

PATH = "/desk/sign-in"


@scene("D1-wrong", "desk:sign_in", status=422, press="desk.go")
def wrong(stage: Stage) -> str:
    stage.typed = {"username": "nobody", "password": "a wrong password", "code": "000000"}
    return PATH


@scene("D1-nothing", "desk:sign_in", status=422, press="desk.go")
def nothing(stage: Stage) -> str:
    return PATH


@scene("D1-locked", "desk:sign_in", status=422, press="desk.go")
def locked(stage: Stage) -> str:
    for _ in range(TRIES + 1):
        counters.hit("staff", "nobody", limit=TRIES, window=WINDOW, now=stage.world.now)
    return wrong(stage)


@scene("D1-no-role", "desk:sign_in", status=422, press="desk.go")
def no_role(stage: Stage) -> str:
    officer = staff("zhao")
    officer.roles = []
    officer.set_password(PASSWORD)
    officer.save()
    mfa.enrol(officer)
    stage.typed = {"username": "zhao", "password": PASSWORD, "code": code(officer)}
    return PATH
