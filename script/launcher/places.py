"""Where the servers' files live, and under which account PostgreSQL runs.

PostgreSQL refuses to run as root: it then takes an account without rights, which a private home keeps out of the checkout.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .console import Stop, say

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
VENV = ROOT / ".venv"
# For root alone, when the account of PostgreSQL can't reach the checkout; named after it, so that two clones stay apart.
ELSEWHERE = Path("/var/lib") / f"plannumerique-{hashlib.sha256(bytes(ROOT)).hexdigest()[:12]}"
# Both PostgreSQL and Redis refuse a longer socket path: sun_path holds 108 bytes, with its final zero.
LONGEST_SOCKET_PATH = 107


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int

    def can(self, test: str, path: Path) -> bool:
        """Asked by a process of that account: permissions of the parents, ACLs and mounts answer together."""
        command = ["/bin/sh", "-c", f'test {test} "$0"', str(path)]
        try:
            return not subprocess.run(command, cwd="/", user=self.uid, group=self.gid, extra_groups=[]).returncode
        except OSError:  # this account doesn't exist in the container's map of users
            return False


def unprivileged_account() -> Account | None:
    """Who runs PostgreSQL instead of root; None for an ordinary user, who runs it herself."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: Account(entry.pw_uid, entry.pw_gid) for entry in pwd.getpwall()}
    for name in ("nobody", "postgres", "daemon"):
        if name in known and known[name].can("-d", Path("/")):
            return known[name]
    raise Stop("PostgreSQL ne s'exécute pas en tant que root, et cette machine n'a aucun compte sans droits (« nobody »).")


def socket_path(directory: Path, name: str) -> Path:
    path = directory / name
    if len(bytes(path)) > LONGEST_SOCKET_PATH:
        raise Stop(f"Le chemin de connexion {path} dépasse {LONGEST_SOCKET_PATH} octets.")
    return path


class Lock:
    """A lock that the kernel frees with the last process that holds the descriptor: a pid file can lie, this can't."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self, *, patience: float = 0) -> bool:
        limit = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() >= limit:
                    return False
                time.sleep(0.1)

    def release(self) -> None:
        os.close(self.fd)


@contextmanager
def alone(path: Path, *, waiting: str = "") -> Iterator[None]:
    """One start at a time passes here; the others wait, and say so."""
    lock = Lock(path)
    try:
        if not lock.take():
            if waiting:
                say(waiting)
            lock.take(patience=float("inf"))
        yield
    finally:
        lock.release()


@dataclass(frozen=True)
class Ground:
    """The files of one set of servers. The servers keep `lock` open: whoever takes it knows that none is left."""

    home: Path
    cluster: Path
    sockets: Path
    account: Account | None
    lock: Lock

    def log(self, name: str) -> Path:
        return self.home / "log" / f"{name}.log"


def lay(home: Path, lock: Lock) -> Ground:
    """Makes what is missing under `home`, once its lock is taken."""
    account = unprivileged_account()
    shutil.rmtree(home / "log", ignore_errors=True)
    (home / "log").mkdir()
    return Ground(home, _cluster(home, account), _sockets(home, account), account, lock)


def leave(ground: Ground) -> None:
    """Frees a ground whose servers have stopped; its data stay."""
    shutil.rmtree(ground.sockets, ignore_errors=True)
    ground.lock.release()


def clear(home: Path) -> None:
    """Removes a ground wholly, with what stands outside of it."""
    for directory in (_sockets_of(home), ELSEWHERE / home.name, home):
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def throwaway() -> Iterator[Ground]:
    """A ground for one run, beside those of other runs; those that a killed run left behind are removed."""
    family = VAR / "run"
    family.mkdir(parents=True, exist_ok=True)
    with alone(VAR / "run.lock"):
        for abandoned in family.iterdir():
            _clear_if_abandoned(abandoned)
        home = Path(tempfile.mkdtemp(dir=family, prefix=""))
        home.chmod(0o711)  # PostgreSQL's account has to pass through
        lock = Lock(home / "lock")
        lock.take()
    try:
        yield lay(home, lock)
    finally:
        clear(home)
        lock.release()


def saved_logs(ground: Ground) -> Path:
    """Where the logs of a throw-away ground are kept once it is gone."""
    return shutil.copytree(ground.home / "log", VAR / "log" / ground.home.name)


def _clear_if_abandoned(home: Path) -> None:
    lock = Lock(home / "lock")
    if lock.take():
        clear(home)
    lock.release()


def _cluster(home: Path, account: Account | None) -> Path:
    """Keeps to the place that an earlier start chose: a home opened since then must not hide the data."""
    inside, outside = home / "postgresql", ELSEWHERE / home.name
    if inside.exists() or outside.exists():
        return inside if inside.exists() else outside
    if account is None or account.can("-x", home):
        return _private(inside, account)
    outside.parent.mkdir(mode=0o755, exist_ok=True)
    outside.parent.chmod(0o755)
    (home / "postgresql.path").write_bytes(bytes(outside))
    return _private(outside, account)


def _sockets_of(home: Path) -> Path:
    return Path("/tmp") / f"plannumerique-{os.geteuid()}-{hashlib.sha256(bytes(home)).hexdigest()[:12]}"


def _sockets(home: Path, account: Account | None) -> Path:
    """A short path, whatever the length of the checkout's own."""
    directory = _sockets_of(home)
    shutil.rmtree(directory, ignore_errors=True)  # a killed launcher leaves it; the lock says that nobody uses it
    try:
        return _private(directory, account)
    except FileExistsError:
        raise Stop(f"{directory} existe déjà et appartient à un autre compte : à supprimer par lui ou par root.") from None


def _private(directory: Path, account: Account | None) -> Path:
    directory.mkdir(mode=0o700)
    if account:
        os.chown(directory, account.uid, account.gid)
    return directory
