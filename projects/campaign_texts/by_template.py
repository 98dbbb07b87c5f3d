"""The words of the acts that a campaign begins with, one module per app that issues acts; each académie then edits its own."""

from projects.campaign_texts import conventions, projects, statement, subsidies

# What a template words otherwise than AAP 2016.
_REWORDED = {"enir_2018": conventions.ENIR_2018 | subsidies.ENIR_2018}


def texts_of(template: str) -> dict[tuple[str, str], str]:
    """Every text, by (act, slot)."""
    common = conventions.TEXTS | projects.TEXTS | statement.TEXTS | subsidies.TEXTS
    return common | _REWORDED.get(template, {})
