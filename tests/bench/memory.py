"""What memory a process of a service takes, its children included."""

import contextlib

import psutil

from tests.service import Service

MIB = 1024 * 1024


def pss(service: Service, name: str) -> int:
    """Return the PSS of a process and its children, in bytes."""
    family = set()  # a forked child carries its parent's command line and must count once
    for process in service.ours():
        with contextlib.suppress(psutil.NoSuchProcess):  # it may end while we look
            if process.cmdline()[-1:] == [name]:
                family |= {process, *process.children(recursive=True)}
    return sum(_of(member) for member in family)


def _of(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:
        return 0
