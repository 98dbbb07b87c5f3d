"""What the templates of letters load beside `portal`: `{% load portal letters %}`."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template

from plannumerique.lib import dates, money, text

register = template.Library()


@register.filter
def in_words(value: Decimal | None) -> str:
    """« douze mille euros »: an amount that binds is written in figures and in words."""
    return "" if value is None else money.amount_in_words(value)


@register.filter
def starts_lower(sentence: str) -> str:
    return text.starts_lower(sentence)


@register.filter
def de(name: str) -> str:
    return text.de(name)


@register.filter
def as_school(name: str) -> str:
    return text.as_school(name)


@register.filter
def as_college(name: str) -> str:
    return text.as_college(name)


@register.inclusion_tag("pdf/_table.html")
def letter_table(table: Mapping[str, Any]) -> dict[str, Any]:
    """A letters.Table; a column of figures is set to the right, head included."""
    lines = [*table["rows"], table["total"]] if table["total"] else table["rows"]
    figures = [any(_is_figure(line["cells"][rank]) for line in lines) for rank in range(len(table["columns"]) - 1)]
    return {
        "caption": table["caption"],
        "note": table["note"],
        "first_head": table["columns"][0],
        "heads": list(zip(table["columns"][1:], figures, strict=True)),
        "rows": [_row(line, figures) for line in table["rows"]],
        "total": _row(table["total"], figures) if table["total"] else None,
    }


def _row(line: Mapping[str, Any], figures: list[bool]) -> dict[str, Any]:
    cells = [(_written(cell), figure) for cell, figure in zip(line["cells"], figures, strict=True)]
    return {"label": line["label"], "note": line["note"], "cells": cells, "follows": line["label"].startswith("–")}


def _is_figure(cell: Any) -> bool:
    return isinstance(cell, Decimal | int)


def _written(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return money.euros(cell)
    if isinstance(cell, dt.date):
        return dates.short_date(cell)
    return str(cell)
