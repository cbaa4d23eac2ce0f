"""Two embedded clusters for the whole run, started when the first test needs a database."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import pytest_django
from playwright.sync_api import Browser

from tests import chromium
from tests.environment import DATA, PORTS
from tests.faults import summary
from tests.service import Service

if TYPE_CHECKING:
    from tests.template import Template
    from xiaohu.ops.embedded import Cluster

BEGAN = time.time()
DATABASE_FREE = ("tests/core", "tests/laws", "tests/simulators")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what was killed, raced and modelled, and with which seed to do it again."""
    if table := summary.table(since=BEGAN):
        terminalreporter.write_line(table)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a parallel run take pictures of screens: one by one they always are."""
    parser.addoption("--shots", action="store_true", help="take pictures in a parallel run too")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs PostgreSQL and what a parallel run keeps on one worker; put all in order."""
    root = Path(__file__).parent.parent
    seen_by_browser = set()
    for item in items:
        path = item.path.relative_to(root).as_posix()
        if not path.startswith(DATABASE_FREE):
            item.add_marker(pytest.mark.database)
        if (group := _group(item, path)) is not None:
            item.add_marker(pytest.mark.xdist_group(group))
        if "real_browser" in getattr(item, "fixturenames", ()):
            seen_by_browser.add(group)
    items.sort(key=lambda item: _turn(item, seen_by_browser))


def _turn(item: pytest.Item, seen_by_browser: set[str | None]) -> int:
    """Return when a test runs: what dies and commits first, what a browser looks at last.

    Once the browser runs in a worker, Django keeps other connections and another language than
    before: a fork would inherit both, and a flush would wait for the first for ever. What a browser
    looks at goes last even where it kills as well.
    """
    group = item.get_closest_marker("xdist_group")
    if (group.args[0] if group is not None else None) in seen_by_browser:
        return 2
    return 0 if item.get_closest_marker("kill") is not None else 1


def _group(item: pytest.Item, path: str) -> str | None:
    """Return what stays together: a file, or all that shares the one running demo.

    Scenes share nothing and are many: any worker takes the next one.
    """
    if "service" in getattr(item, "fixturenames", ()):
        return "service"
    return None if path.startswith("tests/screens/") else path


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Return the data folder of this run."""
    return DATA


def _quick() -> type["Cluster"]:
    """Return clusters that do not wait for the disk: what dies in tests are processes."""
    from xiaohu.ops.embedded import Cluster

    class Quick(Cluster):
        def _settings(self) -> dict[str, str]:
            unhurried = dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
            return {**super()._settings(), **unhurried}

        def stop(self) -> None:
            self.kill()  # Its folder goes with it: nothing needs to be written down first.

    return Quick


@pytest.fixture(scope="session")
def embedded(data_dir: Path) -> Iterator[SimpleNamespace]:
    """Run both clusters until the session ends."""
    cluster = _quick()
    clusters = SimpleNamespace(
        main=cluster(data_dir, "main"), keystore=cluster(data_dir, "keystore")
    )
    try:
        clusters.main.start()
        clusters.keystore.start()
        yield clusters
    finally:
        clusters.main.stop()
        clusters.keystore.stop()


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Leave the databases in their clusters, which are thrown away as a whole."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(embedded: SimpleNamespace) -> None:
    """Let pytest-django make its databases only once the clusters run."""
    assert embedded.main.process is not None


@pytest.fixture(scope="session")
def template(
    django_db_setup: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> "Template":
    """Make the world of thirty lines once, for tests to get its rows."""
    from tests.template import made

    with django_db_blocker.unblock():
        return made(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["tests.hashing.QuickArgon2"]


@pytest.fixture(autouse=True)
def _in_nobody_s_language() -> Iterator[None]:
    """Forget the language of the last reader: a request made by hand brings none of its own."""
    from django.utils import translation

    yield
    translation.deactivate()


@pytest.fixture(scope="session", autouse=True)
def _leave_nothing_behind() -> Iterator[None]:
    yield
    shutil.rmtree(DATA, ignore_errors=True)


@pytest.fixture(autouse=True)
def _no_files_of_others() -> None:
    """Empty what lies outside the database: a test undoes what it wrote inside only."""
    from django.conf import settings

    from xiaohu.vault import journal

    shutil.rmtree(settings.XIAOHU.checkpoints, ignore_errors=True)
    for place in journal.places():
        place.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """One running demo for all tests that need the whole of it."""
    running = Service(port=PORTS + 100)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(running.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def real_browser() -> Iterator[Browser]:
    """One browser for all tests that need one."""
    from django.db import connections

    with chromium.started() as browser:
        yield browser
        # While the browser runs, Django keeps connections of their own for this thread.
        connections.close_all()


@pytest.fixture
def signing_keys() -> Iterator[None]:
    """Put the signing keys back after a test that renews them: others sign at earlier moments."""
    folder, purposes = DATA / "keys", ("documents.*", "checkpoints.*")
    before = {file: file.read_bytes() for each in purposes for file in folder.glob(each)}
    yield
    for file in [file for each in purposes for file in folder.glob(each)]:
        file.unlink()
    for file, content in before.items():
        file.write_bytes(content)
        file.chmod(0o644 if file.suffix == ".pub" else 0o600)
