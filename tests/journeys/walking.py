"""Somebody who walks through the pages: by pointer or keys alone, with or without scripts.

Every page they come to is judged by the one look of `tests.screens.looking`, axe apart, which has
seen every screen in its scene. In a staged world time stands still unless a journey lets it pass.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from playwright.sync_api import Browser, Locator, Page

from tests.journeys.people import CODE, Person, person_of
from tests.screens.stage import Stage
from tests.screens.windows import Reading, Window, Windows
from tests.service import Service
from tests.stories import CLEAN, World
from xiaohu.closures.models import Case
from xiaohu.registry.models import Line


class Manner(StrEnum):
    """How somebody reads and presses."""

    POINTER = "pointer"
    KEYS = "keys"
    NO_SCRIPTS = "no scripts"
    ELDER = "elder"


READINGS = {
    Manner.POINTER: Reading(390, "zh"),
    Manner.KEYS: Reading(1280, "en"),
    Manner.NO_SCRIPTS: Reading(390, "zh", scripts=False),
    Manner.ELDER: Reading(390, "zh", size="elder"),
}


class House(Protocol):
    """Whose pages are visited, and where messages arrive: the running service or a staged world."""

    url: str

    def messages(self, to: str) -> list[str]:
        """Return what was sent to an address, newest first."""

    def code_sent_to(self, to: str, *, after: int = 0) -> str:
        """Return the newest code, once more messages than `after` have arrived."""


@dataclass
class StagedHouse:
    """What a staged world lets a visitor know: messages that arrive, facts at the operator."""

    world: World
    url: str

    def messages(self, to: str) -> list[str]:
        """Return what was sent to an address, newest first."""
        self.world.send_notices()
        return self.world.outside.inbox(to)

    def code_sent_to(self, to: str, *, after: int = 0) -> str:
        """Return the newest code."""
        messages = self.messages(to)
        assert len(messages) > after, "no code arrived"
        found = CODE.search(messages[0])
        assert found is not None
        return found.group()

    def at_operator(self, subscription_id: str, **facts: Any) -> None:
        """Change what the operator says of a line."""
        line = Line.objects.get(subscription_id=subscription_id)
        self.world.outside.change(line, **facts)

    def person(self, number: str = CLEAN) -> Person:
        """Return who holds a number."""
        with (self.world.outside.folder / "lines.csv").open(encoding="utf-8-sig") as file:
            return next(
                person_of(row) for row in csv.DictReader(file) if number[3:] in row.values()
            )


@dataclass
class Walker:
    """Somebody at a browser."""

    window: Window
    house: House
    manner: Manner = Manner.POINTER
    loads: int = 0

    @property
    def page(self) -> Page:
        """The page they look at."""
        return self.window.page

    @property
    def language(self) -> str:
        """The language they read."""
        return self.window.reading.language

    @property
    def path(self) -> str:
        """Where they are."""
        return self.page.url.removeprefix(self.house.url)

    def go(self, path: str, *, status: int = 200) -> None:
        """Open a page."""
        self._expect(lambda: self.page.goto(self.house.url + path), status)

    def press(self, name: str) -> None:
        """Press a button or follow a link by its words; a page may refuse what was typed."""
        target = self.page.get_by_role("button", name=name, exact=True)
        if target.count() == 0:
            target = self.page.get_by_role("link", name=name, exact=True)
        assert target.count(), f"nothing to press says {name} at {self.path}"

        def act() -> None:
            with self.page.expect_navigation():
                self._activate(target.first)

        self._expect(act, None)

    def type(self, label: str, value: str) -> None:
        """Type into a field by its label."""
        box = self.page.get_by_label(label, exact=True)
        if self.manner is not Manner.KEYS:
            box.fill(value)
            return
        self._reach(box)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(value)

    def choose(self, name: str) -> None:
        """Choose an option by the start of its words."""
        self._check(self.page.get_by_role("radio", name=name).first)

    def tick(self, place: int = 0) -> None:
        """Tick a box: the first one, or another."""
        self._check(self.page.get_by_role("checkbox").nth(place))

    def look(self) -> None:
        """Judge the page as it is."""
        self._judge(None)

    def says(self, words: str) -> bool:
        """Tell whether the page says something."""
        return words in self.page.locator("main").inner_text()

    def heading(self) -> str:
        """Return the page's heading."""
        return self.page.locator("h1").first.inner_text()

    def _expect(self, act: Callable[[], object], status: int | None) -> None:
        self.window.answers.clear()
        self.window.said.clear()
        act()
        self.loads += 1
        self._judge(status)

    def _judge(self, status: int | None) -> None:
        found = self.window.judged(self.house.url, status=status)
        assert found == [], f"{self.path}: {found}"

    def _check(self, box: Locator) -> None:
        if self.manner is not Manner.KEYS:
            box.check()
            return
        self._reach(box)
        if not box.is_checked():
            self.page.keyboard.press("Space")

    def _activate(self, target: Locator) -> None:
        if self.manner is not Manner.KEYS:
            target.click()
            return
        self._reach(target)
        self.page.keyboard.press("Enter")

    def _reach(self, target: Locator) -> None:
        """Come to something by Tab, and within a group of options by the arrow."""
        at = "e => e === document.activeElement"
        same = "e => e.type === 'radio' && document.activeElement?.name === e.name"
        for _ in range(150):
            if target.evaluate(at):
                return
            step = "ArrowDown" if target.evaluate(same) else "Tab"
            self.page.keyboard.press(step)
        raise AssertionError(f"the keyboard never comes to {target} at {self.path}")


@dataclass
class Visitor(Walker):
    """Somebody who visits the running service."""

    house: Service


@dataclass
class Staged(Walker):
    """Somebody who visits a staged world."""

    stage: Stage = field(kw_only=True)
    house: StagedHouse

    def come_back(self, case: Case, *, at: datetime | None = None) -> None:
        """Come to the page of a case, signed in by its contact, now or at a later moment."""
        self.stage.world.clock.at = at or self.stage.world.now
        self.stage.contact_of(case)
        self.window.sit_down(self.stage)
        self.go(f"/case/{case.pk}")


def visitor(
    browser: Browser, service: Service, *, width: int, language: str = "zh", scripts: bool = True
) -> Visitor:
    """Return somebody with a fresh browser at the running service."""
    reading = Reading(width, language, scripts=scripts)
    return Visitor(Windows(browser).of(reading), service)


def walker(stage: Stage, windows: Windows, manner: Manner = Manner.POINTER) -> Staged:
    """Return somebody who walks through a staged world in a manner."""
    window = windows.of(READINGS[manner])
    window.page.goto("about:blank")
    window.sit_down(stage)
    return Staged(window, StagedHouse(stage.world, stage.url), manner, stage=stage)
