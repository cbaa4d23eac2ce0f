"""The pages, served over HTTP by this process inside the test's own transaction."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections
from django.test.testcases import QuietWSGIRequestHandler


class _Server(ThreadedWSGIServer):
    """Lends every request the connections of the test, and leaves them open."""

    def _close_connections(self) -> None:
        pass


class _OneAtATime:
    """Answers one request after the other: all of them share one transaction."""

    def __init__(self) -> None:
        self._pages = WSGIHandler()
        self._turn = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer whole, since a page half sent would let the next request in between."""
        with self._turn, _connections_stay():
            answer = self._pages(environ, start_response)
            try:
                return [b"".join(answer)]
            finally:
                answer.close()


@contextmanager
def _connections_stay() -> Iterator[None]:
    """Let a request begin and end inside the transaction of the test, and not close it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@contextmanager
def served() -> Iterator[str]:
    """Serve until the end of the block; yields the address."""
    lent = {alias: connections[alias] for alias in ("default", "keystore")}
    for connection in lent.values():
        connection.inc_thread_sharing()
    server = _Server(
        ("127.0.0.1", 0),
        QuietWSGIRequestHandler,
        allow_reuse_address=False,
        connections_override=lent,
    )
    server.set_app(_OneAtATime())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        for connection in lent.values():
            connection.dec_thread_sharing()
