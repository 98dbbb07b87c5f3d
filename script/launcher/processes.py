"""Starting processes, and never leaving one behind.

A server has a session of its own, so that Ctrl-C reaches the launcher alone, which stops them in reverse order. When the
launcher itself is killed, the kernel sends each server the signal that ends it cleanly.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from .console import Stop, never_fail_to_print, tail
from .places import ROOT, Account, Lock

Command = Sequence[str | Path]
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child between fork and exec should allocate as little as possible.
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Interrupted(BaseException):
    """Someone asked the launcher to end: Ctrl-C, a terminal that closes, or `kill`."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


def end_on_signals() -> None:
    def interrupt(number: int, frame: FrameType | None) -> None:
        raise Interrupted(number)

    for number in ENDINGS:
        # Under nohup the closing of the terminal is meant to be ignored.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupt)


def ended_cleanly(work: Callable[[], int]) -> int:
    """The exit code of `work`, which ends by itself, by a sentence for the person, or because it was asked to."""
    never_fail_to_print()
    end_on_signals()
    try:
        return work()
    except Stop as stop:
        print(stop, file=sys.stderr, flush=True)
    except PermissionError as error:
        print(
            f"{error.filename} appartient à un autre compte : un premier lancement s'est fait sous un autre nom.", file=sys.stderr
        )
    except Interrupted as interrupted:
        return interrupted.exit_code
    return 1


@contextmanager
def undisturbed() -> Iterator[None]:
    """Holds back a request to end until the block is over: dpkg stopped half-way leaves a machine to repair by hand."""
    received: list[int] = []
    before = [(number, signal.signal(number, lambda number, frame: received.append(number))) for number in ENDINGS]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
    if received:
        raise Interrupted(received[0])


def _dies_with_launcher(orphaned: int) -> Callable[[], None]:
    launcher = os.getpid()

    def prepare() -> None:
        if LIBC is None:
            return
        LIBC.prctl(PR_SET_PDEATHSIG, orphaned)
        if os.getppid() != launcher:  # it died before the request was in place
            os._exit(1)

    return prepare


def spawn(
    command: Command,
    *,
    env: Mapping[str, str],
    log: Path | None,
    account: Account | None = None,
    cwd: Path = ROOT,
    keep: Sequence[int] = (),
    orphaned: int = signal.SIGTERM,
    executable: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Starts a command. Without a log it keeps the terminal (pytest --pdb reads it); with one, it is cut off from it.

    `orphaned` is the signal that the kernel sends it if the launcher dies; Popen changes account before prepare() asks for
    it, which matters because a change of account forgets the request. `keep` are descriptors that stay open in it.
    """
    with open(log, "ab") if log else nullcontext(None) as output:
        return subprocess.Popen(
            command,
            executable=executable,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL if log else None,
            stdout=output,
            stderr=subprocess.STDOUT if log else None,
            start_new_session=log is not None,
            pass_fds=keep,
            preexec_fn=_dies_with_launcher(orphaned),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=() if account else None,
        )


def finish(process: subprocess.Popen[bytes], *, ending: int, patience: float, session: bool) -> None:
    """Asks a process to end, waits, then kills what is left of its session: nothing that it started outlives it."""
    if process.poll() is None:
        process.send_signal(ending)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    if session:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def call(
    command: Command,
    *,
    env: Mapping[str, str],
    log: Path | None = None,
    account: Account | None = None,
    cwd: Path = ROOT,
    watch: Callable[[], None] = lambda: None,
) -> int:
    """Runs a command to its end and returns its exit code; `watch` is called meanwhile, and may raise."""
    process = spawn(command, env=env, log=log, account=account, cwd=cwd)
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                return process.wait(0.2)
            watch()
    except Interrupted:
        # On the terminal Ctrl-C reached the command too: it deserves the time to say what it was doing.
        if log is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
        raise
    finally:
        finish(process, ending=signal.SIGTERM, patience=10, session=log is not None)


def succeed(
    command: Command, *, env: Mapping[str, str], log: Path, failure: str, account: Account | None = None, cwd: Path = ROOT
) -> None:
    code = call(command, env=env, log=log, account=account, cwd=cwd)
    if code:
        raise Stop(f"{failure} (code {code}).\n{tail(log)}")


@dataclass
class Server:
    name: str
    process: subprocess.Popen[bytes]
    log: Path
    ending: int = signal.SIGTERM
    patience: float = 15

    def must_live(self) -> None:
        code = self.process.poll()
        if code is not None:
            raise Stop(f"{self.name} s'est arrêté (code {code}).\n{tail(self.log)}")

    def wait_until(self, ready: Callable[[], bool], *, patience: float = 60) -> None:
        limit = time.monotonic() + patience
        while not ready():
            self.must_live()
            if time.monotonic() > limit:
                raise Stop(f"{self.name} ne répond pas après {patience:.0f}\u00a0s.\n{tail(self.log)}")
            time.sleep(0.02)


class Servers:
    """What the launcher started, stopped in reverse order when the block ends, however it ends.

    Each server keeps `lock` open: that is how the guardian recognises them if the launcher is killed.
    """

    def __init__(self, lock: Lock) -> None:
        self.running: list[Server] = []
        self.guardian = subprocess.Popen(
            [sys.executable, "-m", "script.launcher.guardian", lock.path],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def add(self, server: Server) -> Server:
        self.running.append(server)
        return server

    def stop(self, server: Server) -> None:
        finish(server.process, ending=server.ending, patience=server.patience, session=True)
        self.running.remove(server)

    def must_live(self) -> None:
        for server in self.running:
            server.must_live()

    def tails(self) -> str:
        return "\n".join(filter(None, (tail(server.log) for server in self.running)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        # Until they have stopped, and no longer: what is started afterwards would inherit it, and no request would end it.
        before = [(number, signal.signal(number, signal.SIG_IGN)) for number in ENDINGS]
        for server in list(reversed(self.running)):
            self.stop(server)
        finish(self.guardian, ending=signal.SIGKILL, patience=0, session=True)
        if self.guardian.stdin:
            self.guardian.stdin.close()
        for number, handler in before:
            signal.signal(number, handler)
