"""What the machine itself must carry, found by trying it rather than by asking the packager; apt brings it when root."""

import ctypes
import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from . import environment, redis
from .console import Stop, step, tail
from .places import VAR, alone
from .processes import call, undisturbed

# Without the last one letters come out all the same, ten times slower.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
# Of the program that Playwright drives the browser with.
TEST_LIBRARIES = {"libatomic.so.1": "libatomic1"}
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
# The first is the lightest: no window system, and pages a third quicker.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# The HTML checker of the W3C is a Java program.
JAVA = "java"


def complete(*, tests: bool) -> None:
    """Brings what is missing, or stops with the line that brings it."""
    missing = list(missing_packages(tests=tests))
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Stop(what_to_type(missing, update=not _package_lists()))
    with step(f"installation des paquets {', '.join(missing)} (apt)"), alone(Path("/run/plannumerique-apt.lock")):
        _install(list(missing_packages(tests=tests)))
    still_missing = list(missing_packages(tests=tests))
    if still_missing:
        raise Stop(f"apt n'a pas apporté ce qui manquait : {', '.join(still_missing)}.")


def missing_packages(*, tests: bool) -> Iterator[str]:
    """Names of Debian packages."""
    if not (environment.is_current(tests=tests) or environment.can_be_made()):
        yield "python3-venv"
    if sys.platform == "linux":
        wanted = LIBRARIES | (TEST_LIBRARIES if tests else {})
        yield from (package for library, package in wanted.items() if not _loads(library))
    if not _has_font():
        yield "fonts-dejavu-core"
    if not os.environ.get("REDIS_URL") and not redis.program():
        yield "redis-tools"
    if tests and not browser():
        yield BROWSERS[0]
    if tests and not shutil.which(JAVA):
        yield "default-jre-headless"


def what_to_type(packages: Sequence[str], *, update: bool) -> str:
    install = shlex.join(["apt-get", "install", "-y", "--no-install-recommends", *packages])
    line = f"apt-get update && {install}" if update else install
    return (
        f"Il manque à cette machine : {', '.join(packages)}.\n"
        "À taper sous le compte root (sous Debian ; ailleurs, les paquets équivalents), avant de relancer :\n\n"
        f"    {line}\n"
    )


def browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_font() -> bool:
    folders = (Path(folder).expanduser() for folder in FONT_FOLDERS)
    return any(path.suffix.lower() in {".ttf", ".otf", ".ttc"} for folder in folders for path in folder.rglob("*"))


def _package_lists() -> bool:
    return any(Path("/var/lib/apt/lists").glob("*_Packages*"))


def _install(packages: Sequence[str]) -> None:
    """Tries with the lists that are there, then with fresh ones: old lists name files that have left the mirrors."""
    if not packages:  # another start brought them while this one waited
        return
    install = ["install", "-y", "--no-install-recommends", *packages]
    if _package_lists() and not _apt(install):
        return
    if _apt(["update"]) or _apt(install):
        raise Stop(f"apt a échoué.\n{tail(_log())}")


def _apt(arguments: Sequence[str]) -> int:
    env: Mapping[str, str] = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with undisturbed():
        return call(["apt-get", "-o", "DPkg::Lock::Timeout=300", *arguments], env=env, log=_log())


def _log() -> Path:
    VAR.mkdir(exist_ok=True)
    return VAR / "apt.log"
