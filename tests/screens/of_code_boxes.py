"""Scenes of the boxes for codes on a draft's own pages: S9 to the line, S14 to the contact."""

from tests.portal.browser import CONTACT, Browser
from tests.screens.of_answers import browsing
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import CLEAN


def at_the_box(stage: Stage, browser: Browser, page: str) -> str:
    """Let the scene take over a browser at the box of a code."""
    stage.keep(browser.client)
    return f"{browser.home}/{page}/code"


def guess(browser: Browser, page: str, to: str) -> None:
    """Type five wrong codes."""
    right = browser.code(to)
    for _ in range(5):
        browser.send(f"{browser.home}/{page}/code", code=f"{(int(right) + 1) % 10**6:06d}")


def proving(stage: Stage) -> Browser:
    """Return a browser that waits for a code to the line, long after it signed in."""
    browser = Browser(stage.world).sign_in()
    browser.choose_line()
    browser.send(f"{browser.home}/verify", send="code")
    return browser


def confirming(stage: Stage) -> Browser:
    """Return a browser that waits for a code to its contact."""
    browser = browsing(stage)
    browser.send(f"{browser.home}/contact", to=CONTACT)
    return browser


@scene("S9-code", "portal:prove_code")
def prove_code(stage: Stage) -> str:
    return at_the_box(stage, proving(stage), "verify")


@scene("S9-code-error", "portal:prove_code", status=422, press="btn.continue")
def prove_no_code(stage: Stage) -> str:
    return prove_code(stage)


@scene("S9-code-too-soon", "portal:prove_code", status=429, press="btn.code_again")
def prove_too_soon(stage: Stage) -> str:
    return prove_code(stage)


@scene("S9-code-called", "portal:prove_code")
def prove_called(stage: Stage) -> str:
    browser = proving(stage)
    stage.world.clock.pass_(seconds=61)
    browser.send(f"{browser.home}/verify/code", again="voice")
    return at_the_box(stage, browser, "verify")


@scene("S9-code-expired", "portal:prove_code")
def prove_expired(stage: Stage) -> str:
    path = prove_code(stage)
    stage.world.clock.pass_(minutes=11)
    return path


@scene("S9-code-locked", "portal:prove_code")
def prove_locked(stage: Stage) -> str:
    browser = proving(stage)
    guess(browser, "verify", CLEAN)
    return at_the_box(stage, browser, "verify")


@scene("S14-code", "portal:contact_code")
def contact_code(stage: Stage) -> str:
    return at_the_box(stage, confirming(stage), "contact")


@scene("S14-code-error", "portal:contact_code", status=422, press="btn.continue")
def contact_no_code(stage: Stage) -> str:
    return contact_code(stage)


@scene("S14-code-too-soon", "portal:contact_code", status=429, press="btn.code_again")
def contact_too_soon(stage: Stage) -> str:
    return contact_code(stage)


@scene("S14-code-expired", "portal:contact_code")
def contact_expired(stage: Stage) -> str:
    path = contact_code(stage)
    stage.world.clock.pass_(minutes=11)
    return path


@scene("S14-code-locked", "portal:contact_code")
def contact_locked(stage: Stage) -> str:
    browser = confirming(stage)
    guess(browser, "contact", CONTACT)
    return at_the_box(stage, browser, "contact")
