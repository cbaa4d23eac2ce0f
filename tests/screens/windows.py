"""Windows of one browser: one for each width, language and way of reading."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    FilePayload,
    Locator,
    Page,
    Request,
    Response,
)

from tests.screens.looking import faults
from tests.screens.scenes import Scene
from tests.screens.stage import Stage

SHOTS = Path(__file__).parents[2] / "shots"
HEIGHTS = {320: 640, 390: 844, 1280: 900}
_VIOLATIONS = """window.__refused = [];
document.addEventListener('securitypolicyviolation', e =>
    window.__refused.push(`${e.violatedDirective} ${e.blockedURI}`));"""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a page is read: how wide, in which language, and in which manner."""

    width: int
    language: str
    size: str = "standard"
    scripts: bool = True
    forced: bool = False

    @property
    def code(self) -> str:
        """The language as the service names it."""
        return {"zh": "zh-hans", "en": "en"}[self.language]


@dataclass
class Window:
    """A page of a browser, and what happened in it since the last look."""

    page: Page
    reading: Reading
    pictures: bool = True
    answers: list[Response] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def show(self, stage: Stage, scene: Scene, path: str, *, axe: bool = True) -> list[str]:
        """Open a scene and return what is wrong with it."""
        self.sit_down(stage)
        self.open(stage.url + path)
        if stage.file:
            file: FilePayload = {"name": "file", "mimeType": "", "buffer": stage.file}
            self.page.locator("input[type=file]").first.set_input_files(file)
        for name, value in {**scene.typed, **stage.typed}.items():
            self._type(name, value)
        if scene.press:
            self.press(scene.press)
        axe = axe and self.reading.scripts
        found = self.judged(stage.url, status=scene.status, axe=axe)
        if self.pictures:
            self._picture(scene)
        self.page.goto("about:blank")
        return [
            f"{scene.name} {self.reading.width} {self.reading.language}: {one}" for one in found
        ]

    def _type(self, name: str, value: str) -> None:
        """Fill in a field, tick a box, choose one of several, or change what a hidden field says."""
        field = self.page.locator(f'main [name="{name}"]').first
        kind = field.get_attribute("type")
        if kind == "hidden":
            field.evaluate("(e, text) => { e.value = text }", value)
        elif kind == "checkbox":
            field.check()
        elif kind == "radio":
            self.page.check(f'main [name="{name}"][value="{value}"]')
        else:
            field.fill(value)

    def open(self, url: str) -> None:
        """Open an address."""
        self.answers.clear()
        self.said.clear()
        self.page.goto(url)

    def press(self, key: str) -> None:
        """Press the button or link with the words of a key."""
        from tests.screens.looking import _words

        words = _words(self.reading.language)[key]
        self.answers.clear()
        target = self.page.get_by_role("button", name=words, exact=True)
        if target.count() == 0:
            target = self.page.get_by_role("link", name=words, exact=True)
        if target.first.evaluate("button => Boolean(button.form?.matches('[data-upload]'))"):
            self._upload(target.first)
            return
        with self.page.expect_navigation():
            target.first.click()

    def _upload(self, button: Locator) -> None:
        """Press what sends a file; a script shows its progress, and what was wrong with it."""
        button.click()
        self.page.locator("main [data-error-summary]").wait_for()

    def look(self, url: str, *, status: int = 200) -> list[str]:
        """Return what is wrong with the page as it is, and with how it came."""
        return self.judged(url, status=status, axe=self.reading.scripts)

    def judged(self, url: str, *, status: int | None, axe: bool = False) -> list[str]:
        """Return the same of a page on the way: without axe, and of any status that is no fault."""
        found = faults(self.page, self.reading.language, axe=axe) + self.said
        found += [f"asks another host: {a.url}" for a in self.answers if not _own(a.url, url)]
        pages = [a for a in self.answers if _a_page(a.request)]
        last = pages[-1].status if pages else 0
        if (last >= 500) if status is None else (last != status):
            found.append(f"answers {last}, {status or 'no fault'} was expected")
        found += [
            f"{a.url} answers {a.status}"
            for a in self.answers
            if a not in pages and a.status >= 400
        ]
        if self.reading.scripts:
            found += [f"the policy refused {one}" for one in self.page.evaluate("window.__refused")]
        return found

    def sit_down(self, stage: Stage) -> None:
        """Take over who sits at the browser, and how they read."""
        context = self.page.context
        context.clear_cookies()
        display = stage.cookies.get("xh_display", f"{self.reading.size}.aloud")
        cookies = {**stage.cookies, "xh_lang": self.reading.code, "xh_display": display}
        context.add_cookies(
            [{"name": name, "value": value, "url": stage.url} for name, value in cookies.items()]
        )

    def _picture(self, scene: Scene) -> None:
        reading = self.reading
        folder = SHOTS / reading.language
        folder.mkdir(parents=True, exist_ok=True)
        manner = "" if reading.size == "standard" else f"-{reading.size}"
        manner += "" if reading.scripts else "-plain"
        manner += "-forced" if reading.forced else ""
        name = f"{scene.name}-{reading.width}{manner}.png"
        self.page.screenshot(path=folder / name, full_page=True, animations="disabled")


class Windows:
    """Opens each kind of window once."""

    def __init__(self, browser: Browser, *, pictures: bool = True) -> None:
        self._browser = browser
        self._pictures = pictures
        self._open: dict[Reading, Window] = {}

    def of(self, reading: Reading) -> Window:
        """Return the window for a way of reading."""
        if reading not in self._open:
            self._open[reading] = _window(self._context(reading), reading, self._pictures)
        return self._open[reading]

    def close(self) -> None:
        """Close all of them."""
        for window in self._open.values():
            window.page.context.close()

    def _context(self, reading: Reading) -> BrowserContext:
        return self._browser.new_context(
            viewport={"width": reading.width, "height": HEIGHTS[reading.width]},
            locale={"zh": "zh-CN", "en": "en"}[reading.language],
            timezone_id="Asia/Shanghai",
            java_script_enabled=reading.scripts,
            reduced_motion="reduce",
            forced_colors="active" if reading.forced else "none",
        )


def _window(context: BrowserContext, reading: Reading, pictures: bool) -> Window:
    context.add_init_script(_VIOLATIONS)
    page = context.new_page()
    page.set_default_timeout(15_000)
    made = Window(page, reading, pictures)
    page.on("response", lambda answer: made.answers.append(answer))
    page.on("pageerror", lambda error: made.said.append(f"script: {error}"))
    page.on("console", lambda message: _heard(made, message.type, message.text))
    return made


def _heard(made: Window, kind: str, text: str) -> None:
    # Chromium reports an expected 4xx page as a console error; those are judged by their status.
    if kind == "error" and "Failed to load resource" not in text:
        made.said.append(f"console: {text}")


def _a_page(request: Request) -> bool:
    """Say whether a request asks for a page; without scripts an upload would be one too."""
    return request.is_navigation_request() or request.resource_type == "xhr"


def _own(url: str, home: str) -> bool:
    return urlsplit(url)[:2] == urlsplit(home)[:2] or url == "about:blank"
