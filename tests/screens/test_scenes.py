"""Every scene at both widths and in both languages: nothing is wrong with it, and here is a picture.

The short form looks at a phone in Chinese and a large screen in English; the nightly one at all four.
"""

from importlib import import_module
from pathlib import Path

import pytest

from tests.screens.scenes import ALL
from tests.screens.stage import Stage
from tests.screens.windows import Reading, Windows

for _file in sorted(Path(__file__).parent.glob("of_*.py")):
    import_module(f"tests.screens.{_file.stem}")

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "keystore"])]
SHORT = (Reading(390, "zh"), Reading(1280, "en"))
LONG = (Reading(390, "en"), Reading(1280, "zh"))


@pytest.mark.parametrize("name", sorted(ALL))
def test_scene(name: str, stage: Stage, windows: Windows) -> None:
    _look(name, stage, windows, SHORT)


@pytest.mark.nightly
@pytest.mark.parametrize("name", sorted(ALL))
def test_scene_in_the_other_two(name: str, stage: Stage, windows: Windows) -> None:
    _look(name, stage, windows, LONG)


def _look(name: str, stage: Stage, windows: Windows, readings: tuple[Reading, ...]) -> None:
    scene = ALL[name]
    path = scene.arrange(stage)
    found = [fault for one in readings for fault in windows.of(one).show(stage, scene, path)]
    assert found == [], "\n".join(found)
