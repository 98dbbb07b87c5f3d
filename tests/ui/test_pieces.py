import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string

from plannumerique.ui.pieces import (
    Action,
    AmountLine,
    Amounts,
    Badge,
    Change,
    DocumentLink,
    Event,
    Fact,
    NavEntry,
    Navigation,
    Step,
    StepState,
    Tone,
)

DAY = dt.date(2016, 10, 14)
AT = dt.datetime(2016, 10, 14, 12, 5, tzinfo=dt.UTC)


def render(source: str, **context: Any) -> str:
    return Template("{% load portal %}" + source).render(Context(context)).strip()


@pytest.mark.parametrize(
    ("source", "value", "shown"),
    [
        ("{{ value|euros }}", Decimal("12000"), "12\u202f000,00\u00a0€"),
        ("{{ value|euros }}", None, "–"),
        ("{{ value|percentage }}", Decimal("0.5"), "50\u00a0%"),
        ("{{ value|long_date }}", DAY, "vendredi 14\u00a0octobre 2016"),
        ("{{ value|plain_date }}", dt.date(2017, 3, 1), "1er\u00a0mars 2017"),
        ("{{ value|short_date }}", DAY, "14/10/2016"),
        ("{{ value|short_date }}", None, "–"),
        ("{{ value|clock_time }}", AT, "14\u00a0h\u00a005"),
        ("{{ value|fr }}", "Pièces : 3 !", "Pièces\u00a0: 3\u202f!"),
        ('{{ value|counted:"école" }}', 2, "2\u00a0écoles"),
        ('{{ value|counted:"dossier retenu,dossiers retenus" }}', 1757, "1\u202f757\u00a0dossiers retenus"),
        ("{{ value|spaced }}", "212500565", "212\u202f500\u202f565"),
        ("{{ value|spaced }}", "FR7630001007941234567890185", "FR76\u202f3000\u202f1007\u202f9412\u202f3456\u202f7890\u202f185"),
    ],
)
def test_values_are_written_as_everywhere(source: str, value: Any, shown: str) -> None:
    assert render(source, value=value) == shown


def test_an_instant_is_dated_in_paris() -> None:
    midnight_in_paris = dt.datetime(2016, 10, 14, 22, 30, tzinfo=dt.UTC)
    assert render("{{ value|short_date }}", value=midnight_in_paris) == "15/10/2016"


@pytest.mark.parametrize(
    ("today", "shown"), [(dt.date(2016, 10, 11), "dans 3\u00a0jours"), (dt.date(2016, 10, 16), "dépassé de 2\u00a0jours")]
)
def test_a_limit_says_the_days_left(today: dt.date, shown: str) -> None:
    assert render("{{ limit|days_left:today }}", limit=DAY, today=today) == shown


def test_a_badge_takes_a_label_and_a_tone() -> None:
    assert "fr-badge--success" in render('{% badge "signée" "success" %}')
    assert "fr-badge--error" in render("{% badge badge %}", badge=Badge("refusée", Tone.ERROR))
    with pytest.raises(ValueError, match="pink"):
        render('{% badge "signée" "pink" %}')


def test_a_breadcrumb_ends_on_the_page_itself() -> None:
    html = render('{% breadcrumb "Dossiers" "/dossiers/" title %}', title="Ornans <3")
    assert '<a class="fr-breadcrumb__link" href="/dossiers/">Dossiers</a>' in html
    assert '<a class="fr-breadcrumb__link" aria-current="page">Ornans &lt;3</a>' in html


def test_steps_say_their_state_in_words_too() -> None:
    steps = (
        Step("Candidature", StepState.DONE, DAY),
        Step("Convention", StepState.CURRENT, note="attend la délibération", url="/c/"),
        Step("Décision", StepState.BLOCKED),
        Step("Solde"),
    )
    html = render_to_string("ui/_stepper.html", {"steps": steps})
    for words in (", fait", ", en cours", ", bloqué", ", à venir", "14/10/2016", "attend la délibération", 'href="/c/"'):
        assert words in html
    assert html.count('aria-current="step"') == 2


def test_a_timeline_tells_who_when_and_what_changed() -> None:
    event = Event(
        "a validé la demande de paiement",
        AT,
        actor="Claude EXEMPLE",
        role="valideur de la DAF",
        subject="Subvention",
        comment="Vu <b>\nRien à redire",
        changes=(Change("IBAN", "FR76", "FR14"), Change("DP", "", "4500")),
    )
    html = render_to_string("ui/_timeline.html", {"events": [event]})
    for words in (
        "a validé la demande de paiement",
        "14/10/2016 à 14\u00a0h\u00a005",
        "Claude EXEMPLE",
        "valideur de la DAF",
        "FR14",
        "4500",
    ):
        assert words in html
    assert "Vu &lt;b&gt;<br>Rien à redire" in html
    assert html.count("<del>") == 1


