"""`xiaohu demo close` goes through the pages' own routes only, and its documents verify offline."""

import re

import pytest

from tests.service import Service
from xiaohu.ops.demo_close import WAIT_SECONDS
from xiaohu.screening.asking import PATIENCE_S

pytestmark = pytest.mark.kill

ALLOWED = re.compile(
    r"/(sign-in(/code)?|scope|lines|cases|verify/key|desk(/.*)?|case/[0-9a-f-]{36}(/.*)?"
    r"|callbacks/(payout|messages)|readyz|healthz)?$"
)


def routes(service: Service) -> list[tuple[str, str, int]]:
    """Return method, path and status of every request so far."""
    log = (service.data / "logs" / "access.log").read_text(encoding="utf-8")
    found = re.findall(r"\] (\w+) (\S+) (\d{3})", log)
    return [(method, path, int(status)) for method, path, status in found]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_closes_a_line_through_the_pages(service: Service, language: str) -> None:
    before = len(routes(service))
    ran = service.run("demo", "close", "--lang", language)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("✓") == 2
    used = routes(service)[before:]
    assert [path for _, path, _ in used if not ALLOWED.match(path)] == []
    assert not [entry for entry in used if entry[2] >= 500]
    looks = [path for _, path, _ in used if path.endswith("/checks")]
    assert (
        len(looks) <= WAIT_SECONDS / PATIENCE_S
    )  # it looks again only where the page made it wait
    assert not [path for _, path, _ in used if re.search(r"1[3-9]\d{9}|@", path)]


def test_the_logs_name_nobody(service: Service) -> None:
    for log in (service.data / "logs").glob("*.log"):
        text = log.read_text(encoding="utf-8", errors="replace")
        assert not re.search(r"\b1300000\d{4}\b|示例|@example\.com|999999\d{11}", text), log.name


def test_a_document_that_was_changed_is_refused(service: Service) -> None:
    file = service.folder / "changed.jws"
    file.write_text("eyJhbGciOiJFZDI1NTE5In0.e30.AAAA")
    ran = service.run("cert", "verify", str(file))
    assert ran.returncode == 1
    assert "✗" in ran.stderr
