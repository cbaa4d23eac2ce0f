"""One look at a page in a real browser: everything a page must not show, in any state.

Each rule returns the faults it sees, in words; `test_gates_bite.py` plants one for each.
"""

import gzip
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, cast
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.screens.budgets import DENSE, ELDER, ROOMY, Targets, budget_of
from xiaohu.ui.catalogue import read

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What axe cannot decide by itself and a person has looked at; anything else it is unsure of fails.
REVIEWED = frozenset(
    {
        # The browser draws file inputs and progress bars itself, over a background axe cannot see.
        "color-contrast",
    }
)
_KEY = re.compile(r"(?<![\w.@/])[a-z][a-z0-9_]*(?:\.[A-Za-z0-9_]+)+(?![\w@/])", re.ASCII)
_MARKUP = re.compile(r"</?[a-z]+(?: [a-z-]+=[^<>]*)?>|&(?:[a-z]+|#\w+);")
_KIB = 1024
_axe = Axe()
Rule = Callable[[Page, str], Iterator[str]]


def faults(page: Page, language: str, *, axe: bool = True) -> list[str]:
    """Return everything that is wrong with the page as it is."""
    found = [fault for rule in RULES for fault in rule(page, language)]
    return found + (list(_by_axe(page)) if axe else [])


def _sideways(page: Page, language: str) -> Iterator[str]:
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    beyond = page.evaluate(wide)
    if beyond > 0:
        yield f"scrolls sideways by {beyond} px"


def _language(page: Page, language: str) -> Iterator[str]:
    said = page.get_attribute("html", "lang")
    if said != {"zh": "zh-CN", "en": "en"}[language]:
        yield f"says its language is {said}"


def _ids(page: Page, language: str) -> Iterator[str]:
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    for doubled in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"has the id {doubled} twice"


def _heading(page: Page, language: str) -> Iterator[str]:
    count = page.locator("h1").count()
    if count != 1:
        yield f"has {count} main headings"


def _title(page: Page, language: str) -> Iterator[str]:
    prefix = _words(language)["err.prefix"]
    wrong = page.locator("[aria-invalid=true], .wrong").count() > 0
    if wrong and not page.title().startswith(prefix):
        yield "has errors its title does not speak of"


def _keys(page: Page, language: str) -> Iterator[str]:
    for key in sorted(set(_KEY.findall(_text(page))) & _all_keys()):
        yield f"shows the key {key} instead of words"


def _markup(page: Page, language: str) -> Iterator[str]:
    """Yield what was escaped twice: markup a reader sees as letters."""
    for written in sorted(set(_MARKUP.findall(_text(page)))):
        yield f"shows {written} as words"


def _other_language(page: Page, language: str) -> Iterator[str]:
    text = _text(page)
    other = {"zh": "en", "en": "zh"}[language]
    shortest = {"zh": 3, "en": 9}[other]
    own = set(_words(language).values())
    for words in sorted({said for said in _words(other).values() if len(said) >= shortest}):
        if words in text and words not in own:
            yield f"says “{words}” in the other language"


def _targets(page: Page, language: str) -> Iterator[str]:
    rules = _targets_of(page)
    for selector, least in rules.least.items():
        script = """([selector, least]) => [...document.querySelectorAll(selector)]
            .filter(e => e.getClientRects().length && !e.closest('.hidden-text, [hidden]'))
            .map(e => [e.textContent.trim().slice(0, 20) || e.id, e.getBoundingClientRect()])
            .filter(([, box]) => Math.round(box.height * 10) / 10 < least)
            .map(([name, box]) => `${name} is ${box.height.toFixed(1)} px high, ${least} is least`)"""
        yield from page.evaluate(script, [selector, least])


def _letters(page: Page, language: str) -> Iterator[str]:
    least = _targets_of(page).letters
    script = """least => { const seen = new Set();
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
            const place = walk.currentNode.parentElement, text = walk.currentNode.data.trim();
            if (!text || !place.getClientRects().length || place.closest('.hidden-text')) continue;
            const size = parseFloat(getComputedStyle(place).fontSize);
            if (size < least - 0.05) seen.add(`“${text.slice(0, 20)}” is ${size.toFixed(1)} px, ${least} is least`);
        } return [...seen]; }"""
    yield from page.evaluate(script, least)


def _inline(page: Page, language: str) -> Iterator[str]:
    script = """[...document.querySelectorAll('[style], style, script:not([src])')]
        .map(e => e.outerHTML.slice(0, 60))"""
    for written in page.evaluate(script):
        yield f"carries style or script of its own: {written}"


