"""Our own two clusters, run for one command while the service is stopped.

What stops a start names a command that needs both databases; they must not need the start.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings
from django.db import connections

from xiaohu.ops.embedded import CLUSTERS, Cluster
from xiaohu.ops.folder import DataFolder
from xiaohu.ops.reachable import require_databases
from xiaohu.ops.sentences import CannotStart


@contextmanager
def running() -> Iterator[None]:
    """Run our own clusters where they do not run and were made before; else change nothing.

    Raises:
        CannotStart: a database cannot be reached, or the folder is in use.
    """
    with ExitStack() as stack:
        try:
            require_databases()
        except CannotStart:
            if not _ours():
                raise
            stack.callback(connections.close_all)
            _start(stack)
            stack.callback(connections.close_all)
            require_databases()
        yield


def _ours() -> list[Cluster]:
    """Return both clusters where this installation keeps its databases in them."""
    options = settings.XIAOHU
    clusters = [Cluster(options.data_dir, name) for name in CLUSTERS]
    external = options.database_url or options.keystore_url
    made = all((cluster.pgdata / "PG_VERSION").exists() for cluster in clusters)
    return clusters if made and not external else []


def _start(stack: ExitStack) -> None:
    stack.callback(DataFolder(settings.XIAOHU.data_dir).hold())
    for cluster in _ours():
        stack.callback(cluster.stop)
        cluster.start()
