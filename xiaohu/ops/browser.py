"""A very small browser: cookies, forms with their hidden fields, links. No scripts."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

MAX_REDIRECTS = 8


class PageProblem(Exception):
    """The page is not what a person would expect here."""


@dataclass
class Form:
    """One form of a page with what it already holds."""

    action: str
    method: str
    name: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    ticks: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.heading = ""
        self._form: Form | None = None
        self._beside: list[tuple[str, tuple[str, str]]] = []
        self._in_heading = False

    def close(self) -> None:
        """Give every button that stands beside its form to that form."""
        super().close()
        for name, button in self._beside:
            for form in self.forms:
                if form.name == name:
                    form.buttons.append(button)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = given.get("method", "get").lower()
            self._form = Form(given.get("action", ""), method, given.get("id", ""))
            self.forms.append(self._form)
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "h1" and not self.heading:
            self._in_heading = True
        elif tag == "button" and "form" in given:
            # Others, of the frame, send the form elsewhere, or are pressed by Enter.
            if "name" in given:
                self._beside.append((given["form"], (given["name"], given.get("value", ""))))
        elif self._form is not None and given.get("name") is not None:
            self._take(self._form, tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "h1":
            self._in_heading = False

    def handle_data(self, data: str) -> None:
        if self._in_heading:
            self.heading += data.strip()

    def _take(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, value = given["name"], given.get("value", "")
        if tag == "button":
            form.buttons.append((name, value))
        elif given.get("type") == "radio":
            form.choices.setdefault(name, []).append(value)
            if "checked" in given:
                form.fields[name] = value
        elif given.get("type") == "checkbox" and value:
            form.choices.setdefault(name, []).append(value)
        elif given.get("type") == "checkbox":
            form.ticks.add(name)
        else:
            form.fields[name] = value


@dataclass
class Page:
    """What the browser shows."""

    url: str
    status: int
    text: str
    heading: str
    forms: list[Form]
    links: list[str]

    def filled(self, name: str) -> str:
        """Return what a field of the page already holds."""
        return next((form.fields[name] for form in self.forms if name in form.fields), "")

    def offered(self, name: str) -> list[str]:
        """Return the answers a question of the page offers."""
        return next((form.choices[name] for form in self.forms if name in form.choices), [])


class Browser:
    """Goes from page to page as a person would: by links and forms."""

    def __init__(self, base_url: str, *, language: str) -> None:
        header = {"zh": "zh-CN,zh;q=0.9", "en": "en"}[language]
        self.client = httpx.Client(
            base_url=base_url, timeout=30.0, headers={"accept-language": header}
        )
        self.base_url = base_url
        self.page = Page("", 0, "", "", [], [])
        self.loads = 0

    def go(self, path: str) -> Page:
        """Follow a link."""
        return self._show(self.client.get(path))

    def fetch(self, path: str) -> bytes:
        """Download a file."""
        answer = self.client.get(path)
        if answer.status_code != httpx.codes.OK:
            raise PageProblem(f"{path}: {answer.status_code}")
        return answer.content

    def send(self, *, press: tuple[str, str] | None = None, **typed: str) -> Page:
        """Fill in the form that has these fields, or this button, and send it."""
        form = self._form(typed, press)
        data = {**form.fields, **typed}
        if press is not None:
            data[press[0]] = press[1]
        target = urljoin(self.page.url, form.action) if form.action else self.page.url
        headers = {"referer": self.page.url, "origin": self.base_url}
        if form.method == "get":
            return self._show(self.client.get(target, params=data))
        return self._show(self.client.post(target, data=data, headers=headers))

    def link(self, pattern: str) -> str:
        """Return the first link of the page that matches a pattern."""
        for link in self.page.links:
            if re.search(pattern, link):
                return link
        raise PageProblem(f"no link like {pattern} on {self.page.url}")

    def _form(self, typed: dict[str, str], press: tuple[str, str] | None) -> Form:
        """Return the page's own form for this; the frame's forms have buttons with names."""
        for form in self.page.forms:
            fits = set(typed) <= set(form.fields) | set(form.choices) | form.ticks
            pressed = press in form.buttons if press is not None else not form.buttons
            plain = bool(typed) or press is not None or not form.action
            if fits and pressed and plain:
                return form
        raise PageProblem(f"no such form on {self.page.url} ({self.page.heading})")

    def _show(self, answer: httpx.Response) -> Page:
        for _ in range(MAX_REDIRECTS):
            if answer.next_request is None:
                break
            answer = self.client.send(answer.next_request)
        self.loads += 1
        reader = _Reader()
        if "text/html" in answer.headers.get("content-type", ""):
            reader.feed(answer.text)
            reader.close()
        self.page = Page(
            str(answer.url),
            answer.status_code,
            answer.text,
            reader.heading,
            reader.forms,
            reader.links,
        )
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            raise PageProblem(f"{answer.status_code} {answer.url.path}: {reader.heading}")
        return self.page
