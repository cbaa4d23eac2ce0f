"""Scenes of the turns a request can take: returned, expired, refund back, refused, looked at again."""

from tests.closures.states import case_in, photo_returned, refused, returned
from tests.screens.of_answers import address
from tests.screens.of_following import shown
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import EMPTY, LARGE, holder_of
from xiaohu.closures import appealing, drafting, paying, purging, refunding
from xiaohu.closures.models import Case
from xiaohu.core.profile import RefundRoute
from xiaohu.core.retention import FOLDER_KEPT_DAYS
from xiaohu.core.review import APPEAL_DAYS, ReturnReason
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope
from xiaohu.registry.models import Line


@scene("S18-several-lines", "portal:case")
def several(stage: Stage) -> str:
    world = stage.world
    clean, empty = world.line(), world.line(EMPTY)
    Line.objects.filter(pk=empty.pk).update(holder_id=clean.holder_id)
    case = drafting.open_case(
        subscriber=world.subscriber(),
        scope=Scope.LINE,
        line_ids=[clean.pk, empty.pk],
        language="zh-hans",
        now=world.now,
    )
    world.answer(case)
    world.submit(case)
    world.outside.fault("operator", refuse=[empty.subscription_id])
    world.clock.pass_(days=3, minutes=1)
    world.work()
    return shown(stage, case)


@scene("S20-fix", "portal:fix")
def fix(stage: Stage) -> str:
    case = returned(stage.world)
    stage.holder()
    return f"{address(case)}/fix"


@scene("S20-several", "portal:fix")
def fix_several(stage: Stage) -> str:
    case = returned(stage.world, *ReturnReason)
    stage.holder()
    return f"{address(case)}/fix"


@scene("S16-still-missing", "portal:review")
def sent_back_unchanged(stage: Stage) -> str:
    case = photo_returned(stage.world)
    drafting.note_effects_read(case_id=case.pk)
    stage.holder(LARGE)
    return f"{address(case)}/check"


@scene("S20-note", "portal:fix")
def fix_with_a_note(stage: Stage) -> str:
    case = returned(
        stage.world,
        ReturnReason.PAYEE_UNCLEAR,
        note="银行卡照片里的户名看不清，请换一张光线好的再传。",
    )
    stage.holder()
    return f"{address(case)}/fix"


@scene("S20-expired", "portal:fix")
def fix_expired(stage: Stage) -> str:
    case = case_in(stage.world, CaseState.EXPIRED)
    stage.holder()
    return f"{address(case)}/fix"


def came_back(stage: Stage) -> Case:
    """Return a case whose refund the bank sent back."""
    return case_in(stage.world, CaseState.REFUND_ATTENTION)


def another_way(stage: Stage) -> Case:
    """Return a case whose refund is on another way."""
    case = came_back(stage)
    refunding.choose_another_way(
        case_id=case.pk,
        route=RefundRoute.ORIGINAL,
        actor=holder_of(case),
        now=stage.world.now,
    )
    return case


@scene("S21-refund", "portal:refund")
def refund(stage: Stage) -> str:
    return f"{shown(stage, came_back(stage))}/refund"


def identified(stage: Stage) -> Case:
    """Return a case whose refund came back, with who names another account shown."""
    case = came_back(stage)
    stage.world.show_identity(case)
    return case


@scene("S21-identity", "portal:payee_identity")
def refund_identity(stage: Stage) -> str:
    return f"{shown(stage, came_back(stage))}/refund/identity"


@scene("S21-identity-nothing", "portal:payee_identity", status=422, press="payee_identity.send")
def refund_identity_nothing(stage: Stage) -> str:
    return refund_identity(stage)


@scene("S21-another-account", "portal:refund")
def refund_another(stage: Stage) -> str:
    return f"{shown(stage, identified(stage))}/refund"


@scene("S21-nothing-chosen", "portal:refund", status=422, press="refund.again")
def refund_nothing(stage: Stage) -> str:
    return refund_another(stage)


@scene("S21-working", "portal:refund")
def refund_working(stage: Stage) -> str:
    return f"{shown(stage, another_way(stage))}/refund"


@scene("S21-paid", "portal:refund")
def refund_paid(stage: Stage) -> str:
    case = another_way(stage)
    stage.world.work()
    return f"{shown(stage, case)}/refund"


@scene("S23-refused", "portal:refused")
def why_refused(stage: Stage) -> str:
    return f"{shown(stage, refused(stage.world))}/refused"


@scene("S23-review", "portal:refused")
def review(stage: Stage) -> str:
    case = refused(stage.world)
    appealing.appeal(case_id=case.pk, actor=holder_of(case), now=stage.world.now)
    stage.holder()
    return f"{address(case)}/refused"


@scene("S23-review-over", "portal:refused")
def review_over(stage: Stage) -> str:
    case = refused(stage.world)
    stage.world.clock.pass_(days=APPEAL_DAYS + 1)
    stage.holder()
    return f"{address(case)}/refused"


@scene("S18-deleted", "portal:case", status=410)
def deleted(stage: Stage) -> str:
    case = case_in(stage.world, CaseState.WITHDRAWN)
    stage.world.clock.pass_(days=FOLDER_KEPT_DAYS + 1)
    purging.purge(now=stage.world.now)
    stage.holder()
    return address(case)


@scene("S18-several-missing", "portal:case")
def several_missing(stage: Stage) -> str:
    case = returned(stage.world, ReturnReason.PAYEE_UNCLEAR, ReturnReason.CONTACT_UNREACHABLE)
    stage.holder()
    return address(case)


@scene("S18-all-there", "portal:case")
def all_there(stage: Stage) -> str:
    case = returned(stage.world, ReturnReason.PAYEE_UNCLEAR)
    paying.set_refund(case_id=case.pk, route=RefundRoute.ORIGINAL)
    stage.holder()
    return address(case)


@scene("S20-checks", "portal:fix")
def checks_failed(stage: Stage) -> str:
    world = stage.world
    case = world.submitted()
    world.outside.change(world.line(), arrears_fen=3820)
    world.skip_until(
        case, lambda: Case.objects.get(pk=case.pk).state == CaseState.AWAITING_CUSTOMER
    )
    stage.holder()
    return f"{address(case)}/fix"
