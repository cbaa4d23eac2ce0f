"""End the sign-in account: no name, no password, no session."""

from xiaohu.access import accounts, sessions
from xiaohu.closures.work import Progress, Work
from xiaohu.core.steps import Step


def run(work: Work) -> Progress:
    """Close the account in scope."""
    now = work.clock()
    with work.commit(Step.CLOSE_ACCOUNT) as closing:
        if closing.account_id is not None:
            accounts.close(account_id=closing.account_id, now=now)
            sessions.end_by_case(closing.case_id, line_id=None, account_id=closing.account_id)
    return Progress.GOES_ON
