"""What outlives a killed launcher, to end what its signals didn't.

A Celery worker asked to end first finishes its task, however long, even when database and broker are gone. The servers are
known by the lock that they hold open: no other process can be taken for one of them.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from .places import Lock

# PostgreSQL writes what it has in memory before it ends.
PATIENCE = 20


def watch(path: Path) -> None:
    """Waits for the end of its input, which only the launcher holds, then for the servers' lock."""
    sys.stdin.read()
    if not Lock(path).take(patience=PATIENCE):
        for process in holders(path):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def holders(path: Path) -> Iterator[int]:
    """The other processes that hold a file open."""
    for descriptors in Path("/proc").glob("[0-9]*/fd"):
        process = int(descriptors.parent.name)
        with suppress(OSError):  # it has just ended, or belongs to someone else
            if process != os.getpid() and any(os.path.samefile(descriptor, path) for descriptor in descriptors.iterdir()):
                yield process


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
