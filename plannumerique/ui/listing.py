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

from plannumerique.ui.columns import Column, table_of
from plannumerique.ui.exports import ListExport
from plannumerique.ui.lists import FilterForm, count_states, in_order, paginate


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
    title: str,
    words: str,
    caption: str,
    filters: FilterForm,
    columns: Sequence[Column],
    name: str,
    day: dt.date,
    template: str = "ui/list.html",
    lines: Callable[[list[Any]], Sequence[Any]] = list,
    **context: Any,
) -> HttpResponseBase:
    """`rows` are all those that the person may see: the filters narrow them here. `lines` makes of the rows of the page what the
    columns show, all at once, for what is asked of the database by the page; a column shows the row itself otherwise.

    `words` count a row (« dossier », or « demande de paiement,demandes de paiement »), `name` names the file that is taken away.
    200 the page or the file, 422 a filter is wrong, 404 there is no such page, order, format or column.
    """
    exports = ListExport(request, columns=columns, name=name, day=day)
    narrowed = filters.narrow(rows)
    if exports.asked:
        return exports.answer(in_order(request, narrowed, columns=columns))
    listing = paginate(request, narrowed, columns=columns)
    shown = lines(listing.rows)
    page = {
        **{"title": title, "words": words, "caption": caption},
        **{"listing": listing, "lines": shown, "table": table_of(columns, listing.rows, shown)},
        "filters": filters,
        "states": count_states(request, rows, filters=filters),
        "exports": exports,
        "tools": _tools(request),
    }
    return render(request, template, page | context, status=filters.http_status)
