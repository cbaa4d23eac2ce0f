"""`xiaohu audit`: the log verified, searched and exported, and what is wrong with it named."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from typer.testing import CliRunner, Result

from tests.stories import World
from tests.template import Template
from xiaohu.closures.models import Case
from xiaohu.gateways import http
from xiaohu.ops.cli import app
from xiaohu.queue import clock
from xiaohu.trail import checkpoints, exporting

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
OK, FAILED, USAGE, REFUSED, DIFFERENT = 0, 1, 2, 5, 6


@pytest.fixture
def world(template: Template, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose clock the commands read."""
    clock.forget()
    made = template.world(tmp_path)
    monkeypatch.setattr(http, "_exchange", made.outside.exchange)
    monkeypatch.setattr(clock, "now", made.clock)
    return made


@pytest.fixture
def case(world: World) -> Case:
    """A case from request to end, and the log signed."""
    case = world.close()
    checkpoints.sign(now=world.now)
    return case


def run(*arguments: object) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, ["audit", *map(str, arguments)])


def test_a_whole_log_is_said_to_be_whole(case: Case) -> None:
    answer = run("verify")
    assert answer.exit_code == OK, answer.output
    assert "记录完整" in answer.stdout
    said = json.loads(run("verify", "--json").stdout)
    assert (said["ok"], said["broken"], said["checkpoints"], said["notes"]) == (True, [], 1, 1)


def test_what_is_wrong_is_named_and_ends_with_six(case: Case, world: World) -> None:
    note = next(settings.XIAOHU.checkpoints.glob("*.note"))
    note.unlink()
    answer = run("verify", "--lang", "en")
    assert answer.exit_code == DIFFERENT
    size = int(note.stem)
    assert f"Checkpoint {size} is missing from the folder" in answer.stdout
    said = json.loads(run("verify", "--json").stdout)
    assert said["broken"] == [{"wrong": "note_missing", "where": str(size)}]


def test_events_that_wait_too_long_are_told(case: Case, world: World) -> None:
    world.draft("+8613000000002")
    world.clock.pass_(minutes=6)
    assert "迟迟未签" in run("verify").stdout


def test_events_are_found_by_what_is_asked(case: Case) -> None:
    def actions(*asked: object) -> list[str]:
        return [
            json.loads(line)["action"]
            for line in run("search", *asked, "--json").stdout.splitlines()
        ]

    of_case = actions("--case", case.reference.lower())
    assert of_case[:1] == ["open"]
    assert of_case[-1] == "finish"
    assert actions("--case", case.pk) == of_case
    assert actions("--case", case.pk, "--action", "certify") == ["certify"]
    assert actions("--case", case.pk, "--limit", 1) == ["finish"]
    assert set(actions("--actor", "subscriber")) < set(actions())
    assert actions("--actor", "worker:worker", "--case", case.pk)
    assert run("search", "--case", "XX-0000-0000").exit_code == REFUSED
    assert actions("--since", "2026-11-26", "--case", case.pk)[0] == "execute"
    assert "finish" not in actions("--until", "2026-11-26")
    table = run("search", "--case", case.reference).stdout
    assert "scheduled → executing" in table


def test_nothing_found_is_said(case: Case) -> None:
    for asked in (("--actor", "nobody"), ("--actor", "a\x00b"), ("--since", "2027-01-01")):
        answer = run("search", *asked)
        assert (answer.exit_code, answer.stdout) == (OK, "")
        assert "没有符合条件的记录" in answer.stderr


@pytest.mark.parametrize("command", ["search", "export"])
def test_what_there_is_none_of_is_said_with_what_there_is(
    case: Case, tmp_path: Path, command: str
) -> None:
    to = ("--to", tmp_path / "log") if command == "export" else ()
    for asked, code, there in (
        (("--operator", "another"), "NO_SUCH_OPERATOR", "demo"),
        (("--action", "erasee"), "NO_SUCH_ACTION", "certify"),
        (("--action", "a\x00b"), "NO_SUCH_ACTION", "certify"),
        (("--case", "a\x00b"), "CASE_NOT_FOUND", ""),
    ):
        answer = run(command, *to, *asked)
        assert answer.exit_code == REFUSED
        assert code in answer.stderr
        assert there in answer.stderr
    assert not (tmp_path / "log").exists()


def test_no_more_events_are_asked_for_than_are_shown(world: World) -> None:
    for limit in (0, 100_001, 10**30):
        assert run("search", "--limit", limit).exit_code == USAGE


@pytest.mark.parametrize("index", [b"1e999", b"NaN", b"null", b"1.0", b'"0"', b"9" * 5000])
def test_an_exported_line_without_a_place_is_named(
    case: Case, tmp_path: Path, index: bytes
) -> None:
    folder = tmp_path / "log"
    run("export", "--to", folder)
    events = folder / exporting.EVENTS
    events.write_bytes(re.sub(rb'"index":\d+', b'"index":' + index, events.read_bytes(), count=1))
    answer = run("verify", "--export", folder)
    assert answer.exit_code == DIFFERENT
    assert answer.stdout


def test_a_folder_named_like_a_note_is_no_note(case: Case) -> None:
    note = next(settings.XIAOHU.checkpoints.glob("*.note"))
    (note.parent / "000000000900.note").mkdir()
    assert run("verify").exit_code == OK
    note.unlink()
    note.mkdir()
    answer = run("verify", "--lang", "en")
    assert answer.exit_code == DIFFERENT
    assert "is missing from the folder" in answer.stdout


@pytest.mark.parametrize("asked", [[], ["--action", "open"]])
def test_an_export_proves_itself(case: Case, tmp_path: Path, asked: list[str]) -> None:
    folder = tmp_path / "log"
    exported = run("export", "--to", folder, *asked)
    assert exported.exit_code == OK, exported.output
    assert run("verify", "--export", folder).exit_code == OK
    events = folder / exporting.EVENTS
    events.write_bytes(events.read_bytes().replace(b'"open"', b'"shut"'))
    answer = run("verify", "--export", folder, "--json")
    assert answer.exit_code == DIFFERENT
    assert not json.loads(answer.stdout)["ok"]


def test_an_export_needs_a_checkpoint_and_a_place(world: World, tmp_path: Path) -> None:
    assert "NOTHING_SIGNED" in run("export", "--to", tmp_path / "x").stderr
    assert run("verify", "--export", tmp_path / "nowhere").exit_code == FAILED
    assert run("search", "--since", "yesterday").exit_code == USAGE
