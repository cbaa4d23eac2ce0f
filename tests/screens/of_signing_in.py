"""Scenes of signing in: every way, every state of the code, and another password."""

from tests.portal.browser import Browser, give_password
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import CLEAN, OPERATOR
from xiaohu.access import tickets

WRONG = "000000"


def waiting(stage: Stage, *, method: str = "code") -> Browser:
    """Return a browser at the box for a code that was just sent to a line."""
    browser = Browser(stage.world)
    browser.send(f"/sign-in?method={method}", number=CLEAN)
    return browser


def shown(stage: Stage, browser: Browser) -> str:
    """Let the scene take over the browser at the code box."""
    stage.keep(browser.client)
    return "/sign-in/code"


def guess(stage: Stage, browser: Browser, times: int) -> None:
    """Type a wrong code so many times."""
    right = browser.code(CLEAN)
    for _ in range(times):
        browser.send("/sign-in/code", code=f"{(int(right) + 1) % 10**6:06d}")


@scene("S2-password", "portal:sign_in")
def by_password(stage: Stage) -> str:
    return "/sign-in"


@scene("S2-wrong", "portal:sign_in", status=422, press="btn.continue")
def nothing_typed(stage: Stage) -> str:
    return "/sign-in"


@scene("S2-code", "portal:sign_in")
def by_code(stage: Stage) -> str:
    return "/sign-in?method=code"


@scene("S2-voice", "portal:sign_in")
def by_voice(stage: Stage) -> str:
    return "/sign-in?method=voice"


@scene("S2-reference", "portal:sign_in")
def by_reference(stage: Stage) -> str:
    return "/sign-in?method=reference"


@scene("S2-no-texts", "portal:sign_in")
def without_texts(stage: Stage) -> str:
    return "/sign-in?method=other"


@scene("S2-error", "portal:sign_in", status=422, press="btn.send_code")
def no_number(stage: Stage) -> str:
    return "/sign-in?method=code"


@scene(
    "S2-too-often",
    "portal:sign_in",
    status=429,
    press="btn.continue",
    typed={"username": "demo00001", "password": "not this one"},
)
def too_often(stage: Stage) -> str:
    for _ in range(5):
        Browser(stage.world).send("/sign-in", username="demo00001", password="not this one")
    return "/sign-in"


@scene("S2-out", "portal:sign_in")
def signed_out(stage: Stage) -> str:
    return "/sign-in?out=1&next=/cases"


@scene("S2-recover", "portal:recover")
def recover(stage: Stage) -> str:
    return "/sign-in/recover"


@scene("S2-recover-error", "portal:recover", status=422, press="btn.send_code")
def recover_nothing(stage: Stage) -> str:
    return "/sign-in/recover"


@scene("S2-recover-code", "portal:code")
def recover_code(stage: Stage) -> str:
    return shown(stage, recovering(stage))


@scene("S2-new-password", "portal:new_password")
def new_password(stage: Stage) -> str:
    browser = recovering(stage)
    browser.send(code=browser.code("demo00001@example.com"))
    stage.keep(browser.client)
    return "/sign-in/recover/password"


@scene("S2-new-password-error", "portal:new_password", status=422, press="password.save")
def no_new_password(stage: Stage) -> str:
    return new_password(stage)


@scene("S2-new-password-over", "portal:new_password", status=403)
def leave_over(stage: Stage) -> str:
    return "/sign-in/recover/password"


@scene("S1-from-app", "portal:start")
def from_the_app(stage: Stage) -> str:
    line = stage.world.line()
    made = tickets.issue(
        operator=OPERATOR, line_id=line.pk, request_id="scene", now=stage.world.now
    )
    assert made is not None
    return f"/start?ticket={made.token}"


@scene("S1-ticket-over", "portal:start", status=410)
def ticket_over(stage: Stage) -> str:
    return "/start?ticket=used"


@scene("S3-code", "portal:code")
def code(stage: Stage) -> str:
    return shown(stage, waiting(stage))


@scene("S3-error", "portal:code", status=422, press="btn.continue")
def no_code(stage: Stage) -> str:
    return code(stage)


@scene("S3-wrong-code", "portal:code", status=422, press="btn.continue")
def wrong_code(stage: Stage) -> str:
    browser = waiting(stage)
    stage.typed["code"] = f"{(int(browser.code(CLEAN)) + 1) % 10**6:06d}"
    return shown(stage, browser)


@scene("S3-voice", "portal:code")
def called(stage: Stage) -> str:
    return shown(stage, waiting(stage, method="voice"))


@scene("S3-too-soon", "portal:code", status=429, press="btn.code_again")
def too_soon(stage: Stage) -> str:
    return code(stage)


@scene("S3-expired", "portal:code")
def expired(stage: Stage) -> str:
    path = code(stage)
    stage.world.clock.pass_(minutes=11)
    return path


@scene("S3-locked", "portal:code")
def locked(stage: Stage) -> str:
    browser = waiting(stage)
    guess(stage, browser, 5)
    return shown(stage, browser)


@scene("S3-locked-today", "portal:code")
def locked_today(stage: Stage) -> str:
    for _ in range(3):
        browser = waiting(stage)
        guess(stage, browser, 5)
        stage.world.clock.pass_(minutes=16)
    return shown(stage, browser)


def recovering(stage: Stage) -> Browser:
    """Return a browser at the code box on the way to another password."""
    give_password(stage.world)
    browser = Browser(stage.world)
    browser.send("/sign-in/recover", username="demo00001", to="recover_contact")
    return browser
