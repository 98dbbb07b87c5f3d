"""What the launcher says: one French line for each step, with its duration."""

import io
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TAIL = 30


class Stop(Exception):
    """The launcher can't go on; the text says why, and what the person can do."""


def never_fail_to_print() -> None:
    """On a terminal that isn't in UTF-8, a missing sign is worth more than a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def say(text: str = "") -> None:
    print(text, flush=True)


def seconds(start: float) -> str:
    return f"{time.monotonic() - start:.1f}".replace(".", ",") + "\u00a0s"


@contextmanager
def step(label: str) -> Iterator[None]:
    start = time.monotonic()
    print(f"• {label}… ", end="", flush=True)
    try:
        yield
    except BaseException as error:
        say("échec" if isinstance(error, Exception) else "interrompu")
        raise
    say(f"fait ({seconds(start)})")


def tail(log: Path) -> str:
    """The end of a log, as a paragraph to print under the sentence that says what failed."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join([f"--- fin de {log}", *lines[-TAIL:], "---"]) if lines else ""
