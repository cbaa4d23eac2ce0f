"""`xiaohu policy` and `xiaohu calendar`: results to stdout, sentences to stderr, exit codes."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from typer.testing import CliRunner, Result

from xiaohu.ops import policy_commands, prepare, worker
from xiaohu.ops.cli import app
from xiaohu.ops.sentences import CannotStart
from xiaohu.queue import clock
from xiaohu.registry import calendars, policies

GENERIC = policies.shipped("generic-cn")
OK, FAILED, NOT_FOUND, REFUSED, DIFFERENT = 0, 1, 3, 5, 6
SIGNED = GENERIC.replace("unconfirmed = true", "unconfirmed = false") + (
    '\n[sign_off]\nby = "示例法务部"\non = 2026-11-20\n'
)


def run(*arguments: object) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def generic(tmp_path: Path) -> Path:
    """A profile with its test cases beside it."""
    rules, mark, cases = GENERIC.partition("[[tests]]")
    (tmp_path / "mine.tests.toml").write_text(mark + cases, encoding="utf-8")
    file = tmp_path / "mine.toml"
    file.write_text(rules, encoding="utf-8")
    return file


def edit(file: Path, old: str, new: str) -> None:
    """Change a file."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


class TestWithoutADatabase:
    """What an operator's counsel does at home."""

    def test_a_lawful_profile_is_said_to_be_one(self, generic: Path) -> None:
        answer = run("policy", "check", generic)
        assert (answer.exit_code, answer.stdout) == (OK, f"✓ 合法：{generic}\n")

    def test_every_problem_is_told_with_its_way_out(self, generic: Path) -> None:
        edit(generic, "working_days = 3", "working_days = 16")
        edit(generic, "\ndays = 3", "\ndays = 9")
        answer = run("policy", "check", generic)
        assert answer.exit_code == REFUSED
        assert "review.working_days 有误：人工审核不得超过 15 个工作日" in answer.stdout
        assert "cooling_off.days 有误" in answer.stdout
        assert "改法：请写 1 至 15" in answer.stdout
        assert "2 处有误" in answer.stderr
        english = run("policy", "check", generic, "--lang", "en")
        assert "a person decides within 15 working days" in english.stdout
        assert "Write 1 to 15" in english.stdout

    def test_a_file_that_is_not_there_is_not_found(self, tmp_path: Path) -> None:
        assert run("policy", "check", tmp_path / "none.toml").exit_code == NOT_FOUND

    def test_the_cases_beside_a_profile_are_run(self, generic: Path) -> None:
        answer = run("policy", "test", generic)
        assert answer.exit_code == OK
        assert answer.stdout.count("✓") > 30
        edit(generic, "\ndays = 3", "\ndays = 4")
        answer = run("policy", "test", generic)
        assert answer.exit_code == FAILED
        assert "✗ 普通号码" in answer.stdout
        assert "execute_at: 2026-11-26T12:00:00+08:00 → 2026-11-27T12:00:00+08:00" in answer.stdout

    def test_a_profile_without_cases_is_not_tested(self, generic: Path) -> None:
        generic.with_suffix(".tests.toml").unlink()
        answer = run("policy", "test", generic)
        assert answer.exit_code == FAILED
        assert "没有自己的测试用例" in answer.stderr

    def test_two_files_are_compared_in_words(self, generic: Path, tmp_path: Path) -> None:
        other = tmp_path / "other.toml"
        other.write_text(GENERIC, encoding="utf-8")
        same = run("policy", "diff", generic, other)
        assert (same.exit_code, same.stdout) == (OK, "对用户没有变化。\n")
        edit(other, "quarantine_days = 90", "quarantine_days = 120")
        answer = run("policy", "diff", generic, other)
        assert answer.exit_code == DIFFERENT
        assert answer.stdout == (
            "· 改为：号码收回后 120 天内不再投放（原来：号码收回后 90 天内不再投放）\n"
        )


