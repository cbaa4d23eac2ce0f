"""What a screen reader is told: names, roles, order and live regions, as the browser computes them.

No person has listened to these pages with a screen reader; this is the shape alone. Each picture is
kept in `heard/`, so a change is seen where it is reviewed. To keep new ones: delete the old files and
run this file once; a picture that is not there is written and the test fails, so that somebody looks.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from tests.screens.scenes import ALL
from tests.screens.stage import Stage
from tests.screens.test_readers import opened
from tests.screens.windows import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "keystore"])]
HEARD = Path(__file__).parent / "heard"
NAMES = (
    "S3-code",
    "S6-arrears",
    "S16-review",
    "S18-scheduled",
    "D3-queue",
    "D4-taken",
    "V2-valid",
)
# What differs from run to run: ids in addresses, references, numbers of papers and keys.
VARYING = (
    (r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
    (r"XH-\d{4}-[0-9A-Z]{4}-[0-9A-Z]{2}", "REFERENCE"),
    (r"\b[0-9A-Z]{4}-?[0-9A-Z]{4}-?[0-9A-Z]{4}\b", "NUMBER"),
    (r"\b[0-9a-f]{16}\b", "KEY"),
    (r"127\.0\.0\.1:\d+", "HOST"),
)


def steady(heard: str) -> str:
    """Return what is told without what differs from run to run."""
    for pattern, name in VARYING:
        heard = re.sub(pattern, name, heard)
    return "\n".join(_in_order(heard.splitlines())) + "\n"


def _in_order(lines: list[str]) -> Iterator[str]:
    """Sort items of one line that follow each other: time stands still, so any may be the first."""
    for is_item, run in groupby(lines, key=lambda line: line.lstrip().startswith("- listitem: ")):
        told = list(run)
        yield from sorted(told) if is_item else told


@pytest.mark.parametrize("name", NAMES)
def test_is_told_as_it_was(name: str, stage: Stage, windows: Windows) -> None:
    page = opened(stage, windows, ALL[name]).page
    heard = steady(page.locator("body").aria_snapshot())
    page.goto("about:blank")
    kept = HEARD / f"{name}.yml"
    if not kept.exists():
        HEARD.mkdir(exist_ok=True)
        kept.write_text(heard, encoding="utf-8")
        raise AssertionError(f"{kept} was written: look at it, then keep it")
    assert heard == kept.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_has_one_place_for_everything(name: str) -> None:
    heard = (HEARD / f"{name}.yml").read_text(encoding="utf-8")
    for place in ("banner", "main"):
        assert len(re.findall(rf"^- {place}\b", heard, re.M)) == 1
    assert len(re.findall(r"heading .*\[level=1\]", heard)) == 1
    assert not re.search(r"- (?:textbox|combobox|checkbox|radio|button|link)(?:$|:)", heard, re.M)


def test_an_alert_is_for_errors_alone() -> None:
    for name in NAMES:
        assert "- alert" not in (HEARD / f"{name}.yml").read_text(encoding="utf-8"), name
