"""Invented data holds everything that can be so, and nothing that is real."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from simulators.inventory import read
from xiaohu.core.applicants import HolderKind
from xiaohu.core.checks import CHECKS, CheckCode, Stage, evaluate
from xiaohu.core.facts import LineFacts, LineStatus, RequestFacts, RestrictionReason
from xiaohu.core.identity import DocumentKind, holder_kind
from xiaohu.registry import demo_data
from xiaohu.registry.columns import EVERY
from xiaohu.registry.demo_stories import STORIES
from xiaohu.registry.reading import RowReader
from xiaohu.registry.rows import BadRow, FileRow

TODAY = date(2026, 11, 23)
LINES = 10_000
# These follow from who asks, not from what the operator says of a line.
OF_REQUESTS = {code for code, rule in CHECKS.items() if rule.stage is Stage.ANSWERS} | {
    CheckCode.NOT_HOLDER,
    CheckCode.ALREADY_CLOSING,
    CheckCode.PUNISHED_SUBJECT,
}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """Return as many rows as the demo has."""
    return list(demo_data.rows(LINES, seed=1, today=TODAY))


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[LineFacts]:
    """Return what the operator simulator says of every line."""
    path = tmp_path_factory.mktemp("demo") / "lines.csv"
    demo_data.write(path=path, lines=LINES, seed=1, today=TODAY)
    return [LineFacts.model_validate(line) for line in read(path).values()]


def test_every_row_is_one_the_registry_takes(rows: list[dict[str, str]]) -> None:
    reader = RowReader(list(EVERY), operator="demo", today=TODAY)
    read_ = [reader.read(FileRow(n, list(row.values()))) for n, row in enumerate(rows)]
    assert [row for row in read_ if isinstance(row, BadRow)] == []


def test_every_status_reason_and_kind_of_holder_is_there(
    rows: list[dict[str, str]], said: list[LineFacts]
) -> None:
    assert {line.status for line in said} == set(LineStatus)
    assert {line.restriction for line in said} == {None, *RestrictionReason}
    registered = [row for row in rows if row["document_kind"]]
    assert len(registered) < len(rows)
    kinds = Counter(holder_kind(DocumentKind(row["document_kind"])) for row in registered)
    assert min(kinds[kind] for kind in HolderKind) > LINES / 20
    lines_of_firms = Counter(row["username"] for row in rows if row["document_kind"] == "uscc")
    assert (min(lines_of_firms.values()), max(lines_of_firms.values())) == (1, 40)


def test_every_check_is_met_by_some_line(said: list[LineFacts]) -> None:
    request = RequestFacts()
    met = {
        finding.code
        for line in said
        for finding in evaluate(facts=line, request=request, choices={}, today=TODAY)
    }
    assert set(CheckCode) - met - OF_REQUESTS == set()
    assert any(line.minor for line in said)
    assert any(line.dissolved for line in said)


def test_most_lines_can_be_closed_at_once(rows: list[dict[str, str]]) -> None:
    assert sum(map(demo_data.is_clean, rows)) > LINES * 0.4


def test_the_first_lines_are_the_stories(said: list[LineFacts]) -> None:
    statuses = [line.status for line in said[: len(STORIES)]]
    assert statuses == [story.status for story in STORIES]
    minor = [line.minor for line in said[: len(STORIES)]]
    assert minor[-1]
    assert [story.about for story in STORIES[:6]] == [
        "clean",
        "large_refund",
        "arrears",
        "contract",
        "stopped",
        "empty",
    ]


def test_minors_are_minors_and_others_are_not(rows: list[dict[str, str]]) -> None:
    for row in rows:
        if row["document_kind"] == "resident_id":
            born = date.fromisoformat(row["document_number"][6:14])
            assert (TODAY - born < timedelta(days=16 * 365)) == (row["minor"] == "yes")


def test_nobody_is_real(rows: list[dict[str, str]]) -> None:
    for row in rows:
        assert 13000000000 <= int(row["number"]) <= 13000099999
        if not row["holder_name"]:
            assert row["realname"] == "missing"
            continue
        assert "示例" in row["holder_name"] or "例" in row["holder_name"]
        assert "999999" in row["document_number"]
        assert row["contact"].endswith("@example.com")


def test_the_same_seed_writes_the_same_file(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        demo_data.write(path=tmp_path / name, lines=200, seed=seed, today=TODAY)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_whoever_is_met_has_one_document(rows: list[dict[str, str]]) -> None:
    people = {(row["username"], row["document_number"]) for row in rows}
    assert len(people) == len({name for name, _ in people}) == len({doc for _, doc in people})
