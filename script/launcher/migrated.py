"""A migrated cluster, kept while no migration changes: a run starts on a copy of it, and each of its processes on a copy of its base.

Kept stopped, and copied under a lock: a run that is killed leaves at most a draft, that the next one removes.
"""

import hashlib
import os
import shutil
from pathlib import Path

from . import portal, postgresql
from .console import step
from .places import ROOT, VAR, Ground, alone
from .processes import Servers, succeed

# The base of the cluster that holds every table and no row but those of the migrations; nobody ever writes to it.
NAME = "migrated"
# Of branches that one goes to and fro between.
KEPT = 4


def bring(ground: Ground, servers: Servers) -> None:
    """Gives the ground its cluster, which is migrated at the first run only."""
    family = VAR / "migrated"
    family.mkdir(exist_ok=True)
    with alone(VAR / "migrated.lock", waiting="Un autre lancement prépare la base des tests ; attente…"):
        kept = family / digest()
        if kept.exists():
            _copy(ground, kept, ground.cluster / "data")
            os.utime(kept)
            return
        _make(ground, servers)
        _forget(family)
        _copy(ground, ground.cluster / "data", family / "draft")
        (family / "draft").rename(kept)
        os.utime(kept)


def digest() -> str:
    """Of all that decides what the base holds once migrated."""
    made_by = [ROOT / "plannumerique" / "settings.py", Path(postgresql.__file__), Path(__file__)]
    return hashlib.sha256(b"".join([migrations().encode(), *(file.read_bytes() for file in made_by)])).hexdigest()[:16]


def migrations() -> str:
    """Those of the project by their text, those of the libraries by the lock."""
    files = [ROOT / "uv.lock", *sorted(ROOT.glob("*/migrations/*.py")), *sorted(ROOT.glob("plannumerique/*/migrations/*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _make(ground: Ground, servers: Servers) -> None:
    with step("PostgreSQL"):
        server = servers.add(postgresql.start(ground, durable=False))
        url = postgresql.prepare(ground, server, name=NAME)
    env = portal.settings(ground, {"DATABASE_URL": url, "REDIS_URL": ""})
    portal.run(ground, env, "migrate", label="base des tests, gardée jusqu'à la prochaine migration")
    servers.stop(server)


def _copy(ground: Ground, source: Path, target: Path) -> None:
    """By cp, which keeps the owner, and shares the blocks where the file system can."""
    succeed(
        ["cp", "-a", source, target],
        env={"PATH": "/usr/bin:/bin"},
        log=ground.log("copy"),
        failure="La base des tests n'a pas pu être copiée",
    )


def _forget(family: Path) -> None:
    """The drafts of killed runs, and the bases that nobody has asked for since so many others."""
    shutil.rmtree(family / "draft", ignore_errors=True)
    bases = sorted(
        (base for base in family.iterdir() if base.name != "draft"), key=lambda base: base.stat().st_mtime, reverse=True
    )
    for old in bases[KEPT - 1 :]:
        shutil.rmtree(old)
