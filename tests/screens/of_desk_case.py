"""Scenes of one case at the desk, and of deciding it."""

from tests.assistance.asking import call, complaint
from tests.closures.states import carried_out, claimed, in_review, large, refused
from tests.closures.test_ending_filing import restricted
from tests.erasure.archive import ARCHIVE, CACHE
from tests.screens.of_checks import silence
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import closing_of, holder_of, staff
from xiaohu.closures import appealing, checking, clearing_pictures, noting, reviewing
from xiaohu.closures.models import Case
from xiaohu.core.actors import ActorKind
from xiaohu.core.review import RefusalReason
from xiaohu.desk import presence
from xiaohu.erasure.models import OutsideErasure

LONG = "已与机主电话核对：姓名、证件和号码一致，退款账户已核实。" * 6


def at(case: Case, rest: str = "") -> str:
    """Return the address of a case at the desk."""
    return f"/desk/case/{case.reference}{rest}"


@scene("D4-notes", "desk:case")
def notes(stage: Stage) -> str:
    case = in_review(stage.world)
    officer = stage.officer()
    for text in (LONG, "مرحبا، اتصلت بالعميل اليوم 130 وسأعود غدًا", "Called back; agrees."):
        noting.write(case_id=case.pk, text=text, officer=officer, now=stage.world.now)
        stage.world.clock.pass_(minutes=3)
    return at(case)


@scene("D4-asked-about", "desk:case")
def asked_about(stage: Stage) -> str:
    case = in_review(stage.world)
    call(stage.world, case_id=case.pk)
    complaint(stage.world, case_id=case.pk)
    stage.officer()
    return at(case)


@scene("D4-asking", "desk:case", press="btn.check_again")
def operator_silent(stage: Stage) -> str:
    case = in_review(stage.world)
    stage.officer()
    silence(stage)
    return at(case)


@scene("D4-empty-note", "desk:case", status=422, press="desk.note_go")
def empty_note(stage: Stage) -> str:
    case = in_review(stage.world)
    stage.officer()
    return at(case)


@scene("D4-another-officer", "desk:case")
def another_officer(stage: Stage) -> str:
    case = in_review(stage.world)
    presence.note(case_id=case.pk, officer=staff("wang"), now=stage.world.now)
    stage.officer()
    return at(case)


@scene("D4-clash", "desk:case")
def clash(stage: Stage) -> str:
    case = claimed(stage.world, staff("wang"))
    stage.officer()
    return at(case)


@scene("D4-papers-and-checks", "desk:case")
def papers_and_checks(stage: Stage) -> str:
    case = stage.world.submit(large(stage.world))
    stage.officer()
    return at(case)


@scene("D4-papers-shown", "desk:case", press="desk.papers_show")
def papers_shown(stage: Stage) -> str:
    return papers_and_checks(stage)


@scene("D5-papers-shown", "desk:decide", press="desk.papers_show")
def papers_where_it_is_decided(stage: Stage) -> str:
    case = stage.world.submit(large(stage.world))
    reviewing.claim(case_id=case.pk, officer=stage.officer(), now=stage.world.now)
    return at(case, "/decide?outcome=approve")


@scene("D4-pictures-kept-until", "desk:case")
def pictures_kept_until(stage: Stage) -> str:
    return at(_done_with_pictures(stage))


@scene("D4-pictures-dropped", "desk:case")
def pictures_dropped(stage: Stage) -> str:
    case = _done_with_pictures(stage)
    stage.world.clock.pass_(days=1)
    clearing_pictures.drop_due(now=stage.world.now)
    return at(case)


def _done_with_pictures(stage: Stage) -> Case:
    case = stage.world.submit(large(stage.world))
    officer = staff("wang")
    reviewing.claim(case_id=case.pk, officer=officer, now=stage.world.now)
    reviewing.approve(case_id=case.pk, officer=officer, now=stage.world.now)
    stage.world.skip_until(case, lambda: Case.objects.get(pk=case.pk).state != "scheduled")
    stage.officer()
    return case


@scene("D4-trouble", "desk:case")
def trouble(stage: Stage) -> str:
    case = carried_out(stage.world, "disconnect")
    stage.officer()
    return at(case)


@scene("D4-done", "desk:case")
def done(stage: Stage) -> str:
    case = stage.world.close()
    stage.officer()
    return at(case)


@scene("D5-old-checks", "desk:decide")
def old_checks(stage: Stage) -> str:
    case = claimed(stage.world, stage.officer())
    stage.world.clock.pass_(minutes=31)
    return at(case, "/decide?outcome=approve")


@scene("D5-compared", "desk:decide", status=422, press="desk.confirm.approve")
def compared(stage: Stage) -> str:
    case = stage.world.submit(large(stage.world))
    reviewing.claim(case_id=case.pk, officer=stage.officer(), now=stage.world.now)
    return at(case, "/decide?outcome=approve")


@scene(
    "D5-unseen",
    "desk:decide",
    status=422,
    press="desk.confirm.approve",
    typed={"compared": "on"},
)
def unseen(stage: Stage) -> str:
    return compared(stage)


@scene("D5-no-reason", "desk:decide", status=422, press="desk.confirm.refuse")
def no_reason(stage: Stage) -> str:
    case = claimed(stage.world, stage.officer())
    return at(case, "/decide?outcome=refuse")


