"""The process that keeps both PostgreSQL clusters, and stops them when its starter is gone.

PostgreSQL knows no pipe of ours; this little process does. Run by the supervisor.
"""

import argparse
import signal
import sys
import threading
from pathlib import Path

from xiaohu.ops import alive
from xiaohu.ops.embedded import CLUSTERS, Cluster
from xiaohu.ops.sentences import CannotStart

READY = "ready"


def main() -> int:
    """Start both clusters, say so, and keep them until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--alive", type=Path, required=True)
    given = parser.parse_args()
    stop, orphaned = threading.Event(), threading.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda *_: stop.set())

    def orphan() -> None:
        orphaned.set()
        stop.set()

    alive.watch(given.alive, then=orphan)
    clusters = [Cluster(given.data, name) for name in CLUSTERS]
    try:
        for cluster in clusters:
            cluster.start()
        _say(READY)
        while not stop.wait(0.5) and all(_runs(cluster) for cluster in clusters):
            pass
    except CannotStart as reason:
        _say(str(reason))
        return 1
    finally:
        for cluster in clusters:
            cluster.ask_to_stop()
        # With the starter gone nobody waits for an answer: PostgreSQL finishes alone.
        if not orphaned.is_set():
            for cluster in clusters:
                cluster.stop()
    return 0


def _runs(cluster: Cluster) -> bool:
    return cluster.process is not None and cluster.process.poll() is None


def _say(line: str) -> None:
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except OSError:
        pass  # Whoever listened is gone; what follows is stopping anyway.


if __name__ == "__main__":
    sys.exit(main())
