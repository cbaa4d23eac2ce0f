"""Markdown to HTML: CommonMark with tables, no HTML of its own, links to our own pages alone."""

from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict


@lru_cache(maxsize=512)
def html(text: str, *, table: str = "") -> SafeString:
    """Return a text as HTML; what is HTML in it is shown as it is written. `table` names tables."""
    env = {"table": table}
    return SafeString(_MARKDOWN.renderer.render(_parsed(text), _MARKDOWN.options, env))


def links(text: str) -> list[str]:
    """Return where a text leads."""
    return [str(t.attrGet("href")) for t in _all(_parsed(text)) if t.type == "link_open"]


def plain(text: str) -> str:
    """Return what a text says, without marks."""
    return " ".join(token.content for token in _all(_parsed(text)) if token.type == "text")


def _parsed(text: str) -> list[Token]:
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.type == "ordered_list_open":
            token.attrSet("class", "steps")
        elif token.type == "th_open":
            token.attrSet("scope", "col")
    return tokens


def _all(tokens: Sequence[Token]) -> list[Token]:
    return [each for token in tokens for each in (token, *_all(token.children or []))]


def _table_open(
    _renderer: RendererHTML,
    _tokens: Sequence[Token],
    _at: int,
    _options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(env["table"])}"><table>\n'


def _table_close(*_given: object) -> str:
    return "</table></div>\n"


_MARKDOWN = (
    MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_block"])
)
_MARKDOWN.add_render_rule("table_open", _table_open)
_MARKDOWN.add_render_rule("table_close", _table_close)
