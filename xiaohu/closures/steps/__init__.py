"""The steps of a closing, in the order of `core`; each file carries out one."""

from collections.abc import Callable, Mapping

from xiaohu.closures.steps import (
    certify,
    close_account,
    collect_bill,
    disconnect,
    end_filing,
    erase,
    freeze,
    notify,
    prepare,
    quarantine,
    refund,
    seal,
    settle,
    statement,
)
from xiaohu.closures.work import Progress, Work
from xiaohu.core.steps import Step
from xiaohu.queue import faults

STEPS: Mapping[Step, Callable[[Work], Progress]] = {
    Step.PREPARE: prepare.run,
    Step.FREEZE: freeze.run,
    Step.DISCONNECT: disconnect.run,
    Step.END_FILING: end_filing.run,
    Step.QUARANTINE: quarantine.run,
    Step.CERTIFY: certify.run,
    Step.COLLECT_BILL: collect_bill.run,
    Step.SETTLE: settle.run,
    Step.REFUND: refund.run,
    Step.CLOSE_ACCOUNT: close_account.run,
    Step.SEAL: seal.run,
    Step.ERASE: erase.run,
    Step.STATEMENT: statement.run,
    Step.NOTIFY: notify.run,
}

EFFECTS = (
    Step.PREPARE,
    Step.FREEZE,
    Step.DISCONNECT,
    Step.END_FILING,
    Step.QUARANTINE,
    Step.COLLECT_BILL,
    Step.REFUND,
    Step.ERASE,
)

for _step in Step:
    if _step in EFFECTS:
        faults.register_effect(_step.value)
    else:
        faults.register_commit(_step.value)