def test_a_timeline_without_events_says_so() -> None:
    assert "Rien ne s’est encore passé." in render_to_string("ui/_timeline.html", {"events": []})


def test_an_amount_unfolds_into_its_lines() -> None:
    amounts = Amounts(
        "Subvention",
        Decimal("12000"),
        (
            AmountLine("Dépense", Decimal("24000")),
            AmountLine("Taux", None, "50 %"),
            AmountLine("Total", Decimal("12000"), strong=True),
        ),
        note="Arrondi au centime.",
    )
    html = render_to_string("ui/_amounts.html", {"amounts": amounts})
    assert "<details" in html
    assert " open" not in html
    assert html.count("12\u202f000,00\u00a0€") == 2
    assert "24\u202f000,00\u00a0€" in html
    assert "Arrondi au centime." in html


def test_an_amount_without_lines_has_nothing_to_unfold() -> None:
    html = render_to_string("ui/_amounts.html", {"amounts": Amounts("Acompte", None)})
    assert "<details" not in html
    assert "–" in html


def test_a_document_that_is_not_ready_is_announced_without_a_link() -> None:
    ready = DocumentLink("Convention", "/c.pdf", kind="Convention", number="12", on=DAY, badge=Badge("signée"), detail="PDF")
    awaited = DocumentLink("Décision", note="En préparation.")
    html = render_to_string("ui/_documents.html", {"documents": [ready, awaited]})
    assert html.count("<a ") == 1
    assert "n°&nbsp;12, 14\u00a0octobre 2016" in html
    assert "En préparation." in html


def test_an_action_that_something_stops_is_no_link_and_says_why() -> None:
    actions = [
        Action("Certifier", "/certifier/", primary=True),
        Action("Valider", "/valider/", obstacles=("Il manque la facture.",)),
    ]
    html = render_to_string("ui/_actions.html", {"actions": actions})
    assert 'href="/certifier/"' in html
    assert "/valider/" not in html
    assert "Il manque la facture." in html


def test_an_action_done_at_once_is_posted_with_the_version_seen() -> None:
    html = render_to_string("ui/_actions.html", {"actions": [Action("Clore", "/clore/", method="post", seen=0)]})
    assert '<form method="post" action="/clore/">' in html
    assert '<input type="hidden" name="seen" value="0">' in html


def test_facts_write_amounts_and_dates_as_everywhere() -> None:
    facts = [Fact("Montant", amount=Decimal("0")), Fact("Dépôt", on=DAY), Fact("École", "Jules-Ferry", url="/e/"), Fact("Rien")]
    html = render_to_string("ui/_facts.html", {"facts": facts})
    for words in ("0,00\u00a0€", "vendredi 14\u00a0octobre 2016", '<a href="/e/">Jules-Ferry</a>', "–"):
        assert words in html


def test_the_menu_shows_where_the_page_stands() -> None:
    navigation = Navigation(
        entries=(
            NavEntry("Accueil", "/"),
            NavEntry("Dossiers", "/dossiers/"),
            NavEntry("Mes dossiers", "/dossiers/miens/"),
            NavEntry("Suivi", children=(NavEntry("Budget", "/suivi/budget/"),)),
        )
    )
    here = {
        path: entry.label if (entry := navigation.entry_at(path)) else None
        for path in ("/", "/dossiers/3/", "/dossiers/miens/4/")
    }
    assert here == {"/": "Accueil", "/dossiers/3/": "Dossiers", "/dossiers/miens/4/": "Mes dossiers"}
    assert navigation.entry_at("/suivi/budget/") == navigation.entries[3]
    assert navigation.entry_at("/compte/") is None
    assert Navigation().entry_at("/") is None


@pytest.mark.parametrize(
    ("template", "context"),
    [
        ("ui/_obstacles.html", {"obstacles": ["Rien : lisez « Aide »."]}),
        ("ui/_facts.html", {"facts": [Fact("Note", "Rien : lisez « Aide ».")]}),
        ("ui/_facts.html", {"facts": [Fact("Note", "x", note="Rien : lisez « Aide ».")]}),
        ("ui/_timeline.html", {"events": [Event("Acte", at=AT, comment="Rien : lisez « Aide ».")]}),
        ("ui/_documents.html", {"documents": [DocumentLink("Rien : lisez « Aide ».")]}),
    ],
)
def test_a_sentence_of_the_code_or_of_a_person_is_typeset_where_it_is_shown(template, context):
    assert "Rien\u00a0: lisez «\u00a0Aide\u00a0»." in render_to_string(template, context)
