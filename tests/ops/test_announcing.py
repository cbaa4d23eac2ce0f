"""`xiaohu incident`: open, update, close, list."""

import pytest
from typer.testing import CliRunner

from tests.stories import NOON, OPERATOR
from xiaohu.assistance import incidents
from xiaohu.ops.incident_commands import incident_app
from xiaohu.queue import clock

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
WORDS = ["--zh", "系统维护", "--en", "Maintenance"]


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be noon."""
    monkeypatch.setattr(clock, "now", lambda: NOON)


def run(*given: str) -> tuple[int, str]:
    """Run a command and return its code and what it printed."""
    ran = CliRunner().invoke(incident_app, list(given))
    return ran.exit_code, ran.output.strip()


def test_an_incident_from_beginning_to_end() -> None:
    until = ["--until", "2026-11-23 18:00"]
    code, number = run("open", "--part", "checks", "--part", "refunds", "--down", *until, *WORDS)
    assert code == 0
    assert run("update", number, *WORDS) == (0, number)
    [row] = incidents.recent(OPERATOR, now=NOON)
    assert row.expected_at is not None
    assert row.expected_at.isoformat() == "2026-11-23T10:00:00+00:00"
    listed = f"{number}\t2026-11-23 12:00\tdown\tchecks,refunds\t系统维护\tMaintenance"
    assert run("list") == (0, listed)
    assert run("close", number, *WORDS) == (0, number)
    assert "closed" in run("list")[1]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["open", "--part", "nonsense", *WORDS], 2),
        (["open", "--part", "checks", "--zh", " ", "--en", "x"], 2),
        (["open", "--part", "checks", "--zh", "x"], 2),
        (["update", "999999", *WORDS], 5),
        (["close", "999999", *WORDS], 5),
    ],
)
def test_what_cannot_be_done_says_why(given: list[str], code: int) -> None:
    assert run(*given)[0] == code
    assert incidents.recent(OPERATOR, now=NOON) == []
