"""script/dev, started for real on a copy of the project: what is edited is what the next page shows."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from script.launcher import dev
from script.launcher.places import ROOT

LINKED = (".venv", "data", "static")
COPIED = (*dev.WATCHED, "script", "templates", "manage.py", "pyproject.toml", "uv.lock")
# Of a machine that does something else at the same time, in seconds.
PATIENCE = 180


@pytest.fixture
def checkout() -> Iterator[Path]:
    """Where PostgreSQL’s account can come, unlike the private folder of pytest."""
    with tempfile.TemporaryDirectory(prefix="plannumerique-dev-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        for name in COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, root / name)
        for name in LINKED:
            (root / name).symlink_to(ROOT / name)
        yield root


@pytest.fixture
def started(checkout: Path) -> Iterator[subprocess.Popen[str]]:
    kept = {"PATH", "HOME", "LANG"}
    process = subprocess.Popen(
        [checkout / "script" / "dev", "--empty"],
        env={name: value for name, value in os.environ.items() if name in kept} | {"PORT": "8760"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"Le portail est ouvert en .* : (http://\S+)", line):
            return found[1]
    raise AssertionError("".join(said))


def page(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return str(answer.read().decode())
    except (urllib.error.URLError, ConnectionError):  # the server starts again
        return ""


def shows(url: str, words: str) -> bool:
    limit = time.monotonic() + PATIENCE
    while words not in page(url):
        if time.monotonic() > limit:
            return False
        time.sleep(0.2)
    return True


@pytest.mark.slow
def test_an_edited_template_then_an_edited_view_show_and_ctrl_c_stops_all(checkout: Path, started: subprocess.Popen[str]) -> None:
    legal = address(started) + "/mentions-legales/"
    assert shows(legal, "Mentions légales")

    template = checkout / "templates" / "portal" / "legal.html"
    template.write_text(template.read_text().replace("{% block content %}", "{% block content %}<p>Gabarit modifié.</p>"))
    assert shows(legal, "Gabarit modifié.")

    view = checkout / "portal" / "public" / "views.py"
    edited = 'def legal(request: HttpRequest) -> HttpResponse:\n    return HttpResponse("Vue modifiée.")\n'
    view.write_text(view.read_text().replace("def legal(request: HttpRequest) -> HttpResponse:\n", edited))
    assert shows(legal, "Vue modifiée.")

    started.send_signal(signal.SIGINT)
    assert started.wait(PATIENCE) == 0
    assert page(legal) == ""
    assert not _left(checkout)


def _left(checkout: Path) -> list[str]:
    """Command lines that still name the copy."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(checkout) in line:
            lines.append(line)
    return lines
