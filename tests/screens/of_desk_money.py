"""Scenes of what two sides disagree about in money."""

from tests.closures.test_repaying import finance
from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import OPERATOR, closing_of
from xiaohu.closures import resolving
from xiaohu.core.actors import ActorKind
from xiaohu.core.findings import DecisionReason, FindingDecision, FindingKind, FindingSource
from xiaohu.queue import clock
from xiaohu.settlement import findings
from xiaohu.settlement.models import Finding, Reconciliation

SEVERAL = (
    (FindingKind.CHARGEBACK, FindingSource.CALLBACK, 12640, 12640, "PAY-000001"),
    (FindingKind.UNKNOWN_TO_US, FindingSource.STATEMENT, None, 500, "PAY-20261123-000917"),
    (FindingKind.STATEMENT_REFUSED, FindingSource.STATEMENT, None, None, "2026-11-23.csv"),
    (FindingKind.LINE_NOT_CLOSED, FindingSource.RECONCILIATION, None, None, ""),
)


def found(stage: Stage, number: int = 0) -> Finding:
    """Arrange something found about a request."""
    kind, source, ours, theirs, reference = SEVERAL[number]
    about = closing_of(stage.world.draft()).pk if number in {0, 3} else None
    return findings.note(
        operator=OPERATOR,
        kind=kind,
        source=source,
        reference=reference,
        closing_id=about,
        ours_fen=ours,
        theirs_fen=theirs,
        now=stage.world.now,
    )


def wrong_amount(stage: Stage) -> Finding:
    """Arrange a payment of another amount."""
    return findings.note(
        operator=OPERATOR,
        kind=FindingKind.WRONG_AMOUNT,
        source=FindingSource.CALLBACK,
        reference="PAY-000001",
        closing_id=closing_of(stage.world.draft()).pk,
        effect_id=stage.world.line().pk,
        ours_fen=12640,
        theirs_fen=12600,
        now=stage.world.now,
    )


def compared(stage: Stage, differences: int = 0, trouble: str = "") -> None:
    """Arrange today's comparison."""
    now = clock.now()
    Reconciliation.objects.create(
        operator=OPERATOR,
        day=now.date(),
        began_at=now,
        ended_at=None if trouble else now,
        differences=differences,
        trouble=trouble,
    )


def propose(stage: Stage, finding: Finding, name: str = "qian") -> None:
    """Arrange that somebody of finance proposed a decision."""
    resolving.propose(
        finding_id=finding.pk,
        decision=FindingDecision.OURS_STANDS,
        why=DecisionReason.PROVIDER_CONFIRMED,
        proof="SLIP-20261123-01",
        officer=finance(name),
        now=stage.world.now,
    )


@scene("D9-money-none", "desk:money")
def none(stage: Stage) -> str:
    compared(stage)
    stage.officer()
    return "/desk/money"


@scene("D9-money-list", "desk:money")
def listed(stage: Stage) -> str:
    compared(stage, differences=3)
    for number in range(1, len(SEVERAL)):
        found(stage, number)
    stage.officer()
    return "/desk/money"


@scene("D9-money-never-compared", "desk:money")
def never(stage: Stage) -> str:
    found(stage, 1)
    stage.officer()
    return "/desk/money"


@scene("D9-money-away", "desk:money")
def away(stage: Stage) -> str:
    compared(stage, trouble="OPERATOR_UNAVAILABLE")
    propose(stage, wrong_amount(stage))
    stage.officer()
    return "/desk/money?view=proposed"


@scene("D9-finding", "desk:finding")
def one(stage: Stage) -> str:
    finding = wrong_amount(stage)
    finance("qian")
    stage.officer("qian")
    return f"/desk/money/{finding.pk}"


@scene("D9-finding-missing", "desk:finding", status=422, press="finding.propose")
def missing(stage: Stage) -> str:
    return one(stage)


@scene("D9-finding-alone", "desk:finding")
def alone(stage: Stage) -> str:
    finance("qian")
    stage.officer("qian")
    return f"/desk/money/{found(stage, 2).pk}"


@scene("D9-finding-proposed", "desk:finding")
def proposed(stage: Stage) -> str:
    finding = wrong_amount(stage)
    propose(stage, finding)
    stage.officer("qian")
    return f"/desk/money/{finding.pk}"


@scene("D9-finding-to-confirm", "desk:finding")
def to_confirm(stage: Stage) -> str:
    path = proposed(stage)
    finance("sun")
    stage.officer("sun")
    return path


@scene("D9-finding-decided", "desk:finding")
def decided(stage: Stage) -> str:
    finding = wrong_amount(stage)
    propose(stage, finding)
    resolving.agree(finding_id=finding.pk, officer=finance("sun"), now=stage.world.now)
    stage.officer("sun")
    return f"/desk/money/{finding.pk}"


@scene("D9-finding-look-only", "desk:finding")
def look_only(stage: Stage) -> str:
    finding = wrong_amount(stage)
    stage.officer("wu", ActorKind.REVIEWER)
    return f"/desk/money/{finding.pk}"


@scene("D2-finance", "desk:work")
def first_page(stage: Stage) -> str:
    wrong_amount(stage)
    finance("qian")
    stage.officer("qian")
    return "/desk/"
