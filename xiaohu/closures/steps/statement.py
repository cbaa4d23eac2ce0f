"""Issue the statement: settlement, what was erased, what is kept until when."""

from xiaohu.closures import documents
from xiaohu.closures.models import DocumentKind
from xiaohu.closures.work import Progress, Work
from xiaohu.core.steps import Step


def run(work: Work) -> Progress:
    """Sign the statement."""
    now = work.clock()
    with work.commit(Step.STATEMENT) as closing:
        payload = documents.statement_payload(closing)
        documents.issue(closing, DocumentKind.STATEMENT, payload, now=now)
    return Progress.GOES_ON
