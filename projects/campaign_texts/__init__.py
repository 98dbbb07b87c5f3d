"""The words of the acts that a campaign begins with, one module per app that issues acts; each académie then edits its own."""

from importlib import import_module
from pkgutil import iter_modules


def texts_of(template: str) -> dict[tuple[str, str], str]:
    """Every text, by (act, slot). A module may word a slot otherwise for one template, in a dict named after it."""
    texts: dict[tuple[str, str], str] = {}
    for module in sorted(found.name for found in iter_modules(__path__)):
        words = import_module(f"{__name__}.{module}")
        texts |= words.TEXTS | getattr(words, template.upper(), {})
    return texts
