from typing import Any

import pytest
from django import forms
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from plannumerique.accounts.models import User
from plannumerique.lib.text import search_key
from plannumerique.ui.errors import NotFound
from plannumerique.ui.lists import Column, FilterForm, ListPage, SearchKey, StateLink, count_states, paginate
from plannumerique.ui.pieces import Empty
from tests.factories import UserFactory

COLUMNS = (
    Column("adresse", "Adresse", shows="email", order_by=("email",)),
    Column("nom", "Nom", shows="last_name", order_by=("last_name", "first_name")),
    Column("vu", "Vu le", shows="last_login", order_by=("last_login",)),
    Column("montant", "Montant", shows=lambda user: 3, numeric=True),
)


class PeopleFilters(FilterForm):
    q = forms.CharField(label="Recherche", required=False)
    staff = forms.ChoiceField(label="Équipe", required=False, choices=[("", "Tous"), ("oui", "Oui")])

    def apply(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.cleaned_data["staff"]:
            queryset = queryset.filter(is_staff=True)
        return queryset.filter(last_name__contains=self.cleaned_data["q"])


def listing(query: str = "", *, per_page: int = 10) -> ListPage[User]:
    return paginate(RequestFactory().get(f"/gens/?{query}"), User.objects.all(), per_page=per_page, columns=COLUMNS)


@pytest.fixture
def people(db: None) -> None:
    for number in range(23):
        UserFactory(email=f"p{number:02}@exemple.invalid", last_name=f"N{number % 3}", is_staff=number < 2)


@pytest.mark.usefixtures("people")
def test_a_page_holds_its_rows_and_says_where_it_stands() -> None:
    page = listing("page=3")
    assert (page.number, page.pages, page.total, len(page.rows)) == (3, 3, 23, 3)
    assert (page.first_row, page.last_row) == (21, 23)
    assert page.next_url == ""
    assert page.previous_url == "?page=2"


@pytest.mark.usefixtures("people")
def test_pages_share_the_rows_out_without_losing_or_repeating_one() -> None:
    seen = [user.pk for number in (1, 2, 3) for user in listing(f"tri=nom&page={number}").rows]
    assert len(seen) == len(set(seen)) == 23


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("per_page", [5, 25])
def test_a_list_costs_one_count_and_one_select(per_page: int, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        page = listing(per_page=per_page)
        render_to_string("ui/_pagination.html", {"listing": page})


@pytest.mark.django_db
def test_an_empty_list_costs_its_count_alone(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        page = listing()
    assert not page
    assert (page.number, page.pages, page.total, page.first_row, page.last_row) == (1, 1, 0, 0, 0)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("asked", ["abc", "0", "-1", "1.5", "²", "", "9" * 30])
def test_a_page_that_is_no_number_is_not_found_and_leads_to_the_start(asked: str) -> None:
    with pytest.raises(NotFound, match="n’est pas un numéro de page") as refused:
        listing(f"q=x&page={asked}")
    assert refused.value.url == "/gens/?q=x&page=1"


@pytest.mark.usefixtures("people")
def test_a_page_past_the_end_is_not_found_and_leads_to_the_last() -> None:
    with pytest.raises(NotFound, match="cette liste compte 3\u00a0pages") as refused:
        listing("q=x&page=4")
    assert refused.value.url == "/gens/?q=x&page=3"


@pytest.mark.usefixtures("people")
def test_links_keep_the_filters_and_the_order() -> None:
    page = listing("q=a+b&tri=-nom&page=2")
    assert page.next_url == "?q=a+b&tri=-nom&page=3"
    assert [link.number for link in page.links] == [1, 2, 3]
    assert [link.current for link in page.links] == [False, True, False]


@pytest.mark.usefixtures("people")
def test_a_long_list_shows_its_ends_and_its_neighbours() -> None:
    numbers = [link.number for link in listing("page=5", per_page=2).links]
    assert numbers == [1, 0, 4, 5, 6, 0, 12]


@pytest.mark.usefixtures("people")
def test_a_column_sorts_both_ways_and_says_which() -> None:
    up, down = listing("tri=adresse"), listing("tri=-adresse")
    assert up.rows[0].email == "p00@exemple.invalid"
    assert down.rows[0].email == "p22@exemple.invalid"
    assert (up.heads[0].direction, up.heads[0].url) == ("ascending", "?tri=-adresse")
    assert (down.heads[0].direction, down.heads[0].url) == ("descending", "?tri=adresse")
    assert up.heads[1].direction == ""
    assert up.heads[3].url == ""


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("order", ["vu", "-vu"])
def test_rows_without_a_value_come_last_both_ways(order: str) -> None:
    User.objects.filter(email__lt="p02").update(last_login=timezone.now())
    assert [user.last_login is None for user in listing(f"tri={order}").rows[:3]] == [False, False, True]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("order", ["password", "montant", "-", "--adresse", "last_name"])
def test_a_list_sorts_only_by_what_it_announces(order: str) -> None:
    with pytest.raises(NotFound, match="ne se trie pas"):
        listing(f"tri={order}")


@pytest.mark.usefixtures("people")
def test_filters_narrow_the_list() -> None:
    filters = PeopleFilters({"staff": "oui"})
    assert filters.narrow(User.objects.all()).count() == 2
    assert filters.active
    assert filters.http_status == 200
    assert not PeopleFilters({"page": "2"}).active


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("data", [{"staff": "zzz"}, {"q": "a\x00b"}])
def test_a_wrong_filter_shows_its_error_and_no_row(data: dict[str, str]) -> None:
    filters = PeopleFilters(data)
    assert filters.narrow(User.objects.all()).count() == 0
    assert filters.http_status == 422
    assert "à corriger" in render_to_string("ui/_filters.html", {"filters": filters})


def test_an_empty_list_says_what_to_do() -> None:
    empty = Empty("Aucun dossier n’est déposé.", url="/ouvrir/", action="Ouvrir un dossier")
    html = render_to_string("ui/_empty.html", {"empty": empty})
    assert "Aucun dossier n’est déposé." in html
    assert '<a class="fr-btn" href="/ouvrir/">Ouvrir un dossier</a>' in html


def test_an_empty_list_behind_filters_offers_to_clear_them() -> None:
    request = RequestFactory().get("/gens/?q=zzz")
    context = {"filters": PeopleFilters({"q": "zzz"}), "empty": Empty("Aucun dossier."), "request": request}
    html = render_to_string("ui/_empty.html", context)
    assert "Rien ne répond à ces filtres." in html
    assert 'href="/gens/"' in html


# --- Counts by state ---


class CountedFilters(FilterForm):
    counted, counted_by = "nom", "last_name"

    q = forms.CharField(required=False)
    nom = forms.ChoiceField(required=False, choices=[("", "Tous"), *((name, name) for name in ("N2", "N1", "N0", "N9"))])

    def apply(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.cleaned_data["nom"]:
            queryset = queryset.filter(last_name=self.cleaned_data["nom"])
        return queryset.filter(email__contains=self.cleaned_data["q"])


def states(query: str = "") -> list[StateLink]:
    request = RequestFactory().get(f"/gens/?{query}")
    return count_states(request, User.objects.all(), filters=CountedFilters(request.GET))


@pytest.mark.usefixtures("people")
def test_states_are_counted_among_what_the_other_filters_keep() -> None:
    assert [(one.label, one.count) for one in states()] == [("Tous", 23), ("N2", 7), ("N1", 8), ("N0", 8)]
    assert [(one.label, one.count) for one in states("q=p0")] == [("Tous", 10), ("N2", 3), ("N1", 3), ("N0", 4)]
    assert [one.count for one in states("q=p0&nom=N0")] == [10, 3, 3, 4]


@pytest.mark.usefixtures("people")
def test_the_link_of_a_state_keeps_the_filters_and_the_order_and_starts_at_the_first_page() -> None:
    assert states("q=p0&tri=nom&page=2")[1].url == "?q=p0&tri=nom&nom=N2"


@pytest.mark.usefixtures("people")
def test_a_state_without_rows_is_shown_only_while_it_is_chosen() -> None:
    assert [(one.label, one.count, one.current) for one in states("q=p00&nom=N9")] == [
        ("Tous", 1, False),
        ("N0", 1, False),
        ("N9", 0, True),
    ]


@pytest.mark.usefixtures("people")
def test_the_states_cost_one_query_and_none_when_a_filter_is_wrong(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        states()
    with django_assert_num_queries(0):
        assert states("nom=zzz") == []


# --- Words without accents ---


@pytest.mark.django_db
@pytest.mark.parametrize("stored", ["L’Œuvre-Étoilée", "L'oeuvre étoilée", "l oeuvre etoilee"])
def test_a_column_without_a_key_of_its_own_is_searched_without_accents(stored: str) -> None:
    UserFactory(last_name=stored)
    for word in search_key("L’Œuvre Étoilée").split():
        assert User.objects.filter(SearchKey.of("last_name", word)).exists(), word
    assert not User.objects.filter(SearchKey.of("last_name", "etoilees")).exists()
