"""Lists: filters, order and pages read from the address, checked, at the cost of one COUNT and one SELECT.

filters = LineFilters(request.GET)
lines = Line.objects.visible_to(request.actor)
listing = paginate(request, filters.narrow(lines), columns=COLUMNS)
states = count_states(request, lines, filters=filters)
return render(request, "projects/lines.html", {"listing": listing, "filters": filters, "states": states})
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.db.models import Count, F, Func, Model, OrderBy, QuerySet, TextField
from django.db.models.lookups import Contains
from django.forms import ChoiceField
from django.http import HttpRequest, QueryDict

from plannumerique.lib.text import plural, typeset
from plannumerique.ui.columns import Column, on_page
from plannumerique.ui.errors import NotFound
from plannumerique.ui.forms import PortalForm

M = TypeVar("M", bound=Model)
R = TypeVar("R")

PER_PAGE = 25
PAGE_PARAMETER = "page"
ORDER_PARAMETER = "tri"
_LONGEST_NUMBER = 9
_NEIGHBOURS = 1


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column on the page that is shown."""

    label: str
    numeric: bool
    url: str = ""
    direction: str = ""  # aria-sort: ascending, descending, or nothing


@dataclass(frozen=True, slots=True)
class PageLink:
    """A number of the pagination; without `url` the three dots of a gap."""

    number: int = 0
    url: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class StateLink:
    """How many rows stand in one state, the other filters in force, and the address of these rows."""

    label: str
    count: int
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class ListPage(Generic[R]):
    """One page of a list. `query` is the address's query string without the page, to be kept by every link."""

    rows: list[R]
    number: int
    pages: int
    total: int
    query: str
    per_page: int
    heads: tuple[Head, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rows)

    @property
    def first_row(self) -> int:
        return (self.number - 1) * self.per_page + 1 if self.rows else 0

    @property
    def last_row(self) -> int:
        return self.first_row + len(self.rows) - 1 if self.rows else 0

    @property
    def previous_url(self) -> str:
        return _page_url(self.query, self.number - 1) if self.number > 1 else ""

    @property
    def next_url(self) -> str:
        return _page_url(self.query, self.number + 1) if self.number < self.pages else ""

    @property
    def links(self) -> list[PageLink]:
        """The first page, the last one, this one and its neighbours, with gaps between."""
        near = range(self.number - _NEIGHBOURS, self.number + _NEIGHBOURS + 1)
        shown = sorted({1, self.pages, *(number for number in near if 1 <= number <= self.pages)})
        links: list[PageLink] = []
        for number in shown:
            if links and number > links[-1].number + 1:
                links.append(PageLink())
            links.append(PageLink(number, _page_url(self.query, number), number == self.number))
        return links


# The straight apostrophe is doubled, as SQL wants it inside a text.
_ACCENTED, _PLAIN = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ-''’./,", "aaaaaaceeeeiiiinooooouuuuyy      "


class SearchKey(Func):
    """A text as `lib.text.search_key` folds it, for the columns that keep no key of their own: read row by row, without an index."""

    template = f"translate(replace(lower(%(expressions)s), 'œ', 'oe'), '{_ACCENTED}', '{_PLAIN}')"
    output_field = TextField()

    @classmethod
    def of(cls, column: str, word: str) -> Contains:
        """The condition that the column holds a word of a search key."""
        return Contains(cls(F(column)), word)


class FilterForm(PortalForm):
    """What narrows a list, read from the address: every field is optional, and a wrong value shows nothing but its error."""

    mark_optional = False
    # The field whose choices are counted above the list, and the column (or annotation) that it filters.
    counted = ""
    counted_by = "state"

    def narrow(self, queryset: QuerySet[M]) -> QuerySet[M]:
        if not self.is_valid():
            return queryset.none()
        return self.apply(queryset)

    def narrow_but_state(self, queryset: QuerySet[M]) -> QuerySet[M]:
        """By every other filter: what the counts of the states are taken among."""
        if not self.is_valid():
            return queryset.none()
        chosen = self.cleaned_data
        self.cleaned_data = {**chosen, self.counted: ""}
        try:
            return self.apply(queryset)
        finally:
            self.cleaned_data = chosen

    def apply(self, queryset: Any) -> Any:
        raise NotImplementedError

    @property
    def active(self) -> bool:
        """Whether something narrows the list: an empty list then says so, and offers to clear the filters."""
        return any(self.data.get(self.add_prefix(name)) for name in self.fields)