@scene("D5-blocked", "desk:decide", status=409, press="desk.confirm.approve")
def blocked(stage: Stage) -> str:
    case = claimed(stage.world, stage.officer())
    stage.world.outside.change(stage.world.line(), arrears_fen=3820)
    checking.run(case_id=case.pk, now=stage.world.now)
    return at(case, "/decide?outcome=approve")


@scene("D5-decided", "desk:work")
def decided(stage: Stage) -> str:
    case = claimed(stage.world, stage.officer())
    stage.send(at(case, "/decide"), outcome="approve")
    return "/desk/"


@scene("D4-long-names-and-amounts", "desk:case")
def long_names_and_amounts(stage: Stage) -> str:
    """The longest name of an officer in the identity bar, and a large balance."""
    case = in_review(stage.world)
    officer = stage.officer()
    officer.display_name = "阿不都热合曼江·买买提明示例" * 4
    officer.save()
    stage.world.outside.change(stage.world.line(), cash_fen=123456789, arrears_fen=3820)
    checking.run(case_id=case.pk, now=stage.world.now)
    reviewing.claim(case_id=case.pk, officer=officer, now=stage.world.now)
    return at(case)


@scene(
    "D5-return-with-a-note",
    "desk:decide",
    press="desk.preview_again",
    typed={"reasons": "payee_unclear", "note": "银行卡照片里的户名看不清，请换一张光线好的。"},
)
def return_with_a_note(stage: Stage) -> str:
    case = claimed(stage.world, stage.officer())
    return at(case, "/decide?outcome=return")


@scene(
    "D5-note-too-long",
    "desk:decide",
    status=422,
    press="desk.confirm.return",
    typed={"reasons": "payee_unclear", "note": "请重新上传。" * 20},
)
def note_too_long(stage: Stage) -> str:
    case = claimed(stage.world, stage.officer())
    return at(case, "/decide?outcome=return")


@scene("D5-decided-by-another", "desk:decide")
def decided_by_another(stage: Stage) -> str:
    """Words come back that were typed before somebody else decided."""
    by = staff("wang")
    case = claimed(stage.world, by)
    reviewing.refuse(
        case_id=case.pk,
        officer=by,
        reasons=[RefusalReason.DUPLICATE],
        now=stage.world.now,
    )
    stage.officer()
    return stage.type(
        at(case, "/decide"),
        outcome="return",
        reasons="payee_unclear",
        note="银行卡照片里的户名看不清，请换一张光线好的。",
    )


@scene("D5-not-taken", "desk:decide")
def not_taken(stage: Stage) -> str:
    case = in_review(stage.world)
    stage.officer()
    return at(case, "/decide?outcome=return")


@scene("D5-another-decides", "desk:decide")
def another_decides(stage: Stage) -> str:
    case = claimed(stage.world, staff("wang"))
    stage.officer()
    return at(case, "/decide?outcome=return")


@scene("D5-only-reviewers", "desk:decide")
def only_reviewers(stage: Stage) -> str:
    case = in_review(stage.world)
    stage.officer("lin", ActorKind.OFFICER)
    return at(case, "/decide?outcome=approve")


@scene("D4-only-reviewers", "desk:case")
def looked_at_only(stage: Stage) -> str:
    case = in_review(stage.world)
    stage.officer("lin", ActorKind.OFFICER)
    return at(case)


@scene("D4-refused", "desk:case")
def refused_case(stage: Stage) -> str:
    case = refused(stage.world)
    stage.officer("wang")
    return at(case)


@scene("D4-second-look", "desk:case")
def second_look(stage: Stage) -> str:
    """A request looked at again by another person, with the refusal it is about."""
    case = refused(stage.world)
    again = appealing.appeal(case_id=case.pk, actor=holder_of(case), now=stage.world.now)
    stage.world.answer(again)
    stage.world.submit(again)
    stage.officer("wang")
    return at(again)


def by_hand(stage: Stage) -> str:
    """Wait for somebody to erase in the archive of papers; return where that is recorded."""
    stage.list_stores(ARCHIVE)
    case = stage.world.close()
    stage.officer()
    row = OutsideErasure.objects.get(closing_id=closing_of(case).pk, dataset="forms")
    return at(case, f"/erased/{row.pk}")


@scene("D4-by-hand", "desk:by_hand")
def erased_by_hand(stage: Stage) -> str:
    return by_hand(stage)


@scene("D4-by-hand-wrong", "desk:by_hand", status=422, press="by_hand.go")
def erased_by_hand_wrong(stage: Stage) -> str:
    return by_hand(stage)


def restricted_line(stage: Stage) -> Case:
    """Return a case that waits for a look before the data of its restricted line goes."""
    restricted(stage.world.line())
    return stage.world.close()


@scene("D4-restriction-waits", "desk:case")
def restriction_waits(stage: Stage) -> str:
    case = restricted_line(stage)
    stage.officer()
    return at(case)


@scene("D4-restriction-check", "desk:restriction_check", status=422, press="restriction_check.go")
def restriction_check(stage: Stage) -> str:
    case = restricted_line(stage)
    stage.officer()
    return at(case, f"/restriction/{closing_of(case).pk}")


@scene("D4-store-away", "desk:case")
def store_away(stage: Stage) -> str:
    stage.list_stores(ARCHIVE + CACHE)
    case = stage.world.close()
    stage.officer()
    return at(case)
