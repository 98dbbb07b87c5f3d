"""The page of a list, and the same list as a spreadsheet when the address asks for it."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.module_loading import import_string

from plannumerique.ui.exports import ExportColumn, ListExport
from plannumerique.ui.lists import Column, FilterForm, count_states, in_order, paginate


@dataclass(frozen=True, slots=True)
class ToolLink:
    label: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class ListTools:
    """What the rooms above put around a list: the person's saved views of it, and what she may do to several rows."""

    listing: str = ""
    query: str = ""
    save_url: str = ""
    manage_url: str = ""
    views: tuple[ToolLink, ...] = ()
    acts: tuple[ToolLink, ...] = ()


def _tools(request: HttpRequest) -> ListTools:
    """PORTAL_LIST_TOOLS names the function of theirs that gives them, as PORTAL_NAVIGATION does for the menu."""
    path = getattr(settings, "PORTAL_LIST_TOOLS", "")
    return import_string(path)(request) if path else ListTools()


def list_page(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    template: str,
    filters: FilterForm,
    columns: Sequence[Column],
    export: Sequence[ExportColumn],
    name: str,
    day: dt.date,
    line: Callable[[Any], object] | None = None,
    lines: Callable[[list[Any]], Sequence[object]] | None = None,
    **context: Any,
) -> HttpResponseBase:
    """`rows` are all those that the person may see: the filters narrow them here. `line` makes of each row of the page what the
    template shows as `lines`; `lines` makes it of all of them at once, for what is asked of the database by the page.

    200 the page or the file, 422 a filter is wrong, 404 there is no such page, order, format or column.
    """
    exports = ListExport(request, columns=export, name=name, day=day)
    narrowed = filters.narrow(rows)
    if exports.asked:
        return exports.answer(in_order(request, narrowed, columns=columns))
    listing = paginate(request, narrowed, columns=columns)
    states = count_states(request, rows, filters=filters)
    page = {"listing": listing, "filters": filters, "states": states, "exports": exports, "tools": _tools(request), **context}
    if line is not None:
        page["lines"] = [line(row) for row in listing.rows]
    if lines is not None:
        page["lines"] = lines(listing.rows)
    return render(request, template, page, status=filters.http_status)
