"""What people must decide about money, with both sides, the request it is about, and who did what."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from xiaohu.access.models import StaffUser
from xiaohu.closures import resolving
from xiaohu.closures.models import Closing
from xiaohu.core.actors import ActorKind
from xiaohu.core.findings import FindingDecision, FindingKind
from xiaohu.desk import work
from xiaohu.settlement import findings
from xiaohu.settlement.models import Finding

VIEWS = ("open", "proposed", "decided")
MOST = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One finding as the desk shows it."""

    finding: Finding
    case: str
    proposed_by: str
    decided_by: str

    @property
    def possible(self) -> tuple[FindingDecision, ...]:
        """What may be decided of it."""
        return resolving.possible(self.finding)

    @property
    def seen(self) -> str:
        """By what its proposal is known again."""
        return findings.seen_as(self.finding)


def listed(view: str, kind: str) -> list[Row]:
    """Return the findings of a view, what waits longest or was decided last first."""
    found = _all()
    if kind in set(FindingKind):
        found = found.filter(kind=kind)
    match view:
        case "decided":
            found = found.filter(decided_at__isnull=False).order_by("-decided_at", "pk")
        case "proposed":
            found = found.filter(decided_at=None).exclude(proposal="")
        case _:
            found = found.filter(decided_at=None)
    return _rows(list(found[:MOST]))


def to_decide(officer: StaffUser) -> str:
    """Return in figures how many wait for a decision, for those of finance; nothing for none."""
    return waiting() if officer.acts_as(ActorKind.FINANCE) else ""


def waiting() -> str:
    """Return in figures how many wait for a decision; nothing for none."""
    open_ = _all().filter(decided_at=None)[: work.MOST + 1].count()
    return work.in_figures(open_) if open_ else ""


def one(finding_id: UUID) -> Row | None:
    """Return one of them."""
    found = _all().filter(pk=finding_id).first()
    return _rows([found])[0] if found is not None else None


def may_decide(finding: Finding, officer: StaffUser) -> bool:
    """Say whether somebody has a role that decides it."""
    return any(officer.acts_as(kind) for kind in findings.rule_of(finding).actors)


def _all() -> QuerySet[Finding]:
    return Finding.objects.filter(operator=settings.XIAOHU.operator).order_by("found_at", "pk")


def _rows(found: Sequence[Finding]) -> list[Row]:
    closings = Closing.objects.filter(pk__in={f.closing_id for f in found if f.closing_id})
    cases = dict(closings.values_list("pk", "case__reference"))
    people = {who for f in found for who in (f.proposed_by_id, f.decided_by_id) if who}
    names = dict(StaffUser.objects.filter(pk__in=people).values_list("pk", "display_name"))
    return [
        Row(
            finding=each,
            case=cases.get(each.closing_id, "") if each.closing_id else "",
            proposed_by=names.get(each.proposed_by_id, "") if each.proposed_by_id else "",
            decided_by=names.get(each.decided_by_id, "") if each.decided_by_id else "",
        )
        for each in found
    ]