@pytest.mark.django_db
class TestPublishing:
    """What puts rules in force, and what reads them."""

    def test_publishes_lists_and_shows(self, generic: Path) -> None:
        answer = run("policy", "publish", generic)
        assert (answer.exit_code, answer.stdout.split()[:2]) == (OK, ["demo", "2026.11.1"])
        listed = run("policy", "list")
        assert listed.exit_code == OK
        assert "2026.11.1  generic-cn" in listed.stdout
        assert "冷静期 3 天" in run("policy", "show").stdout
        assert "Days of cooling-off: 3" in run("policy", "show", "2026.11.1", "--lang", "en").stdout
        document = json.loads(run("policy", "show", "--json").stdout)
        assert document["cooling_off"] == {"days": 3}

    def test_a_version_and_a_file_are_compared(self, generic: Path) -> None:
        run("policy", "publish", generic)
        edit(generic, 'version = "2026.11.1"', 'version = "2026.12"')
        edit(generic, "quarantine_days = 90", "quarantine_days = 120")
        assert run("policy", "diff", "2026.11.1", generic).exit_code == DIFFERENT

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("working_days = 3", "working_days = 16"),
            ("\ndays = 3", "\ndays = 4"),
            ("[gift]", "[gifts]"),
        ],
    )
    def test_refuses_what_is_unlawful_untested_or_unknown(
        self, generic: Path, old: str, new: str
    ) -> None:
        edit(generic, old, new)
        answer = run("policy", "publish", generic)
        assert answer.exit_code == REFUSED
        assert "PROFILE_REFUSED" in answer.stderr
        assert run("policy", "list").stdout == ""

    def test_refuses_a_profile_without_cases(self, generic: Path) -> None:
        generic.with_suffix(".tests.toml").unlink()
        assert run("policy", "publish", generic).exit_code == REFUSED

    def test_a_version_nobody_published_is_refused(self, generic: Path) -> None:
        run("policy", "publish", generic)
        assert run("policy", "show", "2030.01").exit_code == REFUSED

    def test_for_real_people_an_example_is_not_published(
        self, generic: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = settings.XIAOHU.model_copy(update={"demo": False})
        monkeypatch.setattr(policy_commands, "load", lambda: real)
        answer = run("policy", "publish", generic)
        assert answer.exit_code == REFUSED
        assert "NOT_SIGNED_OFF" in answer.stderr
        generic.with_suffix(".tests.toml").unlink()
        generic.write_text(SIGNED, encoding="utf-8")
        assert run("policy", "publish", generic).exit_code == OK


@pytest.mark.django_db
class TestStarting:
    """Whether the service may start on the rules in force."""

    def refused(self, **options: object) -> bool:
        """Say whether a start is refused."""
        with override_settings(XIAOHU=settings.XIAOHU.model_copy(update=options)):
            try:
                prepare.require_signed_off()
            except CannotStart:
                return True
        return False

    def publish(self, toml: str) -> None:
        """Publish rules."""
        policies.publish(
            operator="demo", toml=toml, actor=prepare.COMMAND_LINE, now=datetime.now(UTC)
        )

    def test_an_example_stops_it_unless_a_setting_allows(self) -> None:
        self.publish(GENERIC)
        assert self.refused(demo=False)
        assert not self.refused(demo=False, allow_examples=True)

    def test_rules_somebody_signed_do_not(self) -> None:
        self.publish(SIGNED)
        assert not self.refused(demo=False)

    def test_it_starts_without_any_rules_so_that_some_can_be_published(self) -> None:
        assert not self.refused(demo=False)


@pytest.mark.django_db
class TestCalendar:
    """Working days at the command line, and the worker's daily look."""

    @pytest.fixture(autouse=True)
    def seeded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A table as of November 2026."""
        now = datetime(2026, 11, 23, 4, tzinfo=UTC)
        monkeypatch.setattr(clock, "now", lambda: now)
        calendars.seed(today=now.date())

    def test_shows_the_unusual_days_of_a_year(self) -> None:
        answer = run("calendar", "show", 2026)
        assert answer.exit_code == OK
        assert answer.stdout.splitlines()[0] == "day,working"
        assert "2026-10-10,1" in answer.stdout
        assert "已按国务院安排" in answer.stderr
        assert "安排尚未公布" in run("calendar", "show", 2027).stderr
        assert run("calendar", "show", 1999).exit_code == NOT_FOUND

    def test_what_is_shown_can_be_loaded(self, tmp_path: Path) -> None:
        file = tmp_path / "2027.csv"
        days = "day,working\n2027-01-01,0\n2027-02-06,1\n"
        file.write_text(days, encoding="utf-8")
        answer = run("calendar", "load", file)
        assert (answer.exit_code, answer.stdout) == (OK, "已载入 2027，重算了 0 个期限\n")
        assert run("calendar", "show", 2027).stdout == days

    def test_a_bad_file_is_refused_by_line(self, tmp_path: Path) -> None:
        file = tmp_path / "bad.csv"
        file.write_text("day,working\n2027-01-01,perhaps\n", encoding="utf-8")
        answer = run("calendar", "load", file)
        assert answer.exit_code == REFUSED
        assert "第 2 行有误：是否上班写法不对" in answer.stderr

    def test_the_worker_looks_once_a_day_and_warns(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        look = next(beat for beat in worker.beats() if beat.seconds == 24 * 3600)
        with caplog.at_level(logging.WARNING):
            look.do()
        assert "the working days of 2027 are not known" in caplog.text
        caplog.clear()
        file = tmp_path / "2027.csv"
        file.write_text("day,working\n2027-01-01,0\n", encoding="utf-8")
        run("calendar", "load", file)
        with caplog.at_level(logging.WARNING):
            look.do()
        assert caplog.text == ""
