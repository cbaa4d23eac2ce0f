"""The inbox of everybody at once, as a page that works without scripts."""

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from html import escape

from simulators.truth import Record

_CHINA = timezone(timedelta(hours=8))
_STYLE = """
:root { color-scheme: light; }
body { margin: 0; font: 1.0625rem/1.65 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui,
  sans-serif; color: #16212b; background: #fff; }
header { background: #0b5aa8; color: #fff; }
header p { margin: 0; padding: .9rem 1rem; font-weight: 600; }
header p, main { max-width: 42rem; margin-inline: auto; box-sizing: border-box; }
main { padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.65rem; line-height: 1.3; margin: 0 0 .5rem; }
.quiet, time { color: #46535f; }
form { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin: 1.5rem 0; }
label { display: block; font-weight: 600; }
input { font: inherit; min-height: 3rem; padding: .5rem .75rem; border: 2px solid #5a6773;
  border-radius: 8px; box-sizing: border-box; width: 16rem; max-width: 100%; }
button { font: inherit; font-weight: 600; min-height: 3rem; padding: .5rem 1.5rem; border: 0;
  border-radius: 8px; background: #0b5aa8; color: #fff; }
a { color: #0b5aa8; padding: .7rem 0; }
:focus-visible { outline: 3px solid #16212b; box-shadow: 0 0 0 6px #ffbf47; }
ol { list-style: none; margin: 0; padding: 0; border-top: 1px solid #c5ced6; }
li { border-bottom: 1px solid #c5ced6; padding: .9rem 0; }
h2 { font-size: 1rem; margin: 0; display: flex; flex-wrap: wrap; justify-content: space-between;
  gap: 0 1rem; font-variant-numeric: tabular-nums; }
time { font-weight: 400; }
p.text { margin: .25rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
"""

_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>演示收件箱 Demo inbox – 销户 Xiaohu</title>
<style>{style}</style>
</head>
<body>
<header><p>销户 <span lang="en">Xiaohu</span></p></header>
<main>
<h1>演示收件箱 <span lang="en">Demo inbox</span></h1>
<p class="quiet">发出的短信和邮件都在这里，新的在上。
<span lang="en">Every text and mail that was sent, the latest on top. Times are China's (UTC+8).</span></p>
<form method="get" action="/">
<div><label for="to">号码或邮箱 <span lang="en">Number or e-mail</span></label>
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
<h2>{to}{voice} <time datetime="{at}">{shown}</time></h2>
<p class="text">{text}</p>
</li>"""

_VOICE = ' · 语音来电 <span lang="en">voice call</span>'

_EMPTY = """<p>还没有短信。<span lang="en">There are no messages yet.</span></p>"""


def page(messages: Iterable[Record], to: str, here: str) -> str:
    """Return the page for these messages, newest first."""
    items = [
        _MESSAGE.format(
            **{name: escape(message[name]) for name in ("to", "at", "text")},
            voice=_VOICE if message.get("voice") else "",
            shown=escape(_in_china(message["at"])),
        )
        for message in messages
    ]
    shown = "<ol>\n" + "\n".join(items) + "\n</ol>" if items else _EMPTY
    return _PAGE.format(style=_STYLE, to=escape(to), here=escape(here), messages=shown)


def _in_china(at: str) -> str:
    """Return a moment as clocks in China show it."""
    return datetime.fromisoformat(at).astimezone(_CHINA).strftime("%Y-%m-%d %H:%M:%S")
