"""A process of its own for files from anywhere: little memory and time, no files and no keys of ours.

Where the kernel can (Landlock), it reads nothing but code and fonts and speaks to nobody; where it
cannot, memory, time and what may be written are limited all the same. Whatever becomes of such a process, the service goes on, and nothing of it stays behind. Only a few
run at once, so that what many people send together is bounded as well.
"""

import os
import resource
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress

from xiaohu.proofing import landlock

AT_ONCE = 2
OK = b"ok"
SECONDS = 20
_CPU_SECONDS = 10
_MEMORY = 800 * 1024 * 1024

_PLACES = threading.BoundedSemaphore(AT_ONCE)


class Broke(Exception):
    """The process ended without an answer: it crashed, or took more than it may have."""


def run(module: str, data: bytes) -> bytes:
    """Return what a module answers on standard output to `data` on its standard input.

    Raises:
        Broke: there is no answer.
    """
    with _PLACES:
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter, our own module
                [sys.executable, "-I", "-m", module],
                input=data,
                capture_output=True,
                timeout=SECONDS,
                env={"PATH": os.defpath},
                check=True,
            )
        except (subprocess.SubprocessError, OSError):
            raise Broke(module) from None
    return done.stdout


def confine() -> None:
    """Give up, in the process itself, what reading a file does not need."""
    with suppress(ValueError):  # a system that cannot limit memory still limits time
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    landlock.read_only((*landlock.code(), *landlock.FONTS))
    signal.alarm(SECONDS)  # whoever started it may be gone by then


def pack(parts: Iterable[bytes]) -> bytes:
    """Return parts as one stream, each behind its length."""
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def unpack(stream: bytes) -> Iterator[bytes]:
    """Return the parts of a stream.

    Raises:
        ValueError: it ends in the middle of one.
    """
    at = 0
    while at < len(stream):
        if at + 4 > len(stream):
            raise ValueError("cut off")
        (size,) = struct.unpack_from(">I", stream, at)
        at += 4 + size
        if at > len(stream):
            raise ValueError("cut off")
        yield stream[at - size : at]
