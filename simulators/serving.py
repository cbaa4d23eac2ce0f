"""Starting a simulator: its arguments, its server, and its end when the starter is gone."""

import argparse
import asyncio
import os
import select
import threading
from dataclasses import dataclass
from pathlib import Path

from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette


@dataclass(frozen=True)
class Arguments:
    """What a simulator is told at its start."""

    host: str
    port: int
    data: Path
    alive: Path | None
    inventory: Path | None
    callback: str | None
    secret: str | None


def arguments(name: str) -> Arguments:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog=f"python -m simulators.{name}")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of the truth file")
    parser.add_argument("--alive", type=Path, help="named pipe; end when its writer is gone")
    parser.add_argument("--inventory", type=Path, help="the operator's export (operator only)")
    parser.add_argument("--callback", help="address told of payments (payout only)")
    parser.add_argument("--secret", help="secret that signs callbacks (payout only)")
    return Arguments(**vars(parser.parse_args()))


def serve(app: Starlette, given: Arguments) -> None:
    """Run until stopped, or until the starter is gone."""
    if given.alive is not None:
        threading.Thread(target=_end_with, args=(given.alive,), daemon=True).start()
    server = Server(
        app,
        address=given.host,
        port=given.port,
        interface=Interfaces.ASGI,
        log_enabled=False,
    )
    asyncio.run(server.serve())


def _end_with(pipe: Path) -> None:
    try:
        reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        select.select([reading], [], [])
    finally:
        os._exit(0)
