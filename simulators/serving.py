"""Running a simulator as a process of its own that ends with whoever started it."""

import argparse
import json
import os
import select
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from simulators.truth import Truth
from simulators.wire import Unfit, on_http_error, on_unfit

SETTINGS = "SIMULATOR_SETTINGS"
LOOK_AT_PARENT_S = 1.0

HELP = {
    "inventory": "CSV file of the lines the operator knows",
    "callback": "address that is told of what became of it; empty for nobody",
    "secret": "what the callbacks are signed with",
}


@dataclass(frozen=True)
class Settings:
    """What a simulator is told at its start."""

    data: str
    inventory: str = ""
    callback: str = ""
    secret: str = ""
    alive: str = ""


def _watch(fifo: str, parent: int) -> None:
    """End this process once the FIFO has lost its writer or the parent is gone."""
    pipes = [os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)] if fifo else []
    while True:
        # Read even in silence: a reader that comes after the writer has gone is never woken.
        if pipes and not _still_open(pipes[0]):
            os._exit(0)
        select.select(pipes, [], [], LOOK_AT_PARENT_S)
        if parent and os.getppid() != parent:
            os._exit(0)


def _still_open(pipe: int) -> bool:
    try:
        return os.read(pipe, 4096) != b""
    except BlockingIOError:
        return True


def watch(fifo: str, parent: int = 0) -> None:
    """Start watching without holding the process up."""
    if fifo or parent:
        threading.Thread(target=_watch, args=(fifo, parent), daemon=True).start()


def closing(truth: Truth) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Return a lifespan that lets go of the truth at the end."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> Any:
        try:
            yield
        finally:
            truth.close()

    return lifespan


def application_of(
    routes: Sequence[Route],
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]],
) -> Starlette:
    """Return an application that answers bad requests the way all simulators do."""
    handlers = {Unfit: on_unfit, HTTPException: on_http_error}
    return Starlette(routes=list(routes), lifespan=lifespan, exception_handlers=dict(handlers))


def worker(application: Callable[[Settings], Starlette]) -> Starlette:
    """Build the application inside the worker process that granian started."""
    settings = Settings(**json.loads(os.environ[SETTINGS]))
    # The worker outlives a killed main process unless it looks for itself.
    watch(settings.alive, os.getppid())
    return application(settings)


def _require_free(host: str, port: int) -> None:
    """End where somebody listens there: Granian would share the port, and each got half of the calls."""
    family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(place)
        except OSError as error:
            raise SystemExit(f"cannot listen on {host}:{port}: {error.strerror}") from None


def serve(
    name: str,
    wanted: Sequence[str] = (),
    argv: Sequence[str] | None = None,
    optional: Sequence[str] = (),
) -> None:
    """Run the simulator of this name until it is stopped."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    parser = argparse.ArgumentParser(prog=f"python -m simulators.{name}")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", required=True, help="folder for truth.jsonl")
    parser.add_argument("--alive", default="", help="FIFO; end when its writer is gone")
    for flag in wanted:
        parser.add_argument(f"--{flag}", required=True, help=HELP[flag])
    for flag in optional:
        parser.add_argument(f"--{flag}", default="", help=HELP[flag])
    options = vars(parser.parse_args(argv))
    host, port = options.pop("host"), options.pop("port")
    for flag in ("data", "inventory", "alive"):
        if options.get(flag):
            options[flag] = str(Path(options[flag]).resolve())
    _require_free(host, port)
    settings = Settings(**options)
    os.environ[SETTINGS] = json.dumps(asdict(settings))
    watch(settings.alive)
    Granian(
        f"simulators.{name}:from_environment",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        websockets=False,
        factory=True,
        log_level=LogLevels.error,
    ).serve()
