"""The inbox of everybody at once, as a page that works without scripts."""

from collections.abc import Iterable
from html import escape

from simulators.truth import Record

_STYLE = """
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem;
  color: #1c1c1c; background: #fff; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin-bottom: 1.5rem; }
label { display: block; }
input, button { font: inherit; padding: .3rem .6rem; }
ol { list-style: none; padding: 0; }
li { border-top: 1px solid #bbb; padding: .75rem 0; }
h2 { font-size: 1rem; margin: 0; }
time { color: #555; }
p.text { margin: .25rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) {
  body { color: #eee; background: #1c1c1c; } time { color: #bbb; } a { color: #9cf; }
}
"""

_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>收件箱 Inbox</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>收件箱 <span lang="en">Inbox</span></h1>
<form method="get" action="/">
<div><label for="to">号码 <span lang="en">Number</span></label>
<input id="to" name="to" value="{to}" autocomplete="off"></div>
<button type="submit">筛选 <span lang="en">Filter</span></button>
<a href="{here}">刷新 <span lang="en">Refresh</span></a>
<a href="/">全部 <span lang="en">All</span></a>
</form>
{messages}
</main>
</body>
</html>
"""

_MESSAGE = """<li>
<h2>{to}</h2>
<time datetime="{at}">{at}</time>
<p class="text">{text}</p>
</li>"""

_EMPTY = """<p>还没有短信。<span lang="en">There are no messages yet.</span></p>"""


def page(messages: Iterable[Record], to: str, here: str) -> str:
    """Return the page for these messages, newest first."""
    items = [
        _MESSAGE.format(**{name: escape(message[name]) for name in ("to", "at", "text")})
        for message in messages
    ]
    shown = "<ol>\n" + "\n".join(items) + "\n</ol>" if items else _EMPTY
    return _PAGE.format(style=_STYLE, to=escape(to), here=escape(here), messages=shown)
