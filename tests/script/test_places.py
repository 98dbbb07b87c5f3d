import os
import stat
from pathlib import Path

import pytest

from script.launcher import places
from script.launcher.console import Stop
from script.launcher.places import Lock, socket_path, throwaway


@pytest.fixture
def var(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(places, "VAR", tmp_path / "var")
    monkeypatch.setattr(places, "ELSEWHERE", tmp_path / "elsewhere")
    return tmp_path / "var"


def test_a_socket_path_holds_107_bytes_and_no_more() -> None:
    longest = "é" * 50 + "a" * 2
    assert len(os.fsencode(socket_path(Path("/tmp"), longest))) == 107
    with pytest.raises(Stop, match="107 octets"):
        socket_path(Path("/tmp"), longest + "a")


def test_sockets_stay_short_however_deep_the_checkout(var: Path) -> None:
    deep = var.joinpath(*["dossier"] * 40)
    assert socket_path(places._sockets_of(deep), ".s.PGSQL.5432")


def test_a_lock_is_free_when_its_last_holder_ends(tmp_path: Path) -> None:
    first, second = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    heir = os.dup(first.fd)
    assert first.take()
    first.release()
    assert not second.take()

    os.close(heir)
    assert second.take()
    second.release()


def test_a_throwaway_ground_is_private_and_leaves_nothing(var: Path) -> None:
    with throwaway() as ground:
        places_made = [ground.home, ground.cluster, ground.sockets]
        assert stat.S_IMODE(ground.cluster.stat().st_mode) == 0o700
        assert stat.S_IMODE(ground.sockets.stat().st_mode) == 0o700
        assert all(place.is_dir() for place in places_made)
    assert not any(place.exists() for place in places_made)


def test_two_grounds_at_once_share_nothing(var: Path) -> None:
    with throwaway() as first, throwaway() as second:
        assert first.home.exists()
        assert len({first.home, second.home, first.cluster, second.cluster, first.sockets, second.sockets}) == 6


def test_what_a_killed_run_left_is_removed_by_the_next(var: Path) -> None:
    abandoned = var / "run" / "abandoned"
    abandoned.mkdir(parents=True)
    (abandoned / "lock").touch()
    sockets = places._sockets_of(abandoned)
    sockets.mkdir()

    with throwaway():
        assert not abandoned.exists()
        assert not sockets.exists()


def test_the_cluster_stays_where_it_was_first_put(var: Path) -> None:
    home = var / "demo"
    home.mkdir(parents=True)
    outside = places.ELSEWHERE / "demo"
    outside.mkdir(parents=True)
    assert places._cluster(home, account=None) == outside


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands PostgreSQL over to another account")
def test_a_private_home_sends_the_cluster_elsewhere(var: Path, tmp_path: Path) -> None:
    home = var / "demo"
    home.mkdir(parents=True)
    tmp_path.chmod(0o700)
    account = places.unprivileged_account()
    assert account is not None

    cluster = places._cluster(home, account)
    assert cluster == places.ELSEWHERE / "demo"
    assert cluster.stat().st_uid == account.uid
    assert (home / "postgresql.path").read_text() == str(cluster)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
