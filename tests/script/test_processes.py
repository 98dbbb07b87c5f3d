import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from script.launcher import guardian
from script.launcher.console import Stop
from script.launcher.places import ROOT, Lock
from script.launcher.processes import ENDINGS, Server, Servers, call, finish, spawn

SLEEP = ["sleep", "60"]
DEAF = ["sh", "-c", "trap '' TERM; echo prêt; sleep 60 & wait; wait"]


def gone(process: int, *, patience: float = 10) -> bool:
    """Whether it ended; one that nobody reaped yet has."""
    limit = time.monotonic() + patience
    while time.monotonic() < limit:
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def deaf(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ignores TERM, and has a child; both hold a lock open."""
    lock = Lock(tmp_path / "lock")
    assert lock.take()
    process = spawn(DEAF, env=dict(os.environ), log=tmp_path / "log", keep=[lock.fd])
    lock.release()
    while not (tmp_path / "log").read_text():
        time.sleep(0.02)
    yield process
    finish(process, ending=signal.SIGKILL, patience=0, session=True)


def test_what_ignores_the_request_is_killed_with_its_children(deaf: subprocess.Popen[bytes], tmp_path: Path) -> None:
    family = set(guardian.holders(tmp_path / "lock"))
    assert deaf.pid in family
    assert len(family) == 2

    finish(deaf, ending=signal.SIGTERM, patience=0.2, session=True)
    assert all(gone(member) for member in family)


def test_a_killed_launcher_takes_its_servers_along(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from script.launcher.processes import spawn\n"
        f"server = spawn({SLEEP!r}, env={{'PATH': '/usr/bin:/bin'}}, log=pathlib.Path(sys.argv[1]))\n"
        "print(server.pid, flush=True)\n"
        "server.wait()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path / "log"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as launcher:
        assert launcher.stdout
        server = int(launcher.stdout.readline())
        assert not gone(server, patience=0.2)
        launcher.kill()
        assert gone(server)


def test_the_guardian_ends_what_a_killed_launcher_could_not(
    deaf: subprocess.Popen[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guardian, "PATIENCE", 0.2)
    family = set(guardian.holders(tmp_path / "lock"))
    with (tmp_path / "ended").open("w+") as ended:
        monkeypatch.setattr(sys, "stdin", ended)
        guardian.watch(tmp_path / "lock")
    assert all(gone(member) for member in family)


def test_the_guardian_leaves_other_processes_alone(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()
    assert list(guardian.holders(tmp_path / "lock")) == []


def test_a_server_that_ends_by_itself_is_reported_with_its_log(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    server = Server("web", spawn(["sh", "-c", "echo port refusé; exit 3"], env=dict(os.environ), log=log), log)
    server.process.wait()
    with pytest.raises(Stop, match=r"web s.est arrêté \(code 3\)(?s:.*)port refusé"):
        server.must_live()


def test_a_command_is_ended_when_a_server_fails_meanwhile(tmp_path: Path) -> None:
    def fail() -> None:
        raise Stop("le serveur est tombé")

    start = time.monotonic()
    with pytest.raises(Stop):
        call(SLEEP, env=dict(os.environ), log=tmp_path / "log", watch=fail)
    assert time.monotonic() - start < 10


def test_once_the_servers_have_stopped_a_request_to_end_is_heard_again(tmp_path: Path) -> None:
    before = {number: signal.getsignal(number) for number in ENDINGS}
    lock = Lock(tmp_path / "lock")
    assert lock.take()

    with Servers(lock):
        pass

    assert {number: signal.getsignal(number) for number in ENDINGS} == before
