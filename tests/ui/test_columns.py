"""A column said once: its head, its cell on the page, its value in the spreadsheet."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string

from plannumerique.ui.columns import Column, Shown, in_spreadsheet, on_page, table_of
from plannumerique.ui.lists import Head, ListPage
from plannumerique.ui.pieces import Badge, Tone

ROW = SimpleNamespace(pk=7, name="École <Pergaud>", amount=Decimal("8000.50"), place=SimpleNamespace(name="Dole"))
COLUMNS = (
    Column("nom", "Nom", shows=lambda row: Shown(row.name, hint="0390001A", url="/ecoles/7/"), takes="name"),
    Column("montant", "Montant", shows="amount", takes="amount", taken_as="Montant (€)", numeric=True),
    Column("commune", "Commune", takes="place.name"),
    Column("etat", "État", shows=lambda row: Badge("Reçue", Tone.SUCCESS)),
)


def drawn(columns=COLUMNS, rows=(ROW,)) -> str:
    listing = ListPage(
        rows=list(rows),
        number=1,
        pages=1,
        total=1,
        query="",
        per_page=25,
        heads=tuple(Head(one.label, one.numeric) for one in on_page(columns)),
    )
    context = {"listing": listing, "table": table_of(columns, rows, rows), "caption": "Écoles"}
    return "".join(line.strip() for line in render_to_string("ui/_table.html", context).splitlines())


def test_a_column_stands_where_it_says():
    assert [column.key for column in on_page(COLUMNS)] == ["nom", "montant", "etat"]
    assert [column.key for column in in_spreadsheet(COLUMNS)] == ["nom", "montant", "commune"]
    assert [column.value(ROW) for column in in_spreadsheet(COLUMNS)] == ["École <Pergaud>", Decimal("8000.50"), "Dole"]


def test_the_first_cell_heads_the_row_and_each_cell_bears_its_label():
    page = drawn()

    assert '<th scope="row" data-label="Nom"><a href="/ecoles/7/">École &lt;Pergaud&gt;</a>' in page
    assert '</a> <span class="fr-hint-text">0390001A</span></th>' in page
    assert '<td data-label="Montant" class="portal-number">8\u202f000,50\u00a0€</td>' in page
    assert "fr-badge--success" in page
    assert "Dole" not in page


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, "–"),
        ("", "–"),
        (0, "0"),
        (Decimal(0), "0,00\u00a0€"),
        (dt.date(2016, 10, 14), "14/10/2016"),
        (dt.datetime(2016, 10, 14, 22, 30, tzinfo=dt.UTC), "15/10/2016"),  # the day in Paris
        ("<b>", "&lt;b&gt;"),
    ],
)
def test_a_cell_writes_what_it_holds(content, text):
    assert f'data-label="Quoi">{text}</th>' in drawn([Column("quoi", "Quoi", shows=lambda row: content)])


def test_a_link_may_end_with_words_that_are_only_spoken():
    page = drawn([Column("copie", "Copie", shows=lambda row: Shown("Voir", url="/f/1/", spoken=" la copie de la facture"))])
    assert '<a href="/f/1/">Voir<span class="fr-sr-only"> la copie de la facture</span></a>' in page


def test_each_sentence_of_a_hint_has_its_line():
    page = drawn(
        [Column("resultat", "Résultat", shows=lambda row: Shown("Refusée", hint="Une pièce manque.\nLe compte est <vide>."))]
    )
    assert '<span class="fr-hint-text">Une pièce manque.<br>Le compte est &lt;vide&gt;.</span>' in page
