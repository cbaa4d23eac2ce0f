"""Scenes of the way in: home, signing in, scope, lines."""

from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import LARGE
from xiaohu.registry.models import Line

FIRM = "+8613000000007"
LISTED = "13000000012\n13000000029\n没有号码\n13000000013"


def given(stage: Stage, *numbers: int) -> None:
    """Give further lines to the holder of the clean one."""
    mine = stage.world.line().holder_id
    for number in numbers:
        line = stage.world.line(f"+86130000000{number:02d}")
        Line.objects.filter(pk=line.pk).update(holder_id=mine)


@scene("S1-home", "portal:home")
def home(stage: Stage) -> str:
    return "/"


@scene("S1-closed", "portal:home")
def home_at_night(stage: Stage) -> str:
    stage.world.clock.pass_(hours=10)
    return "/"


@scene("S1-median", "portal:home")
def home_with_figures(stage: Stage) -> str:
    stage.world.close()
    return "/"


@scene("S3b-scope", "portal:scope")
def scope(stage: Stage) -> str:
    stage.holder()
    return "/scope"


@scene("S3b-error", "portal:scope", status=422, press="btn.continue")
def no_scope(stage: Stage) -> str:
    stage.holder()
    return "/scope"


@scene("S3b-only-account", "portal:scope")
def only_the_account(stage: Stage) -> str:
    return f"{no_line_left(stage).partition('lines')[0]}scope"


@scene("S3b-alternatives", "portal:alternatives")
def alternatives(stage: Stage) -> str:
    return "/alternatives"


@scene("S4-lines", "portal:lines")
def lines(stage: Stage) -> str:
    stage.holder()
    return "/lines?scope=line"


@scene("S4-none", "portal:lines", status=422, press="btn.continue")
def no_line(stage: Stage) -> str:
    stage.holder(FIRM)
    return "/lines?scope=line"


@scene("S4-only-line", "portal:lines")
def proved_by_code(stage: Stage) -> str:
    stage.line()
    return "/lines?scope=line"


@scene("S4-special", "portal:lines")
def special_lines(stage: Stage) -> str:
    given(stage, 3, 5, 8, 9)
    for number, status in ((8, "banned"), (9, "restricted")):
        line = stage.world.line(f"+861300000000{number}")
        Line.objects.filter(pk=line.pk).update(status=status, product="企业外呼卡")
    stage.world.submitted()
    stage.holder()
    return "/lines?scope=line"


@scene("S4-many", "portal:lines")
def many_lines(stage: Stage) -> str:
    given(stage, *range(8, 28))
    stage.holder()
    return "/lines?scope=line"


@scene("S4-searched", "portal:lines", press="btn.search")
def searched_lines(stage: Stage) -> str:
    return many_lines(stage)


@scene("S4-empty", "portal:lines")
def no_line_left(stage: Stage) -> str:
    stage.holder()
    gone = {"closed_at": stage.world.now, "status": "closed", "number_index": None}
    Line.objects.filter(pk=stage.world.line().pk).update(**gone)
    return "/lines?scope=line"


@scene("S4-upload", "portal:upload")
def upload(stage: Stage) -> str:
    given(stage, *range(8, 28))
    stage.holder()
    return "/lines/upload?scope=line"


@scene("S4-upload-error", "portal:upload", status=422, press="upload.go")
def upload_nothing(stage: Stage) -> str:
    return upload(stage)


@scene("S4-upload-read", "portal:upload", typed={"numbers": LISTED}, press="upload.go")
def upload_read(stage: Stage) -> str:
    return upload(stage)


@scene("S-cases", "portal:cases")
def cases(stage: Stage) -> str:
    stage.world.submitted(LARGE)
    stage.holder(LARGE)
    return "/cases"


@scene("S24-display", "ui:display")
def display(stage: Stage) -> str:
    return "/settings/display"


@scene("S24-saved", "ui:display", press="btn.save")
def display_saved(stage: Stage) -> str:
    return "/settings/display"


@scene("S24-contrast", "portal:lines", status=422, press="btn.continue")
def strong_contrast(stage: Stage) -> str:
    stage.holder(FIRM)
    stage.cookies["xh_display"] = "standard.aloud.contrast"
    return "/lines?scope=line"
