"""Scenes of getting a person: for whoever asks, and for whoever answers."""

from datetime import timedelta

from django.test import Client

from tests.assistance.asking import MAIL, call, complaint
from tests.assistance.test_complaining import answered
from tests.screens.of_help import rules_of
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import NOON, staff
from xiaohu.assistance import calling, complaining
from xiaohu.core.actors import ActorKind
from xiaohu.core.assistance import CallOutcome


@scene("H3-open", "help:contact")
def somebody_is_there(stage: Stage) -> str:
    for n in range(5):
        made, chen = call(stage.world, f"+861300000{n:04d}"), stage.officer()
        calling.take(call_id=made.pk, officer=chen, now=stage.world.now)
        stage.world.clock.pass_(minutes=6)
        calling.record(
            call_id=made.pk, officer=chen, outcome=CallOutcome.REACHED, now=stage.world.now
        )
    stage.nobody()
    return "/help/contact"


@scene("H3-closed", "help:contact")
def nobody_is_there(stage: Stage) -> str:
    stage.world.clock.at = NOON + timedelta(hours=9)
    return "/help/contact"


@scene("H3-hours-unknown", "help:contact")
def nobody_said_when(stage: Stage) -> str:
    rules_of(stage, "huaji")
    return "/help/contact"


@scene("H3-error", "help:contact", status=422, press="help.call.ask")
def nothing_given(stage: Stage) -> str:
    return "/help/contact"


@scene("H3-called", "help:asked")
def asked(stage: Stage) -> str:
    return f"/help/asked/{call(stage.world).reference}"


@scene("H3-complain", "help:complain")
def complaining_page(stage: Stage) -> str:
    return "/help/complaint"


@scene("H3-complain-error", "help:complain", status=422, press="help.complaint.send")
def nothing_said(stage: Stage) -> str:
    return "/help/complaint"


@scene("H3-complained", "help:asked")
def complained(stage: Stage) -> str:
    return f"/help/asked/{complaint(stage.world).reference}"


@scene("H3-answer", "help:answer")
def which_complaint(stage: Stage) -> str:
    answered(stage.world)
    return "/help/answer"


@scene("H3-answer-error", "help:answer", status=422, press="help.answer.show")
def no_complaint_named(stage: Stage) -> str:
    return "/help/answer"


def reading(stage: Stage, reference: str) -> str:
    """Open a complaint as the person who made it."""
    client = Client()
    client.post("/help/answer", {"reference": reference, "tail": MAIL.partition("@")[0][-4:]})
    stage.keep(client)
    return "/help/answer"


@scene("H3-answered", "help:answer")
def an_answer(stage: Stage) -> str:
    return reading(stage, answered(stage.world).reference)


@scene("H3-unanswered", "help:answer")
def no_answer_yet(stage: Stage) -> str:
    return reading(stage, complaint(stage.world).reference)


@scene("H3-reached", "help:asked")
def reached(stage: Stage) -> str:
    made, chen = call(stage.world), staff("chen")
    calling.take(call_id=made.pk, officer=chen, now=stage.world.now)
    calling.record(call_id=made.pk, officer=chen, outcome=CallOutcome.REACHED, now=stage.world.now)
    return f"/help/asked/{made.reference}"


@scene("H3-tried", "help:asked")
def not_reached_yet(stage: Stage) -> str:
    made, chen = call(stage.world), staff("chen")
    calling.take(call_id=made.pk, officer=chen, now=stage.world.now)
    calling.record(
        call_id=made.pk, officer=chen, outcome=CallOutcome.NOT_REACHED, now=stage.world.now
    )
    return f"/help/asked/{made.reference}"


@scene("H3-unknown", "help:asked", status=404)
def never_asked(stage: Stage) -> str:
    return "/help/asked/HD-2611-0000-00"


@scene(
    "D-complaint-looked",
    "desk:complaint",
    press="desk.reveal.go",
    typed={"reason": "legal_request", "note": "主管部门来函"},
)
def looked_back(stage: Stage) -> str:
    made = answered(stage.world)
    stage.officer("zhao", ActorKind.COMPLIANCE)
    return f"/desk/complaints/{made.reference}"


@scene("D-callbacks", "desk:callbacks")
def calls(stage: Stage) -> str:
    case = stage.world.submitted()
    call(stage.world, case_id=case.pk)
    stage.world.clock.pass_(hours=3)
    call(stage.world, "+8613000000089")
    stage.officer()
    return "/desk/callbacks"


@scene("D-callbacks-none", "desk:callbacks")
def no_calls(stage: Stage) -> str:
    stage.officer()
    return "/desk/callbacks?view=ended"


@scene("D-callbacks-ended", "desk:callbacks")
def called(stage: Stage) -> str:
    made, chen = call(stage.world), stage.officer()
    calling.take(call_id=made.pk, officer=chen, now=stage.world.now)
    calling.record(call_id=made.pk, officer=chen, outcome=CallOutcome.REACHED, now=stage.world.now)
    return "/desk/callbacks?view=ended"


@scene("D-complaints-none", "desk:complaints")
def no_complaints(stage: Stage) -> str:
    stage.officer()
    return "/desk/complaints"


@scene("D-callback", "desk:callback")
def a_call(stage: Stage) -> str:
    stage.officer()
    return f"/desk/callbacks/{call(stage.world).reference}"


@scene("D-callback-taken", "desk:callback")
def a_call_of_mine(stage: Stage) -> str:
    made = call(stage.world)
    calling.take(call_id=made.pk, officer=stage.officer(), now=stage.world.now)
    return f"/desk/callbacks/{made.reference}"


@scene("D-callback-other", "desk:callback")
def a_call_of_another(stage: Stage) -> str:
    made = call(stage.world)
    calling.take(call_id=made.pk, officer=staff("lin"), now=stage.world.now)
    stage.officer()
    return f"/desk/callbacks/{made.reference}"


@scene("D-complaints", "desk:complaints")
def complaints(stage: Stage) -> str:
    complaint(stage.world)
    stage.world.clock.pass_(days=16)
    complaint(stage.world, "+8613000000089")
    stage.officer()
    return "/desk/complaints"


@scene("D-complaint-taken", "desk:complaint")
def a_complaint(stage: Stage) -> str:
    made = complaint(stage.world)
    complaining.take(complaint_id=made.pk, officer=stage.officer(), now=stage.world.now)
    return f"/desk/complaints/{made.reference}"


@scene("D-complaint-error", "desk:complaint", status=422, press="desk.complaint.send")
def an_empty_answer(stage: Stage) -> str:
    return a_complaint(stage)


@scene("D-complaint-over", "desk:complaint")
def an_answered_complaint(stage: Stage) -> str:
    made = answered(stage.world)
    stage.officer()
    return f"/desk/complaints/{made.reference}"


@scene("D-complaint-look-unexplained", "desk:complaint", status=422, press="desk.reveal.go")
def looked_without_a_reason(stage: Stage) -> str:
    return an_answered_complaint(stage)


@scene("D-complaints-late", "desk:complaints")
def late_complaints(stage: Stage) -> str:
    complaints(stage)
    return "/desk/complaints?view=late"


@scene("D-complaint-late", "desk:complaint")
def a_late_complaint(stage: Stage) -> str:
    made = complaint(stage.world)
    stage.world.clock.pass_(days=16)
    stage.officer("zhao", ActorKind.COMPLIANCE)
    return f"/desk/complaints/{made.reference}"


@scene("D2-late-complaints", "desk:work")
def day_of_a_supervisor(stage: Stage) -> str:
    a_late_complaint(stage)
    return "/desk/"
