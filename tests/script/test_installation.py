"""A production installation for real, in processes of its own: what it refuses, what it serves, what it says of its health."""

import gzip
import http.client
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from script.launcher.places import ROOT

NAME = "portail.exemple.invalid"
DEAD = "postgres://personne@127.0.0.1:9/rien"


def production(**others: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {
        "SECRET_KEY": secrets.token_hex(32),
        "DATABASE_URL": os.environ.get("DATABASE_URL", DEAD),
        "REDIS_URL": "redis://127.0.0.1:9/0",
        "PORTAL_URL": f"https://{NAME}",
        "ALLOWED_HOSTS": NAME,
        "EMAIL_URL": "smtp+tls://compte:motdepasse@messagerie.exemple.invalid:587",
        "DEFAULT_FROM_EMAIL": f"plan-numerique@{NAME}",
        **others,
    }


def python(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False
    )


def serve_at_all(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return python("-c", "import plannumerique.wsgi", env=env)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY est vide"),
        ({"SECRET_KEY": "courte"}, "SECRET_KEY est trop courte"),
        ({"SECRET_KEY": "a" * 64}, "SECRET_KEY est trop courte ou trop simple"),
        ({"ALLOWED_HOSTS": "autre.exemple.invalid"}, "ALLOWED_HOSTS n’accepte pas le nom de PORTAL_URL"),
    ],
)
def test_what_is_unsafe_keeps_the_portal_shut_in_french(wrong: dict[str, str], said: str) -> None:
    done = serve_at_all(production(**wrong))
    assert done.returncode != 0
    assert said in done.stderr


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"EMAIL_URL": "consolemail://"}, "EMAIL_URL n’est pas réglé"),
        ({"REDIS_URL": ""}, "REDIS_URL n’est pas réglé"),
        ({"DEFAULT_FROM_EMAIL": "plan-numerique@localhost"}, "DEFAULT_FROM_EMAIL n’est pas réglé"),
        ({"PORTAL_URL": f"http://{NAME}"}, "PORTAL_URL n’est pas en https"),
        ({"PORTAL_DEMO": "1"}, "PORTAL_DEMO est réglé"),
        ({}, "Les fichiers statiques ne sont pas réunis"),
    ],
)
def test_what_is_missing_is_named_in_french(wrong: dict[str, str], said: str, tmp_path: Path) -> None:
    env = production(STATIC_ROOT=str(tmp_path), **wrong)
    done = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", env=env)
    assert done.returncode != 0
    assert said in done.stderr


def test_a_proper_installation_has_nothing_to_say(tmp_path: Path) -> None:
    (tmp_path / "staticfiles.json").write_text("{}")
    done = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", env=production(STATIC_ROOT=str(tmp_path)))
    assert (done.returncode, done.stderr) == (0, "")


@contextmanager
def web(env: dict[str, str], log: Path) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "plannumerique.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    with log.open("w") as out:
        server = subprocess.Popen([*command, "--no-control-socket"], cwd=ROOT, env=env, stdout=out, stderr=out)
    try:
        _wait(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None
        try:
            ask(port, "/sante/", host="localhost")
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail("gunicorn does not answer")


def ask(port: int, path: str, *, host: str = NAME) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Host": host, "Accept-Encoding": "gzip", "X-Forwarded-Proto": "https"})
    answer = connection.getresponse()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def test_the_health_is_503_without_the_database_and_nothing_is_logged(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with web(production(DATABASE_URL=DEAD), log) as port:
        status, headers, body = ask(port, "/sante/", host="127.0.0.1")
        assert status == 503
        assert json.loads(body) == {"base": "ne répond pas", "courtier": "ne répond pas", "courriels": "ne répond pas"}
        assert "set-cookie" not in headers
        probe = python("plannumerique/probe.py", env={**os.environ, "PORT": str(port)})
        assert probe.returncode == 1
    assert "Traceback" not in log.read_text()
    assert "ERROR" not in log.read_text()
    assert "Service Unavailable" not in log.read_text()


def test_nobody_there_is_no_health(tmp_path: Path) -> None:
    done = python("plannumerique/probe.py", env={**os.environ, "PORT": "9"})
    assert done.returncode == 1
    assert "ne répond pas" in done.stdout


@pytest.mark.slow
def test_the_first_page_leaves_compressed_named_by_its_content_and_to_be_kept(tmp_path: Path) -> None:
    env = production(STATIC_ROOT=str(tmp_path / "static"), DATABASE_URL=DEAD)
    collected = python("manage.py", "collectstatic", "--noinput", env=env)
    assert collected.returncode == 0, collected.stderr
    with web(env, tmp_path / "web.log") as port:
        status, headers, body = ask(port, "/compte/connexion/")
        assert status == 200, (tmp_path / "web.log").read_text()
        html = (gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body).decode()
        files = [
            *re.findall(r'<script[^>]* src="(/static/[^"]+)"', html),
            *re.findall(r'<link[^>]* href="(/static/[^"]+)"', html),
        ]
        assert len(files) >= 6
        total = len(body)
        for path in files:
            status, headers, data = ask(port, path)
            assert status == 200
            assert re.search(r"\.[0-9a-f]{12}\.\w+$", path)
            assert "immutable" in headers["cache-control"]
            if path.endswith((".css", ".js")):
                assert headers["content-encoding"] == "gzip"
                total += len(data)
            if path.endswith(".css"):
                missing = [one for one in _asked_by(gzip.decompress(data).decode(), path) if ask(port, one)[0] != 200]
                assert missing == []
    assert total < 150_000


def _asked_by(css: str, path: str) -> set[str]:
    found = re.findall(r"url\(\s*[\"']?([^\"')]+)", css)
    # A hundred among hundreds of icons: they are all written by the same pass.
    return set(sorted({urlsplit(urljoin(path, one)).path for one in found if not one.startswith("data:")})[:100])
