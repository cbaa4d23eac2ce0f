"""What the pages say of the code exists: every identifier of the glossary, every test of a promise."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "xiaohu").rglob("*.py"))
WORDS = frozenset(re.findall(r"\w+", CODE))


def identifiers(page: str) -> list[str]:
    """Return the code names of the last column of a page's tables."""
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[-2])]


def unknown(names: list[str]) -> list[str]:
    """Return the names that no file has a word of."""
    return [name for name in names if not set(re.findall(r"\w+", name)) <= WORDS]


def test_the_glossary_names_what_exists() -> None:
    names = identifiers((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"))
    assert len(names) > 40
    assert unknown(names) == []


def test_each_promise_names_tests_that_exist() -> None:
    page = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
    shown = identifiers(page)
    promised = re.findall(r"^\| ([IT]\d+) ", page, re.MULTILINE)
    assert len(promised) == len(set(promised))
    assert len(shown) >= len(promised)
    assert [name for name in shown if not (ROOT / name).exists()] == []


def numbered(folder: Path) -> set[str]:
    """Return the numbers of promises, threats, screens and notices that code speaks of."""
    files = [*folder.rglob("*.py"), *folder.rglob("*.html")]
    return {
        found
        for file in files
        for found in re.findall(r"\b[IDNSTV]\d{1,2}b?\b", file.read_text(encoding="utf-8"))
    }


def test_every_number_the_code_speaks_of_is_explained() -> None:
    pages = (ROOT / "docs" / name for name in ("promises.md", "notices.md"))
    page = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    explained = set(re.findall(r"^\| ([A-Z]\d+b?) ", page, re.MULTILINE))
    spoken = {
        number for room in ("xiaohu", "simulators", "tests") for number in numbered(ROOT / room)
    }
    assert sorted(spoken - explained) == []


@pytest.mark.parametrize("planted", ["RefundIntent", "keys.vanish"])
def test_a_name_without_code_is_noticed(planted: str) -> None:
    assert unknown(identifiers(f"| 退款 | refund | `{planted}` |")) == [planted]
