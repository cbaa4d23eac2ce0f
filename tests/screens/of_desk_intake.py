"""Scenes of taking a request at the desk."""

from tests.desk.test_finding import row
from tests.desk.test_intake import told, with_another_line
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import ARREARS, picture
from xiaohu.closures.models import Case
from xiaohu.core.actors import ActorKind

PATH = "/desk/new"


@scene("D6-new", "desk:new")
def new(stage: Stage) -> str:
    stage.officer()
    return PATH


@scene("D6-looked-up", "desk:new", press="intake.look_up")
def looked_up(stage: Stage) -> str:
    stage.officer()
    return stage.type(PATH, number=row(stage.world)["number"], applicant="holder")


@scene("D6-several-lines", "desk:new", press="intake.look_up")
def several_lines(stage: Stage) -> str:
    other = with_another_line(stage.world)
    stage.world.outside.change(other, open_order=True)
    stage.officer()
    return stage.type(PATH, number=row(stage.world)["number"], applicant="holder")


@scene("D6-to-settle", "desk:new", press="intake.look_up")
def to_settle(stage: Stage) -> str:
    stage.officer()
    return stage.type(PATH, number=ARREARS, applicant="holder")


@scene("D6-for-somebody", "desk:new", press="intake.look_up")
def for_somebody(stage: Stage) -> str:
    stage.officer()
    return stage.type(PATH, number=row(stage.world)["number"], applicant="proxy")


@scene("D6-wrong", "desk:new", status=422, press="intake.go")
def wrong(stage: Stage) -> str:
    stage.officer()
    return PATH


@scene("D6-to-a-wallet", "desk:new", press="intake.look_up")
def to_a_wallet(stage: Stage) -> str:
    stage.officer()
    said = {"number": row(stage.world)["number"], "applicant": "heir", "route": "wallet"}
    return stage.type(PATH, **said)


@scene("D6-papers-kept", "desk:new", status=422, press="intake.go")
def papers_kept(stage: Stage) -> str:
    """Something else is wrong: what was shown is there, and need not be given again."""
    stage.officer()
    stage.file = picture()
    return stage.type(PATH, number=row(stage.world)["number"], applicant="holder")


@scene("D6-not-an-officer", "desk:new", status=403)
def not_an_officer(stage: Stage) -> str:
    stage.officer("qian", ActorKind.FINANCE)
    return PATH


@scene("D6-handed", "desk:case")
def handed(stage: Stage) -> str:
    stage.officer()
    stage.world.outside.change(stage.world.line(), arrears_fen=3820)
    stage.send(PATH, **told(stage.world, ARREARS="pay"))
    return f"/desk/case/{Case.objects.get().reference}"


@scene("S20-to-settle", "portal:fix")
def to_settle_by_the_customer(stage: Stage) -> str:
    handed(stage)
    stage.nobody()
    case = Case.objects.get()
    stage.contact_of(case)
    return f"/case/{case.pk}/fix"


@scene("D6-taken", "desk:case")
def taken(stage: Stage) -> str:
    stage.officer()
    stage.send(PATH, **told(stage.world))
    return f"/desk/case/{Case.objects.get().reference}"
