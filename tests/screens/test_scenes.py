"""Every scene at both widths and in both languages: nothing is wrong with it, and here is a picture.

The short form looks where the page is mostly read, with axe: the desk on a large screen in English, all
others on a phone in Chinese; and at every third scene there and here. The nightly one looks at all
four readings, with axe everywhere.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest

from tests.screens.scenes import ALL
from tests.screens.stage import Stage
from tests.screens.windows import Reading, Windows

for _file in sorted(Path(__file__).parent.glob("of_*.py")):
    import_module(f"tests.screens.{_file.stem}")

NAMES = sorted(ALL)
pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "keystore"])]
SHORT = (Reading(390, "zh"), Reading(1280, "en"))
BOTH = 3  # of so many scenes the short form looks at one in both its readings
LONG = (Reading(390, "en"), Reading(1280, "zh"))


@pytest.mark.parametrize("name", NAMES)
def test_scene(name: str, stage: Stage, windows: Windows) -> None:
    read_most = SHORT[name.startswith("D")]
    both = NAMES.index(name) % BOTH == 0
    readings = [reading for reading in SHORT if both or reading is read_most]
    _look(name, stage, windows, {reading: reading is read_most for reading in readings})


@pytest.mark.nightly
@pytest.mark.parametrize("reading", [*SHORT, *LONG], ids=lambda r: f"{r.width}-{r.language}")
@pytest.mark.parametrize("name", NAMES)
def test_scene_in_all_four(name: str, reading: Reading, stage: Stage, windows: Windows) -> None:
    _look(name, stage, windows, {reading: True})


def _look(name: str, stage: Stage, windows: Windows, readings: Mapping[Reading, bool]) -> None:
    scene, stage.language = ALL[name], next(iter(readings)).code
    path = scene.arrange(stage)
    found = [
        fault
        for reading, axe in readings.items()
        for fault in windows.of(reading).show(stage, scene, path, axe=axe)
    ]
    assert found == [], "\n".join(found)
