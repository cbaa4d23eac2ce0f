"""Say that everything is done, and end the case."""

from xiaohu.closures import moves, submitting
from xiaohu.closures.work import Progress, Work
from xiaohu.core.actors import WORKER
from xiaohu.core.moves import Action
from xiaohu.core.notices import Notice
from xiaohu.core.steps import Step


def run(work: Work) -> Progress:
    """Tell the person where both documents are, and finish."""
    now = work.clock()
    with work.commit(Step.NOTIFY) as closing:
        submitting.tell(closing.case, Notice.DONE, now=now)
        moves.move(closing.case, Action.FINISH, actor=WORKER, now=now)
    return Progress.WAITS
