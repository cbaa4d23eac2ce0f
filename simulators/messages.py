"""The message provider: keeps what was "texted" and shows it on an inbox page.

Run as `python -m simulators.messages --port 8003 --data DIR`.
"""

from html import escape
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from simulators import wire
from simulators.faults import Faults
from simulators.serving import arguments, serve
from simulators.truth import Truth

SHOWN = 200


class Post:
    """Every message, oldest first."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.sent = {record["key"]: record for record in truth.records()}

    def send(self, key: str, to: str, text: str) -> dict[str, Any]:
        """Deliver once; the same key gives the same answer."""
        known = self.sent.get(key)
        if known is not None:
            same = (known["to"], known["text"]) == (to, text)
            return known if same else {"state": "refused", "reason": "key_used_otherwise"}
        record = {
            "key": key,
            "to": to,
            "text": text,
            "state": "done",
            "reference": f"MSG-{len(self.sent) + 1:06d}",
        }
        self.truth.append(record)
        self.sent[key] = record
        return record

    def newest(self, to: str) -> list[dict[str, Any]]:
        """Return the newest messages, to one address if given."""
        wanted = "".join(to.split()).removeprefix("+86")
        matching = (
            record
            for record in reversed(self.sent.values())
            if not wanted or record["to"].removeprefix("+86") == wanted
        )
        return [record for record, _ in zip(matching, range(SHOWN), strict=False)]


def application(data: Path, faults: Faults | None = None) -> Starlette:
    """Return the provider as a web application."""
    faults = faults or Faults()
    post = Post(Truth(data))

    async def send(request: Request) -> JSONResponse:
        key, body = wire.key(request), await wire.json_object(request)
        to, text = wire.text(body, "to"), wire.text(body, "text")
        if key not in post.sent and to in faults.refuse:
            return JSONResponse({"state": "refused", "reason": "unreachable"}, 422)
        record = post.send(key, to, text)
        answer = {
            name: record[name] for name in ("key", "state", "reference", "reason") if name in record
        }
        return JSONResponse(answer, 200 if record["state"] == "done" else 409)

    async def state(request: Request) -> JSONResponse:
        known = post.sent.get(request.path_params["key"])
        if known is None:
            return JSONResponse({"error": "unknown_message"}, 404)
        return JSONResponse({name: known[name] for name in ("key", "state", "reference")})

    async def inbox_json(request: Request) -> Response:
        shown = post.newest(request.query_params.get("to", ""))
        return JSONResponse([{n: r[n] for n in ("to", "text")} for r in shown])

    async def inbox(request: Request) -> Response:
        to = request.query_params.get("to", "")
        return HTMLResponse(_page(post.newest(to), to))

    routes = [
        Route("/", inbox),
        Route("/inbox.json", inbox_json),
        Route("/messages", wire.guarded(faults, send), methods=["POST"]),
        Route("/messages/{key}", wire.guarded(faults, state)),
    ]
    return Starlette(routes=[*wire.common_routes(faults), *routes])


_HEAD = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>收件箱 Inbox</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body{font:1rem/1.6 system-ui,"PingFang SC","Noto Sans CJK SC",sans-serif;max-width:42rem;
margin:2rem auto;padding:0 1rem;color:#16212b}
form,article{margin:1rem 0}
article{padding:1rem;background:#f3f5f7;border-radius:8px}
article p{margin:.25rem 0 0;overflow-wrap:anywhere}
small{color:#46535f}input,button{font:inherit;padding:.4rem .7rem;min-height:44px}
</style></head><body><main><h1>收件箱 Inbox</h1>
<p>这里显示演示中发出的短信和邮件。What the demo has texted and mailed.</p>"""


def _page(messages: list[dict[str, Any]], to: str) -> str:
    form = (
        '<form><label for="to">号码或邮箱 Number or e-mail</label><br>'
        f'<input id="to" name="to" value="{escape(to)}"> <button>查找 Find</button> '
        '<a href="/">全部 All</a></form>'
    )
    articles = "".join(
        f"<article><small>{escape(record['to'])}</small><p>{escape(record['text'])}</p></article>"
        for record in messages
    )
    empty = "<p>还没有消息。Nothing here yet.</p>"
    return f"{_HEAD}{form}{articles or empty}</main></body></html>"


if __name__ == "__main__":
    given = arguments("messages")
    serve(application(given.data), given)
