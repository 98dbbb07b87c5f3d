import ast
import os
import subprocess
import sys

import pytest

from script.launcher import portal
from script.launcher.places import ROOT

COMMANDS = ["demo", "dev", "guide", "lint", "test"]


@pytest.mark.parametrize("name", COMMANDS)
def test_an_old_python_can_read_the_sentence_that_refuses_it(name: str) -> None:
    ast.parse((ROOT / "script" / name).read_text(), feature_version=(3, 4))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_can_be_executed(name: str) -> None:
    assert os.access(ROOT / "script" / name, os.X_OK)


def test_the_help_is_in_french_and_starts_nothing() -> None:
    said = subprocess.run([sys.executable, ROOT / "script" / "demo", "--help"], capture_output=True, text=True, cwd="/")
    assert said.returncode == 0
    assert "tout jouer sur une base vide" in said.stdout


def test_a_taken_port_gives_the_next_free_one() -> None:
    with portal.listening(0) as first:
        taken = first.getsockname()[1]
        with portal.listening(taken) as second:
            assert second.getsockname()[1] > taken
