"""One fixture for every page: what a visit must not show, and a picture of what it did."""

from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response

from tests.service import Service

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOTS = Path(__file__).parents[2] / "shots"
HEIGHTS = {390: 844, 1280: 900}
_AXE = Axe()


@dataclass
class Visitor:
    """A person in a real browser, and everything the visit must not show."""

    page: Page
    service: Service
    width: int
    language: str
    scripts: bool
    problems: list[str] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def go(self, path: str, shot: str = "") -> None:
        """Open a page and look at it."""
        self.page.goto(self.service.url + path)
        self.look(shot)

    def press(self, name: str, shot: str = "") -> None:
        """Press a button or follow a link by its words, and look at what comes."""
        target = self.page.get_by_role("button", name=name, exact=True)
        if target.count() == 0:
            target = self.page.get_by_role("link", name=name, exact=True)
        target.first.click()
        self.page.wait_for_load_state("load")
        self.look(shot)

    def type(self, label: str, value: str) -> None:
        """Type into a field by its label."""
        self.page.get_by_label(label, exact=True).fill(value)

    def choose(self, name: str) -> None:
        """Choose an option by the start of its words."""
        self.page.get_by_role("radio", name=name).first.check()

    def tick(self, place: int = 0) -> None:
        """Tick a box: the first one, or another."""
        self.page.get_by_role("checkbox").nth(place).check()

    def heading(self) -> str:
        """Return the page's heading."""
        return self.page.locator("h1").first.inner_text()

    def look(self, shot: str = "") -> None:
        """Check the page as it is: axe, sideways scroll, ids, language, title; take its picture."""
        self._require_sound()
        if not shot:
            return
        folder = SHOTS / self.language
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{shot}-{self.width}{'' if self.scripts else '-plain'}.png"
        self.page.screenshot(path=folder / name, full_page=True, animations="disabled")

    def _require_sound(self) -> None:
        where = self.page.url
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        assert not wide, f"{where} scrolls sideways"
        language = self.page.get_attribute("html", "lang")
        assert language == {"zh": "zh-CN", "en": "en"}[self.language], where
        doubled = self.page.evaluate(
            "[...document.querySelectorAll('[id]')].map(e => e.id)"
            ".filter((id, i, all) => all.indexOf(id) !== i)"
        )
        assert doubled == [], f"{where}: {doubled}"
        path = where.split("?")[0]
        if self.scripts and (path, self.heading()) not in self.seen:
            results = _AXE.run(self.page, options={"runOnly": {"type": "tag", "values": TAGS}})
            assert results.violations_count == 0, f"{where}\n{results.generate_report()}"
        self.seen.add((path, self.heading()))
        assert self.problems == [], f"{where}: {self.problems}"


def visitor(
    browser: Browser, service: Service, *, width: int, language: str = "zh", scripts: bool = True
) -> Visitor:
    """Return somebody with a fresh browser of a width, a language, with or without scripts."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHTS[width]},
        locale={"zh": "zh-CN", "en": "en"}[language],
        timezone_id="Asia/Shanghai",
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    made = Visitor(page, service, width, language, scripts)
    page.on("console", lambda message: _note_console(made, message.type, message.text))
    page.on("pageerror", lambda error: made.problems.append(f"script: {error}"))
    page.on("response", lambda response: _note_response(made, response))
    return made


def _note_console(made: Visitor, kind: str, text: str) -> None:
    # Chromium reports an expected 4xx page as a console error; those are judged by their status.
    if kind == "error" and "Failed to load resource" not in text:
        made.problems.append(f"console: {text}")


def _note_response(made: Visitor, response: Response) -> None:
    if not response.url.startswith((made.service.url, made.service.inbox_url)):
        made.problems.append(f"another host: {response.url}")
    if response.status >= 500:
        made.problems.append(f"{response.status} {response.url}")
