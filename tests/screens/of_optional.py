"""Scenes of the questions a request may pass by: S8, S8b, S11."""

from tests.screens.of_answers import address, drafted
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import CLEAN, EMPTY, holder_of
from xiaohu.closures import exporting, tidying, volunteering
from xiaohu.closures.models import Case
from xiaohu.core.bindings import LeftBehind
from xiaohu.core.exports import BETWEEN_TRIES, DOWNLOADS, KEPT, TRIES, Record
from xiaohu.core.reasons import Reason
from xiaohu.exports import making
from xiaohu.ui.copies import words


@scene("S11-reason", "portal:reason")
def reason(stage: Stage) -> str:
    return f"{drafted(stage)}/reason"


@scene("S11-own-words", "portal:reason")
def own_words(stage: Stage) -> str:
    case = stage.world.draft()
    volunteering.give_reason(case_id=case.pk, reason=Reason.OTHER, words="搬到外地，不再需要")
    stage.holder()
    return f"{address(case)}/reason"


def proved(stage: Stage, number: str = CLEAN) -> Case:
    """Arrange a draft whose holder proved who they are."""
    case = stage.world.ready(number)
    stage.holder(number)
    return case


def copied(stage: Stage, case: Case, *, parts: int | None = None) -> str:
    """Arrange a copy of which so many parts are made, else all, and return its page."""
    exporting.ask(
        case_id=case.pk,
        records=list(Record),
        chosen=["2026-11", "2026-10"],
        language="zh-hans",
        actor=holder_of(case),
        now=stage.world.now,
    )
    if parts is not None:
        for _ in range(parts):
            making.make_one(now=stage.world.now)
        return f"{address(case)}/export"
    for _ in range(TRIES):
        while making.make_one(now=stage.world.now):
            pass
        stage.world.clock.at += BETWEEN_TRIES * TRIES
    return f"{address(case)}/export"


@scene("S8-ask", "portal:export")
def ask(stage: Stage) -> str:
    return f"{address(proved(stage))}/export"


@scene("S8-waiting", "portal:export")
def long_queue(stage: Stage) -> str:
    return copied(stage, proved(stage), parts=0)


@scene("S8-making", "portal:export")
def making_it(stage: Stage) -> str:
    return copied(stage, proved(stage), parts=3)


@scene("S8-ready", "portal:export")
def ready(stage: Stage) -> str:
    return copied(stage, proved(stage))


def packed(stage: Stage) -> tuple[Case, str]:
    """Arrange a copy whose passphrase was shown."""
    case = proved(stage)
    path = copied(stage, case)
    exporting.unlock(case, words=words, actor=holder_of(case), now=stage.world.now)
    return case, path


@scene("S8-passphrase", "portal:export", press="export.another")
def passphrase(stage: Stage) -> str:
    return packed(stage)[1]


@scene("S8-packed", "portal:export")
def packed_before(stage: Stage) -> str:
    return packed(stage)[1]


@scene("S8-used-up", "portal:export")
def used_up(stage: Stage) -> str:
    case, path = packed(stage)
    for _ in range(DOWNLOADS):
        exporting.fetch(case, actor=holder_of(case), now=stage.world.now)
    return path


@scene("S8-failed", "portal:export")
def failed(stage: Stage) -> str:
    stage.world.outside.fault("operator", refuse=["records:calls"])
    return copied(stage, proved(stage))


@scene("S8-empty", "portal:export")
def nothing_to_copy(stage: Stage) -> str:
    world = stage.world
    world.outside.change(world.line(EMPTY), points=0, gift_fen=0, cash_fen=0)
    return copied(stage, proved(stage, EMPTY))


@scene("S8-expired", "portal:export")
def expired(stage: Stage) -> str:
    path = copied(stage, proved(stage))
    stage.world.clock.at += KEPT
    stage.holder()
    return path


@scene("S8b-tidy", "portal:tidy")
def tidy(stage: Stage) -> str:
    return f"{address(proved(stage))}/tidy"


@scene("S8b-none-chosen", "portal:tidy", status=422, press="tidy.go")
def none_chosen(stage: Stage) -> str:
    return tidy(stage)


@scene("S8b-cleared", "portal:tidy")
def cleared(stage: Stage) -> str:
    case = proved(stage)
    kinds = (LeftBehind.CONTACTS, LeftBehind.PAYEES)
    tidying.clear(case_id=case.pk, kinds=kinds, actor=holder_of(case), now=stage.world.now)
    return f"{address(case)}/tidy?cleared=1"


@scene("S8b-empty", "portal:tidy")
def nothing_saved(stage: Stage) -> str:
    world = stage.world
    world.outside.change(world.line(EMPTY), points=0, gift_fen=0, cash_fen=0)
    return f"{address(proved(stage, EMPTY))}/tidy"


@scene("S8b-away", "portal:tidy")
def tidy_away(stage: Stage) -> str:
    path = tidy(stage)
    stage.world.outside.fault("operator", down=True)
    return path
