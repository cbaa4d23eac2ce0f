"""The running whole: seconds to start, MiB of each process under load."""

import shutil
import time

from tests.bench import load
from tests.bench.rows import Row
from tests.service import Service

MEASURED = ("web", "worker")


def measure() -> list[Row]:
    """Start, carry a load, measure memory meanwhile, start again."""
    service = Service(port=18700)
    try:
        rows = [
            Row("start_first", round(service.start(), 1), None, None, "s", "10,000 lines imported")
        ]
        with load.Peaks(service, MEASURED) as peaks:
            load.put_on(service)
        service.stop()
        rows.append(Row("start_again", round(service.start(), 1), None, None, "s"))
        began = time.monotonic()
        service.stop()
        rows.append(Row("stop", round(time.monotonic() - began, 1), None, None, "s"))
    finally:
        service.stop()
        shutil.rmtree(service.folder, ignore_errors=True)
    note = f"{load.AT_ONCE} browsers reading pages and papers, a line closing meanwhile"
    return rows + [
        Row(f"memory_{name}", round(peaks.most[name], 0), None, None, "MiB PSS", note)
        for name in MEASURED
    ]
