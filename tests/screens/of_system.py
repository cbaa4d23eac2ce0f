"""Scenes of the pages nobody wants to see."""

from datetime import UTC, datetime, timedelta

from tests.screens.of_verify import too_often
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import OPERATOR
from xiaohu.closures import queries
from xiaohu.gateways.protocols import GatewayUnavailable
from xiaohu.registry import policies
from xiaohu.ui import reachable


@scene("S25-404", "", status=404)
def not_found(stage: Stage) -> str:
    return "/no-such-page"


@scene("S25-404-case", "", status=404)
def somebody_else_s_case(stage: Stage) -> str:
    case = stage.world.draft()
    stage.holder("+8613000000008")
    return f"/case/{case.pk}"


@scene("S25-405", "", status=405)
def only_sent(stage: Stage) -> str:
    return "/sign-out"


@scene("S25-409", "", status=409)
def too_late(stage: Stage) -> str:
    case = stage.world.close()
    stage.contact_of(case)
    return f"/case/{case.pk}/withdraw"


@scene("S25-429", "", status=429)
def too_many_requests(stage: Stage) -> str:
    return too_often(stage)


@scene("S25-403", "", status=403, press="btn.continue", typed={"csrfmiddlewaretoken": "x" * 64})
def form_too_old(stage: Stage) -> str:
    return "/sign-in"


@scene(
    "S25-403-kept",
    "",
    status=403,
    press="btn.send_code",
    typed={"csrfmiddlewaretoken": "x" * 64, "to": "somebody@example.com"},
)
def form_too_old_with_words(stage: Stage) -> str:
    case = stage.world.ready()
    stage.holder()
    return f"/case/{case.pk}/contact"


@scene(
    "S25-413", "", status=413, press="btn.continue", typed={"csrfmiddlewaretoken": "x" * 2_700_000}
)
def too_large(stage: Stage) -> str:
    return "/sign-in"


@scene("S25-500", "", status=500)
def broken(stage: Stage) -> str:
    def fail(**_: object) -> None:
        raise RuntimeError("as if something were wrong")

    reachable.note(policies.current(OPERATOR).contact)
    stage.replace(queries, "median_days", fail)
    return "/"


@scene("S25-503", "", status=503)
def operator_away(stage: Stage) -> str:
    def away(**_: object) -> None:
        raise GatewayUnavailable

    stage.replace(queries, "median_days", away)
    return "/"


@scene("S25-503-stop", "", status=503)
def planned_stop(stage: Stage) -> str:
    reachable.note(policies.current(OPERATOR).contact)
    stage.stop(until=datetime.now(UTC) + timedelta(minutes=45))
    return "/"


@scene("S25-503-late", "", status=503)
def stop_that_lasts(stage: Stage) -> str:
    stage.stop(until=datetime.now(UTC) - timedelta(minutes=1))
    return "/"


@scene("components", "ui:gallery")
def components(stage: Stage) -> str:
    return "/gallery"
