"""Scenes of the help centre."""

from django.test import Client

from tests.screens.scenes import scene
from tests.screens.stage import Stage


@scene("H1-home", "help:home")
def home(stage: Stage) -> str:
    return "/help"


@scene("H1-found", "help:home")
def found(stage: Stage) -> str:
    return "/help?q=余额怎么退 refund"


@scene("H1-nothing", "help:home")
def nothing(stage: Stage) -> str:
    return "/help?q=zzzz 火星移民签证"


@scene("H2-article", "help:article")
def article(stage: Stage) -> str:
    return "/help/balance"


@scene("H2-table", "help:article")
def with_a_table(stage: Stage) -> str:
    return "/help/what-is-kept"


@scene("H2-thanks", "help:article")
def thanks(stage: Stage) -> str:
    answer = Client().post("/help/how-long/rate", {"helped": "no"})
    return str(answer["Location"])


@scene("H2-noted", "help:article")
def noted(stage: Stage) -> str:
    return "/help/how-long?thanks=noted"


@scene("H2-error", "help:article", status=422, press="help.remark.send")
def nothing_written(stage: Stage) -> str:
    return "/help/how-long?thanks=no"
