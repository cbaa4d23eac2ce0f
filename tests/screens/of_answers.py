"""Scenes of a draft: checks, proof, answers, submitting."""

from tests.closures import rulings
from tests.closures.states import large
from tests.portal.browser import Browser
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import ARREARS, CLEAN, CONTRACT, LARGE, STOPPED
from xiaohu.closures import checking
from xiaohu.closures.models import Case

FIRM = "+8613000000007"


def drafted(stage: Stage, number: str = CLEAN) -> str:
    """Arrange a checked draft and return its address."""
    case = stage.world.draft(number)
    checking.run(case_id=case.pk, now=stage.world.now)
    stage.holder(number)
    return address(case)


def answered(stage: Stage, number: str = CLEAN) -> str:
    """Arrange a draft with every answer given."""
    case = stage.world.ready(number)
    stage.holder(number)
    return address(case)


def address(case: Case) -> str:
    """Return the address of a case."""
    return f"/case/{case.pk}"


def browsing(stage: Stage, number: str = CLEAN) -> Browser:
    """Return the holder of a line at its checked draft, in a browser whose cookies the scene takes."""
    browser = Browser(stage.world).sign_in(number)
    browser.choose_line(number)
    browser.prove(number)
    return browser


@scene("S5-who", "portal:who")
def who(stage: Stage) -> str:
    return f"{drafted(stage)}/who"


@scene("S5-firm", "portal:who")
def who_for_a_firm(stage: Stage) -> str:
    return f"{drafted(stage, FIRM)}/who"


@scene("S5-nobody-chosen", "portal:who", status=422, press="btn.continue")
def nobody_chosen(stage: Stage) -> str:
    path = who_for_a_firm(stage)
    Case.objects.update(applicant="holder")
    return path


@scene("S5-for-a-firm", "portal:who_for")
def for_a_firm(stage: Stage) -> str:
    return f"{who_for_a_firm(stage)}/org_handler"


@scene("S5-for-nobody", "portal:who_for", status=422, press="btn.continue")
def no_name(stage: Stage) -> str:
    return for_a_firm(stage)


@scene("S5-for-holder", "portal:who_for")
def for_the_holder(stage: Stage) -> str:
    return f"{who(stage)}/proxy"


@scene("S5-user", "portal:who", press="btn.continue", typed={"kind": "user"})
def only_user(stage: Stage) -> str:
    return who(stage)


@scene("S5-elsewhere", "portal:who_for")
def not_here(stage: Stage) -> str:
    stage.world.clock.pass_(minutes=5)
    rulings.publish("2026.12", '[applicants]\nelsewhere = ["heir"]', "", now=stage.world.now)
    return f"{drafted(stage)}/who/heir"


@scene("S6-clear", "portal:checks")
def clear(stage: Stage) -> str:
    return f"{drafted(stage)}/checks"


@scene("S6-arrears", "portal:checks")
def arrears(stage: Stage) -> str:
    return f"{drafted(stage, ARREARS)}/checks"


@scene("S6-away", "portal:checks")
def away(stage: Stage) -> str:
    case = stage.world.draft()
    stage.world.outside.fault("operator", down=True)
    stage.holder()
    return f"{address(case)}/checks"


@scene("S7-arrears", "portal:one_check")
def one_check(stage: Stage) -> str:
    return f"{drafted(stage, ARREARS)}/checks/ARREARS"


@scene("S7-go-there", "portal:one_check")
def go_there(stage: Stage) -> str:
    stage.world.clock.pass_(minutes=5)
    links = '[links]\npay = "https://pay.example.com/bills"'
    rulings.publish("2026.12", links, "", now=stage.world.now)
    return one_check(stage)


@scene("S7-contract", "portal:one_check")
def contract(stage: Stage) -> str:
    return f"{drafted(stage, CONTRACT)}/checks/CONTRACT_TERM"


@scene("S7-error", "portal:one_check", status=422, press="btn.save_check")
def nothing_chosen(stage: Stage) -> str:
    return contract(stage)


@scene("S7b-restricted", "portal:restriction")
def restricted(stage: Stage) -> str:
    world = stage.world
    facts = {"status": "restricted", "restriction": "complaints", "restricted_on": "2026-11-01"}
    world.outside.change(world.line(), **facts)
    return f"{drafted(stage)}/restriction"


@scene("S9-proof", "portal:prove")
def prove(stage: Stage) -> str:
    return f"{drafted(stage)}/verify"


@scene("S9-stopped", "portal:prove")
def prove_stopped(stage: Stage) -> str:
    return f"{drafted(stage, STOPPED)}/verify"


@scene("S10-papers", "portal:documents")
def documents(stage: Stage) -> str:
    return f"{drafted(stage, FIRM)}/documents"


@scene("S12-balance", "portal:balance")
def balance(stage: Stage) -> str:
    return f"{answered(stage)}/balance"


@scene("S13-account", "portal:bank_account")
def account(stage: Stage) -> str:
    return f"{answered(stage)}/balance/account"


@scene("S13-error", "portal:bank_account", status=422, press="btn.continue")
def no_account(stage: Stage) -> str:
    return account(stage)


@scene("S14-contact", "portal:contact")
def contact(stage: Stage) -> str:
    return f"{drafted(stage)}/contact"


@scene("S15-effects", "portal:effects")
def effects(stage: Stage) -> str:
    return f"{answered(stage)}/effects"


@scene("S15-reviewed", "portal:effects")
def effects_after_review(stage: Stage) -> str:
    """What closing means where people decide first."""
    case = large(stage.world)
    stage.holder(LARGE)
    return f"{address(case)}/effects"


@scene("S16-review", "portal:review")
def review(stage: Stage) -> str:
    return f"{answered(stage)}/check"


@scene("S16-error", "portal:review", status=422, press="review.submit")
def not_declared(stage: Stage) -> str:
    return review(stage)


@scene("S16-rules", "portal:review")
def rules_changed(stage: Stage) -> str:
    path = review(stage)
    stage.world.clock.pass_(minutes=5)
    sources = '"cooling_off.days" = { tag = "O", text = "企业说明" }\n'
    rulings.publish("2026.12", "[cooling_off]\ndays = 5", sources, now=stage.world.now)
    return path


@scene("S17-receipt", "portal:submitted")
def receipt(stage: Stage) -> str:
    case = stage.world.submitted()
    stage.holder()
    return f"{address(case)}/submitted"


@scene("S17-in-review", "portal:submitted")
def receipt_in_review(stage: Stage) -> str:
    case = stage.world.submit(large(stage.world))
    stage.holder(LARGE)
    return f"{address(case)}/submitted"
