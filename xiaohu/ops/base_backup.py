"""A backup of one embedded cluster while it runs: PostgreSQL's own files, ready to be started elsewhere."""

import os
import shutil

from xiaohu.ops.embedded import ROLE, Cluster
from xiaohu.ops.sentences import CannotStart
from xiaohu.ops.unprivileged import identity, own


def back_up(running: Cluster, to: Cluster) -> None:
    """Copy a running cluster, with the log of changes it needs, to where another one may start from it.

    Raises:
        CannotStart: PostgreSQL could not write the backup; its own reason is named.
    """
    shutil.rmtree(to.pgdata, ignore_errors=True)
    to.pgdata.mkdir(mode=0o700, parents=True)
    for folder in (to.home, to.pgdata):
        own(folder, identity())
    command = ["pg_basebackup", "-h", str(running.socket), "-U", ROLE, "-D", str(to.pgdata)]
    command += ["--checkpoint=fast", "--wal-method=stream", "--no-password"]
    made = running.run_program(command)
    if made.returncode != 0:
        said = (made.stderr.strip().splitlines() or ["?"])[-1]
        raise CannotStart(f"无法备份 {running.name}：{said}", f"{running.name}: no backup: {said}")


def bring_back(backup: Cluster, to: Cluster) -> None:
    """Copy a backup, or a cluster that was stopped, to where it is to run."""
    to.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copytree(backup.pgdata, to.pgdata, ignore=shutil.ignore_patterns("postmaster.pid"))
    who = identity()
    if who is not None:
        for place in (to.home, to.pgdata, *to.pgdata.rglob("*")):
            os.chown(place, who.uid, who.gid, follow_symlinks=False)
