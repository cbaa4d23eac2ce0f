"""Seal apart what the law keeps, before the rest is erased."""

from xiaohu.closures import keeping
from xiaohu.closures.work import Progress, Work
from xiaohu.core.steps import Step


def run(work: Work) -> Progress:
    """Move each kept category under the key of its basis and month of expiry."""
    now = work.clock()
    with work.commit(Step.SEAL) as closing:
        keeping.seal_kept(closing, now=now)
    return Progress.GOES_ON
