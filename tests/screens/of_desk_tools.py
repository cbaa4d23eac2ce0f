"""Scenes of the desk's tools: searching, seeing a value in full, keys."""

from datetime import timedelta

from tests.closures.states import in_review
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import CLEAN, OPERATOR, closing_of
from xiaohu.core.actors import ActorKind
from xiaohu.erasure.models import OutsideErasure, OutsideState


def searched(stage: Stage, typed: str) -> str:
    """Arrange the box with something typed into it."""
    stage.officer()
    return stage.type("/desk/search", find=typed)


@scene("D11-search", "desk:search")
def search(stage: Stage) -> str:
    stage.officer()
    return "/desk/search"


@scene("D11-found", "desk:search", press="desk.search.go")
def found(stage: Stage) -> str:
    in_review(stage.world)
    return searched(stage, CLEAN)


@scene("D11-line-without-case", "desk:search", press="desk.search.go")
def line_without_case(stage: Stage) -> str:
    return searched(stage, CLEAN)


@scene("D11-nothing", "desk:search", press="desk.search.go")
def nothing(stage: Stage) -> str:
    return searched(stage, "13800138000")


@scene("D11-empty-box", "desk:search", status=422, press="desk.search.go")
def empty_box(stage: Stage) -> str:
    stage.officer()
    return "/desk/search"


@scene("D11-no-such-case", "", status=404)
def no_such_case(stage: Stage) -> str:
    stage.officer()
    return "/desk/case/XH-2611-7K3M-9Q"


@scene("D10-why", "desk:reveal")
def why(stage: Stage) -> str:
    case = in_review(stage.world)
    stage.officer()
    return f"/desk/case/{case.reference}/reveal/number"


@scene("D10-no-reason", "desk:reveal", status=422, press="desk.reveal.go")
def no_reason(stage: Stage) -> str:
    return why(stage)


@scene("D10-shown", "desk:reveal")
def shown(stage: Stage) -> str:
    path = why(stage)
    stage.send(path, reason="call_back", note="101")
    return path


@scene("D10-not-permitted", "desk:reveal", status=403)
def not_permitted(stage: Stage) -> str:
    case = in_review(stage.world)
    stage.officer("qian", ActorKind.FINANCE)
    return f"/desk/case/{case.reference}/reveal/number"


@scene("D12-keys", "desk:keys")
def keys(stage: Stage) -> str:
    stage.officer()
    return "/desk/keys"


@scene("D12-keys-off", "desk:keys")
def keys_off(stage: Stage) -> str:
    stage.officer()
    stage.send("/desk/keys", single_keys="off")
    return "/desk/keys"


@scene("D13-late-stores", "desk:stores")
def late_stores(stage: Stage) -> str:
    case = stage.world.close()
    now = stage.world.now
    for dataset in ("contracts", "letters"):
        OutsideErasure.objects.create(
            operator=OPERATOR,
            closing_id=closing_of(case).pk,
            store="crm",
            dataset=dataset,
            names={"zh": "客户系统", "en": "Customer system"},
            state=OutsideState.KEPT.value,
            why="away",
            intended_at=now,
            keep_until=now.date() - timedelta(days=5),
        )
    stage.officer()
    return "/desk/stores"


@scene("D13-nothing-late", "desk:stores")
def nothing_late(stage: Stage) -> str:
    stage.officer()
    return "/desk/stores"
