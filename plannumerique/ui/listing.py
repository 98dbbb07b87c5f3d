"""The page of a list, and the same list as a spreadsheet when the address asks for it."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from plannumerique.ui.exports import ExportColumn, ListExport
from plannumerique.ui.lists import Column, FilterForm, count_states, in_order, paginate


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
    page = {"listing": listing, "filters": filters, "states": states, "exports": exports, **context}
    if line is not None:
        page["lines"] = [line(row) for row in listing.rows]
    if lines is not None:
        page["lines"] = lines(listing.rows)
    return render(request, template, page, status=filters.http_status)
