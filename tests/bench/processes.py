"""The running whole: seconds to start, MiB of each process."""

import shutil
import time

import psutil

from tests.bench.rows import Row
from tests.service import Service

MIB = 1024 * 1024


def measure() -> list[Row]:
    """Start, work, measure memory, start again."""
    service = Service(port=18700)
    try:
        rows = [
            Row("start_first", round(service.start(), 1), None, None, "s", "10,000 lines imported")
        ]
        peaks = {"web": 0.0, "worker": 0.0}
        for _ in range(2):
            service.run("demo", "close")
            for name in peaks:
                peaks[name] = max(peaks[name], _pss(service, name))
        service.stop()
        rows.append(Row("start_again", round(service.start(), 1), None, None, "s"))
        began = time.monotonic()
        service.stop()
        rows.append(Row("stop", round(time.monotonic() - began, 1), None, None, "s"))
    finally:
        service.stop()
        shutil.rmtree(service.folder, ignore_errors=True)
    memory = [
        Row(f"memory_{name}", round(peak, 0), None, None, "MiB PSS") for name, peak in peaks.items()
    ]
    return rows + memory


def _pss(service: Service, name: str) -> float:
    """Return the PSS of a process and its children, in MiB."""
    family = set()  # a forked child carries its parent's command line and must count once
    for process in service.ours():
        if process.cmdline()[-1:] == [name]:
            family |= {process, *process.children(recursive=True)}
    return sum(_of(member) for member in family) / MIB


def _of(process: psutil.Process) -> int:
    return int(process.memory_full_info().pss)
