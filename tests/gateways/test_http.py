"""One call to the outside: what can be read is read, and nothing that happens there raises here."""

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from uuid import UUID

import pytest

from xiaohu.gateways import http
from xiaohu.gateways.http import NOTHING, Reply

KEY = UUID("00000000-0000-4000-8000-000000000001")


class Outside(BaseHTTPRequestHandler):
    """Answers each path in a way of its own."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        key = self.headers["Idempotency-Key"]
        self._say(b'{"key": "%s", "sent": %s}' % (key.encode(), sent))

    def do_GET(self) -> None:
        match self.path:
            case "/long":
                self._say(b'{"text": "' + b"x" * http.MAX_BODY + b'"}')
            case "/list":
                self._say(b"[1, 2]")
            case "/page":
                self._say(b"<html></html>")
            case "/bytes":
                self._say(b"\xff\xfe")
            case "/moved":
                self._say(b"{}", status=302)
            case "/drip":
                self._drip()
            case "/hangs-up":
                self.close_connection = True
            case _:
                self._say(b'{"path": "%s"}' % self.path.encode())

    def _say(self, body: bytes, *, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b" ")
            time.sleep(0.05)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


@pytest.fixture(scope="module")
def outside() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Outside)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_sends_a_key_and_json_and_reads_json(outside: str) -> None:
    reply = http.call(outside, "POST", "/orders", key=KEY, json={"order": "注销"})
    assert reply == Reply(200, {"key": str(KEY), "sent": {"order": "注销"}})


@pytest.mark.parametrize("path", ["/long", "/list", "/page", "/bytes", "/hangs-up"])
def test_an_answer_that_cannot_be_read_is_no_answer(outside: str, path: str) -> None:
    assert http.call(outside, "GET", path) == NOTHING


def test_does_not_follow_elsewhere(outside: str) -> None:
    assert http.call(outside, "GET", "/moved").status == 302


def test_an_answer_that_drips_ends(outside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TOTAL_S", 0.2)
    began = time.monotonic()
    assert http.call(outside, "GET", "/drip") == NOTHING
    assert time.monotonic() - began < 4


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9", "ftp://127.0.0.1", "nonsense", "http://名.invalid:1"]
)
def test_nobody_there_is_no_answer(address: str) -> None:
    assert http.call(address, "GET", "/lines/1") == NOTHING
