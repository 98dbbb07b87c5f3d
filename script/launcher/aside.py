"""The servers of a pytest that nobody started through script/test: an editor, or `pytest` in the activated environment."""

import atexit
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from . import environment, machine, portal, suite
from .console import Stop
from .places import VAR, throwaway
from .processes import Servers

# They list tests, or say something of pytest itself.
STARTS_NOTHING = {"--collect-only", "--co", "--help", "-h", "--version", "-V", "--fixtures", "--markers"}


def settings(arguments: Sequence[str]) -> Mapping[str, str]:
    """What the settings of this process lack, from servers that end with it."""
    if STARTS_NOTHING.intersection(arguments) or not suite.need_servers(arguments):
        return suite.NO_SERVER
    try:
        return _served()
    except Stop as stop:
        sys.exit(f"{stop}\nOu bien, à taper : script/test")


def _served() -> Mapping[str, str]:
    if not environment.is_current(tests=True):
        raise Stop("L'environnement Python n'est pas celui de ce dossier : script/test le remplit.")
    VAR.mkdir(exist_ok=True)
    stack = ExitStack()
    atexit.register(stack.close)
    ground = stack.enter_context(throwaway())
    servers = stack.enter_context(Servers(ground.lock))
    for name in portal.INSTALLATION:
        os.environ.pop(name, None)
    return portal.settings(ground, suite.servers(ground, servers)) | {"CHROMIUM": machine.browser() or ""}
