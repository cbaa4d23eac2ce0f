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
    """Lends every request the connections of the test that runs, and leaves them open."""

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


class Served:
    """One address for all tests of a run, so that the browser keeps what never changes."""

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), QuietWSGIRequestHandler, allow_reuse_address=False)
        self._server.set_app(_OneAtATime())
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Listen."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Answer from the test that runs until the end of the block."""
        lent = {alias: connections[alias] for alias in ("default", "keystore")}
        for connection in lent.values():
            connection.inc_thread_sharing()
        self._server.connections_override = lent
        try:
            yield
        finally:
            self._server.connections_override = {}
            for connection in lent.values():
                connection.dec_thread_sharing()
