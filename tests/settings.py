"""The settings that pytest, mypy and editors read: those of the portal, with a database even where nobody has named one."""

import os
import sys

if not os.environ.get("DATABASE_URL"):
    from script.launcher import aside, suite

    # Set by pytest for the processes that it starts; a server would serve nobody else.
    os.environ.update(aside.settings(sys.argv[1:]) if "PYTEST_VERSION" in os.environ else suite.NO_SERVER)
os.environ.setdefault("SECRET_KEY", "tests")

from plannumerique.settings import *  # noqa: F403
