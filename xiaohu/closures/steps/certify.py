"""Issue the closing certificate: from here on the person can show that the line is closed."""

from xiaohu.closures import documents, documents_of_organisations, moves, submitting
from xiaohu.closures.models import DocumentKind
from xiaohu.closures.work import Progress, Work
from xiaohu.core.actors import WORKER
from xiaohu.core.calendar import day_of
from xiaohu.core.moves import Action
from xiaohu.core.notices import Notice
from xiaohu.core.steps import Step


def run(work: Work) -> Progress:
    """Sign the certificate and tell the person its number."""
    now = work.clock()
    with work.commit(Step.CERTIFY) as closing:
        payload = documents.certificate_payload(closing, now=now)
        issued = documents.issue(closing, DocumentKind.CERTIFICATE, payload, now=now)
        documents_of_organisations.issue_if_whole(closing.case, now=now)
        moves.move_closing(
            closing,
            Action.CERTIFY,
            actor=WORKER,
            now=now,
            evidence={"document": issued.number},
        )
        told = Notice.INVOLUNTARY_DONE if closing.case.by_operator else Notice.CLOSED
        day = day_of(closing.disconnected_at or now).isoformat()
        submitting.tell(closing.case, told, now=now, cert=issued.number, day=day)
    return Progress.GOES_ON
