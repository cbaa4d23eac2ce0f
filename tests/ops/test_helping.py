"""`xiaohu help`: what readers missed, one plain line each."""

import pytest
from typer.testing import CliRunner

from tests.stories import NOON, OPERATOR
from xiaohu.assistance import feedback
from xiaohu.ops.help_commands import help_app

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def printed(command: str) -> str:
    """Run one of the commands."""
    ran = CliRunner().invoke(help_app, [command])
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_prints_what_was_asked_rated_and_said() -> None:
    here = {"operator": OPERATOR, "language": "zh-hans", "now": NOON}
    feedback.note_unanswered(words="火星移民", **here)  # type: ignore[arg-type]
    feedback.rate(slug="balance", helped=False, address="a", **here)  # type: ignore[arg-type]
    feedback.remark(slug="balance", words="押金\n怎么退", address="a", **here)  # type: ignore[arg-type]
    assert printed("searches") == "1\tzh-hans\t火星移民\n"
    assert printed("ratings") == "0\t1\tzh-hans\tbalance\n"
    assert printed("remarks") == "2026-11-23\tzh-hans\tbalance\t押金 怎么退\n"
