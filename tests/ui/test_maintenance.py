"""A planned stop: calm pages with a time, health checks that answer, and no database asked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings
from typer.testing import CliRunner

from tests.portal.browser import page, words
from tests.portal.conftest import STATIC
from xiaohu.config.options import Options
from xiaohu.core.profile import Bilingual, Contact
from xiaohu.ops.cli import app
from xiaohu.ui import maintenance, reachable

HEALTHY = "/healthz"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield the data folder of a machine."""
    options = settings.XIAOHU.model_copy(update={"data_dir": tmp_path})
    monkeypatch.setattr(settings, "XIAOHU", options)
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": STATIC}):
        yield tmp_path


def soon() -> datetime:
    """Return a moment in half an hour."""
    return datetime.now(UTC) + timedelta(minutes=30)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/desk", "/case/1", "/verify"])
def test_every_page_says_when_the_service_is_back(folder: Path, path: str) -> None:
    maintenance.begin(folder, until=soon())
    answer = Client().get(path)  # no database is at hand in this test
    assert answer.status_code == 503
    assert "已提交的申请不受影响" in words(answer)
    assert 0 < int(answer["Retry-After"]) <= 1800
    assert "Content-Security-Policy" in answer


def test_it_says_how_to_reach_people_as_it_was_read_last(folder: Path) -> None:
    maintenance.begin(folder, until=soon())
    assert "客服" not in words(Client().get("/"))
    for hotline in ("10000", "10001", "10000"):
        called = Bilingual(zh=hotline, en=hotline)
        hours = Bilingual(zh="每日 8:00–20:00", en="8:00–20:00")
        reachable.note(Contact(hotline=called, hours=hours, complaint=hours))
        assert f"客服 {hotline}，每日 8:00–20:00" in words(Client().get("/"))


def test_a_folder_that_cannot_be_written_to_stops_no_page(folder: Path) -> None:
    (folder / reachable.FILE).mkdir()
    words_of = Bilingual(zh="10000", en="10000")
    reachable.note(Contact(hotline=words_of, hours=words_of, complaint=words_of))
    assert reachable.known() is None


def test_it_speaks_the_reader_s_language(folder: Path) -> None:
    maintenance.begin(folder, until=soon())
    client = Client()
    client.cookies["xh_lang"] = "en"
    assert '<html lang="en">' in page(client.get("/"))


def test_health_checks_answer(folder: Path) -> None:
    maintenance.begin(folder, until=soon())
    assert Client().get(HEALTHY).status_code == 200


def test_a_stop_that_lasts_longer_promises_no_time(folder: Path) -> None:
    maintenance.begin(folder, until=datetime.now(UTC) - timedelta(minutes=1))
    answer = Client().get("/")
    assert answer.status_code == 503
    assert "即将结束" in words(answer)


@pytest.mark.parametrize("broken", ["", "{}", "[]", '{"until": 7}', "not json"])
def test_a_file_that_cannot_be_read_is_a_stop(folder: Path, broken: str) -> None:
    (folder / maintenance.FILE).write_text(broken)
    assert Client().get("/").status_code == 503


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> tuple[int, str]:
    """Run the command on a machine; return its exit code and what it said."""
    options = Options(data_dir=folder)
    monkeypatch.setattr("xiaohu.ops.maintenance_commands.load", lambda: options)
    done = CliRunner().invoke(app, ["maintenance", *words])
    return done.exit_code, done.output


@pytest.mark.parametrize("until", ["+30m", "+2h"])
def test_the_command_stops_and_starts(
    folder: Path, monkeypatch: pytest.MonkeyPatch, until: str
) -> None:
    code, said = run(monkeypatch, folder, "on", "--until", until)
    assert (code, bool(said)) == (0, True)
    assert maintenance.planned(folder) is not None
    assert run(monkeypatch, folder, "off", "--lang", "zh")[0] == 0
    assert maintenance.planned(folder) is None
    assert "没有暂停" in run(monkeypatch, folder, "off", "--lang", "zh")[1]


@pytest.mark.parametrize("until", ["soon", "", "+9d", "2020-01-01T00:00", "+9999h", "2026-13-01"])
def test_a_time_that_makes_no_sense_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, until: str
) -> None:
    assert run(monkeypatch, folder, "on", "--until", until)[0] == 2
    assert maintenance.planned(folder) is None


def test_china_s_time_is_meant(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = datetime.now(UTC) + timedelta(hours=1)
    given = (wanted + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")
    assert run(monkeypatch, folder, "on", "--until", given)[0] == 0
    planned = maintenance.planned(folder)
    assert planned is not None
    assert abs(planned.until - wanted) < timedelta(minutes=1)
