"""Say that everything is done, and end the case."""

from xiaohu.closures import moves, submitting
from xiaohu.closures.work import Progress, Work
from xiaohu.core.actors import WORKER
from xiaohu.core.moves import Action
from xiaohu.core.notices import Notice
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Step


def run(work: Work) -> Progress:
    """Finish; with the last line of a case, tell the person where all documents are."""
    now = work.clock()
    with work.commit(Step.NOTIFY) as closing:
        moves.move_closing(closing, Action.FINISH, actor=WORKER, now=now)
        if closing.case.state == CaseState.DONE.value:
            submitting.tell(closing.case, Notice.DONE, now=now)
    return Progress.WAITS
