"""Looks at papers: each is recorded, and whoever says that they compared the papers has had them all."""

from uuid import UUID

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.closures.models import Case
from xiaohu.core.actors import ActorKind
from xiaohu.core.applicants import COMPARED
from xiaohu.proofing import papers
from xiaohu.proofing.papers import Listed
from xiaohu.queue import clock
from xiaohu.trail import events

LOOK = "view_paper"


@transaction.atomic(durable=True)
def note(case: Case, paper_id: UUID, officer: StaffUser) -> None:
    """Record that an officer looked at a page."""
    events.record(
        operator=case.operator,
        actor=officer.actor(ActorKind.REVIEWER),
        action=LOOK,
        case_id=case.pk,
        evidence={"paper": str(paper_id)},
        now=clock.now(),
    )


def unseen(case: Case, officer: StaffUser) -> list[Listed]:
    """Return the pages to be compared with what is registered that an officer has not looked at yet."""
    actor = officer.actor(ActorKind.REVIEWER)
    looks = [e for e in events.of_case(case.pk) if e.action == LOOK and e.actor_id == actor.id]
    seen = {look.evidence.get("paper") for look in looks}
    return [page for page in papers.of_case(case.pk, kinds=COMPARED) if str(page.id) not in seen]
