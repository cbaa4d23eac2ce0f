"""Scenes of the last pages: S15 what closing means, S16 the last look, S17 the receipt."""

import re
from html import unescape

from django.test import Client

from tests.portal.browser import CONTACT, page
from tests.screens.of_answers import address, answered, review
from tests.screens.of_checks import silence
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from xiaohu.closures import applying, checking, drafting
from xiaohu.closures.applying import Details
from xiaohu.closures.models import Case
from xiaohu.core.applicants import ApplicantKind
from xiaohu.core.identity import DocumentKind
from xiaohu.core.steps import Scope

SEEN = re.compile(r'name="seen" value="([^"]*)"')
WAS = re.compile('name="was" value="([^"]*)"')
FIRM_LINES = ("+8613000000007", "+8613000000008")


@scene("S15-lapsing", "portal:effects")
def lapsing(stage: Stage) -> str:
    world = stage.world
    world.outside.change(world.line(), gift_fen=5000, points=3200, coupons=2, esim=True)
    return f"{answered(stage)}/effects"


@scene("S15-account", "portal:effects")
def of_an_account(stage: Stage) -> str:
    case = stage.world.draft(scope=Scope.ACCOUNT)
    stage.holder()
    return f"{address(case)}/effects"


@scene("S16-away", "portal:review", status=422, press="review.submit")
def operator_away(stage: Stage) -> str:
    world = stage.world
    path = review(stage)
    world.outside.fault("operator", down=True)
    world.clock.pass_(minutes=31)
    return path


@scene("S16-asking", "portal:review", press="review.submit", typed={"declared": "on"})
def operator_silent(stage: Stage) -> str:
    path = review(stage)
    silence(stage)
    return path


@scene("S16-changed", "portal:review", status=409, press="review.submit", typed={"declared": "on"})
def facts_changed(stage: Stage) -> str:
    path = review(stage)
    client = Client()
    client.cookies.load(stage.cookies)
    shown = page(client.get(path))
    stage.typed["seen"] = unescape(SEEN.findall(shown)[0])
    stage.typed["was"] = WAS.findall(shown)[0]
    stage.world.outside.change(stage.world.line(), cash_fen=9640, gift_fen=500)
    checking.run(case_id=Case.objects.get().pk, now=stage.world.now)
    return path


@scene("S16-several", "portal:review", status=422, press="review.submit")
def several(stage: Stage) -> str:
    world = stage.world
    case = drafting.open_case(
        subscriber=world.subscriber(FIRM_LINES[0]),
        scope=Scope.LINE,
        line_ids=[world.line(number).pk for number in FIRM_LINES],
        language="zh-hans",
        now=world.now,
    )
    details = Details(
        name="李示例",
        document_kind=DocumentKind.PASSPORT,
        document_number="E00000001",
        holder_name="示例公司",
        holder_document="91310000000000000X",
    )
    applying.set_applicant(
        case_id=case.pk, kind=ApplicantKind.ORG_HANDLER, details=details, now=world.now
    )
    case.refresh_from_db()
    world.answer(case)
    stage.holder(FIRM_LINES[0])
    return f"{address(case)}/check"


@scene("S17-lost", "portal:submitted")
def message_lost(stage: Stage) -> str:
    world = stage.world
    case = world.submitted()
    world.outside.fault("messages", refuse=[CONTACT])
    world.send_notices()
    stage.holder()
    return f"{address(case)}/submitted"
