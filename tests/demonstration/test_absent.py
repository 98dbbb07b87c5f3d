"""A real portal: nothing of the demonstration is loaded, and none of its addresses answers."""

import json
import os
import subprocess
import sys

from django.conf import settings

# A start of the web server and of a worker: applications, every address, every task.
START = """
import json, sys
import django
django.setup()
from django.core.management import get_commands
from django.urls import Resolver404, get_resolver, resolve
from plannumerique.celery import app

get_resolver().reverse_dict
app.loader.import_default_modules()

def answers(address):
    try:
        return bool(resolve(address))
    except Resolver404:
        return False

addresses = ["/", "/compte/connexion/", "/demonstration/", "/demonstration/entrer/1/", "/demonstration/2016-12-08/"]
print(json.dumps({
    "loaded": sorted(name for name in sys.modules if name.split(".")[0] == "demonstration"),
    "answering": [address for address in addresses if answers(address)],
    "commands": sorted({"play_demo", "check_demo", "demo_accounts", "nightly"} & set(get_commands())),
    "tasks": sorted(name for name in app.tasks if "demo" in name),
}))
"""


def started(*, demonstration: bool) -> dict[str, list[str]]:
    env = {**os.environ, "PORTAL_DEMO": "1" if demonstration else "0", "DJANGO_SETTINGS_MODULE": "plannumerique.settings"}
    env.pop("PORTAL_TODAY", None)
    done = subprocess.run(
        [sys.executable, "-c", START], cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=True
    )
    answer: dict[str, list[str]] = json.loads(done.stdout)
    return answer


def test_a_real_start_loads_nothing_of_the_demonstration() -> None:
    assert started(demonstration=False) == {
        "loaded": [],
        "answering": ["/", "/compte/connexion/"],
        "commands": ["nightly"],
        "tasks": [],
    }


def test_a_demonstration_has_its_pages_its_commands_and_its_task() -> None:
    found = started(demonstration=True)

    assert found["answering"] == [
        *("/", "/compte/connexion/", "/demonstration/", "/demonstration/entrer/1/", "/demonstration/2016-12-08/"),
    ]
    assert found["commands"] == ["check_demo", "demo_accounts", "nightly", "play_demo"]
    assert found["tasks"] == ["demonstration.tasks.play_asked_stops"]