def _weight(page: Page, language: str) -> Iterator[str]:
    budget = budget_of(urlsplit(page.url).path)
    parts = weights(page)
    for name, most in budget.kib.items():
        has = parts.get(name, 0) if name != "all" else sum(parts.values())
        if has > most * _KIB:
            yield f"weighs {has / _KIB:.1f} KiB of {name}, {most} is the budget"
    requests = 1 + len(_resources(page))
    if requests > budget.requests:
        yield f"needs {requests} requests, {budget.requests} is the budget"


def _left_behind(page: Page, language: str) -> Iterator[str]:
    """Yield fields that another language or size would leave behind where scripts are off."""
    script = """() => { if (document.body.matches('.dense')) return [];
        const told = 'main :is(input:not([type=hidden], [type=file], [type=password], [type=search]), select, textarea)';
        const secret = ['code', 'tail'], takes = document.querySelector('.toolbar nav .link-button')?.form;
        return [...document.querySelectorAll(told)]
            .filter(e => e.form && e.form !== takes && !secret.includes(e.name))
            .filter(e => !e.form.querySelector('[name=face]')).map(e => e.name); }"""
    for name in page.evaluate(script):
        yield f"would lose {name} with another language or size"


def _torn(page: Page, language: str) -> Iterator[str]:
    """Yield references and numbers of documents torn in two; in an address lines end where they can."""
    script = """() => { const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), torn = [];
        const told = /(?<![\\/\\w])(?:[A-Z]{2}-\\d{4}-[0-9A-Z]{4}-[0-9A-Z]{2}|[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\\b)/g;
        while (walk.nextNode()) for (const one of walk.currentNode.data.matchAll(told)) {
            const range = document.createRange();
            range.setStart(walk.currentNode, one.index);
            range.setEnd(walk.currentNode, one.index + one[0].length);
            if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1) torn.push(one[0]);
        } return torn; }"""
    for number in page.evaluate(script):
        yield f"breaks {number} over two lines"


RULES: tuple[Rule, ...] = (
    _sideways,
    _language,
    _ids,
    _heading,
    _title,
    _keys,
    _markup,
    _other_language,
    _targets,
    _letters,
    _inline,
    _weight,
    _left_behind,
    _torn,
)


def weights(page: Page) -> dict[str, int]:
    """Return the compressed bytes of a first visit: html, css, js and the rest."""
    parts = {"html": len(gzip.compress(page.content().encode()))}
    for url in _resources(page):
        kind = {"css": "css", "js": "js"}.get(urlsplit(url).path.rpartition(".")[2], "other")
        parts[kind] = parts.get(kind, 0) + _size(url)
    return parts


def _by_axe(page: Page) -> Iterator[str]:
    options = {
        "runOnly": {"type": "tag", "values": TAGS},
        "resultTypes": ["violations", "incomplete"],
    }
    results = cast(dict[str, Any], _axe.run(page, options=options).response)
    for kind in ("violations", "incomplete"):
        for one in results[kind]:
            if kind == "violations" or one["id"] not in REVIEWED:
                where = "; ".join(str(node["target"]) for node in one["nodes"][:3])
                yield f"axe {kind}: {one['id']} at {where}: {one['help']}"


def _targets_of(page: Page) -> Targets:
    if page.locator("html.elder").count():
        return ELDER
    return DENSE if page.locator("body.dense").count() else ROOMY


def _resources(page: Page) -> list[str]:
    names = page.evaluate(
        "performance.getEntriesByType('resource').map(e => [e.name, e.initiatorType])"
    )
    return sorted({name for name, kind in names if kind not in {"xmlhttprequest", "fetch"}})


@cache
def _size(url: str) -> int:
    asked = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(asked) as answer:  # noqa: S310
            return len(answer.read())
    except urllib.error.HTTPError:
        return 0  # that it is not there is said elsewhere


def _text(page: Page) -> str:
    """Return what a page says in its own language; quotations carry theirs."""
    script = """() => { const copy = document.body.cloneNode(true), own = document.documentElement.lang;
        copy.querySelectorAll('script, [lang]').forEach(e => { if (e.lang !== own) e.remove(); });
        return copy.textContent; }"""
    return str(page.evaluate(script))


@cache
def _words(language: str) -> dict[str, str]:
    catalogue = read({"zh": "zh_Hans", "en": "en"}[language])
    return {str(m.id): str(m.string) for m in catalogue if m.id and "{" not in str(m.string)}


@cache
def _all_keys() -> frozenset[str]:
    return frozenset(str(m.id) for m in read("en") if m.id)