def paginate(
    request: HttpRequest, queryset: QuerySet[M], *, per_page: int = PER_PAGE, columns: Sequence[Column] = ()
) -> ListPage[M]:
    """The page that the address asks for; NotFound, with a link, when there is no such page or no such order."""
    parameters = request.GET.copy()
    asked = parameters.pop(PAGE_PARAMETER, ["1"])[-1]
    order = parameters.get(ORDER_PARAMETER, "")
    ordered = in_order(request, queryset, columns=columns)
    total = ordered.order_by().count()
    pages = max(1, -(-total // per_page))
    number = _page_number(asked, pages, query=parameters.urlencode(), path=request.path)
    start = (number - 1) * per_page
    return ListPage(
        rows=list(ordered[start : start + per_page]) if total else [],
        number=number,
        pages=pages,
        total=total,
        query=parameters.urlencode(),
        per_page=per_page,
        heads=tuple(_head(column, parameters, order) for column in on_page(columns)),
    )


def paginate_rows(request: HttpRequest, rows: Sequence[R], *, per_page: int = PER_PAGE) -> ListPage[R]:
    """The same for rows that are in hand already, in their order."""
    parameters = request.GET.copy()
    asked = parameters.pop(PAGE_PARAMETER, ["1"])[-1]
    pages = max(1, -(-len(rows) // per_page))
    number = _page_number(asked, pages, query=parameters.urlencode(), path=request.path)
    start = (number - 1) * per_page
    return ListPage(
        rows=list(rows[start : start + per_page]),
        number=number,
        pages=pages,
        total=len(rows),
        query=parameters.urlencode(),
        per_page=per_page,
    )


def count_states(request: HttpRequest, rows: QuerySet[M], *, filters: FilterForm) -> list[StateLink]:
    """Each state that has rows, and the one that is chosen, in the order of the choices; one query.

    `rows` are not narrowed yet. Empty when the list counts no state, or when a filter is wrong.
    """
    if not filters.counted or not filters.is_valid():
        return []
    counts = dict(filters.narrow_but_state(rows).order_by().values_list(filters.counted_by).annotate(Count("pk")).order_by())
    chosen = str(filters.cleaned_data[filters.counted])
    parameters = request.GET.copy()
    parameters.pop(PAGE_PARAMETER, None)
    links = []
    for value, label in _choices(filters):
        count = counts.get(value, 0) if value else sum(counts.values())
        if count or value in ("", chosen):
            parameters[filters.counted] = value
            links.append(StateLink(str(label), count, f"?{parameters.urlencode()}", current=value == chosen))
    return links


def _choices(filters: FilterForm) -> list[tuple[str, Any]]:
    return list(cast(ChoiceField, filters.fields[filters.counted]).choices)  # type: ignore[arg-type]


def in_order(request: HttpRequest, queryset: QuerySet[M], *, columns: Sequence[Column] = ()) -> QuerySet[M]:
    """Every row, in the order that the address asks for; NotFound when the list has no such order."""
    return _ordered(queryset, columns, request.GET.get(ORDER_PARAMETER, ""), request.path)


def _page_number(asked: str, pages: int, *, query: str, path: str) -> int:
    readable = asked.isascii() and asked.isdigit() and len(asked) <= _LONGEST_NUMBER
    if not readable or int(asked) < 1:
        raise NotFound(
            typeset(f"« {asked[:20]} » n’est pas un numéro de page."),
            url=path + _page_url(query, 1),
            link="Voir le début de la liste",
        )
    if int(asked) > pages:
        raise NotFound(
            typeset(f"Il n’y a pas de page {asked} : cette liste compte {plural(pages, one='page')}."),
            url=path + _page_url(query, pages),
            link="Voir la dernière page de la liste",
        )
    return int(asked)


def _ordered(queryset: QuerySet[M], columns: Sequence[Column], order: str, path: str) -> QuerySet[M]:
    """The key last, always: two rows that are equal must not swap between two pages."""
    if not order:
        return queryset.order_by(*(queryset.query.order_by or queryset.model._meta.ordering or ()), "pk")
    column = next((one for one in columns if one.key == order.removeprefix("-") and one.order_by), None)
    if column is None:
        raise NotFound(typeset(f"Cette liste ne se trie pas par « {order[:20]} »."), url=path, link="Voir la liste")
    return queryset.order_by(*(_ordering(field, reverse=order.startswith("-")) for field in column.order_by), "pk")


def _ordering(field: str, *, reverse: bool) -> OrderBy:
    """Rows without a value come last both ways: sorting by date must not open on what has none."""
    descending = field.startswith("-") != reverse
    expression = F(field.removeprefix("-"))
    return expression.desc(nulls_last=True) if descending else expression.asc(nulls_last=True)


def _head(column: Column, parameters: QueryDict, order: str) -> Head:
    if not column.order_by:
        return Head(column.label, column.numeric)
    sorted_so = {column.key: "ascending", f"-{column.key}": "descending"}.get(order, "")
    target = parameters.copy()
    target[ORDER_PARAMETER] = f"-{column.key}" if sorted_so == "ascending" else column.key
    return Head(column.label, column.numeric, url=f"?{target.urlencode()}", direction=sorted_so)


def _page_url(query: str, number: int) -> str:
    return f"?{query}&{PAGE_PARAMETER}={number}" if query else f"?{PAGE_PARAMETER}={number}"
