"""The operator's own database, which knows of the lines that are to go."""

from tests.erasure.crm import Crm
from tests.stories import closing_of
from xiaohu.closures.models import Case
from xiaohu.registry import lines


def register(stores: Crm, case: Case, *, at: int) -> None:
    """Let the operator's own database know somebody whose line is to go."""
    line = closing_of(case).line
    assert line is not None
    stores.add(subscription=line.subscription_id, number=lines.number(line), document="–", at=at)
