"""The guide shows each picture that it takes, and takes each picture that it shows."""

import re

from script.launcher.places import ROOT
from script.pictures import SHOTS

GUIDE = ROOT / "docs" / "guide"


def test_the_guide_shows_what_is_taken_and_nothing_else():
    shown = {name for page in GUIDE.glob("*.md") for name in re.findall(r"\(images/([\w-]+)\.png\)", page.read_text())}

    assert shown == {shot.name for shot in SHOTS}
    assert shown == {picture.stem for picture in (GUIDE / "images").glob("*.png")}


def test_every_page_of_the_guide_is_reached_from_its_first():
    linked = set(re.findall(r"\((\w+\.md)\)", (GUIDE / "README.md").read_text()))

    assert linked == {page.name for page in GUIDE.glob("*.md")} - {"README.md"}
