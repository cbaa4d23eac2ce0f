"""Scenes of the help centre."""

from django.test import Client

from tests.assistance.test_incidents import opened
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import ADMIN, OPERATOR
from xiaohu.assistance import incidents
from xiaohu.core.profile import Bilingual
from xiaohu.core.working import Part, Works
from xiaohu.gateways import sight
from xiaohu.queue import heartbeat
from xiaohu.registry import policies


@scene("H1-home", "help:home")
def home(stage: Stage) -> str:
    return "/help"


@scene("H1-found", "help:home")
def found(stage: Stage) -> str:
    return "/help?q=余额怎么退 refund"


@scene("H1-near", "help:home")
def near(stage: Stage) -> str:
    return "/help?q=余额宝收益率怎么算复利"


@scene("H1-nothing", "help:home")
def nothing(stage: Stage) -> str:
    return "/help?q=zzzz 火星移民签证"


@scene("H2-article", "help:article")
def article(stage: Stage) -> str:
    return "/help/balance"


@scene("H2-table", "help:article")
def with_a_table(stage: Stage) -> str:
    return "/help/what-is-kept"


def rules_of(stage: Stage, name: str) -> None:
    """Let another operator's rules be in force."""
    stage.world.clock.pass_(minutes=1)
    policies.publish(
        operator=OPERATOR, toml=policies.shipped(name), actor=ADMIN, now=stage.world.now
    )


@scene("H2-own", "help:article")
def article_of_an_operator(stage: Stage) -> str:
    rules_of(stage, "china-unicom")
    return "/help/this-operator"


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


def looked(stage: Stage) -> None:
    """Let a worker live and look at its neighbours."""
    heartbeat.beat("worker")
    sight.look(now=stage.world.now)


@scene("H4-normal", "help:status")
def normal(stage: Stage) -> str:
    looked(stage)
    return "/status"


@scene("H4-outage", "help:status")
def outage(stage: Stage) -> str:
    stage.world.outside.fault("operator", down=True)
    stage.world.outside.fault("payout", down=True)
    looked(stage)
    opened(stage.world, Part.CHECKS, Part.EXECUTION, works=Works.DOWN)
    return "/status"


@scene("H4-over", "help:status")
def over(stage: Stage) -> str:
    looked(stage)
    row = opened(stage.world, Part.REFUNDS)
    stage.world.clock.pass_(minutes=4)
    words = Bilingual(
        zh="退款已恢复，积压的今天内付清。", en="Refunds work again; all are paid today."
    )
    incidents.close(
        operator=OPERATOR, incident_id=row.pk, words=words, actor=ADMIN, now=stage.world.now
    )
    return "/status"


@scene("H4-unknown", "help:status")
def unknown(stage: Stage) -> str:
    heartbeat.beat("worker")
    return "/status"
