"""Pages that nobody needs an account for: a subsidy simulated, a document verified by its code."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conventions.models import Convention
from plannumerique.files.models import IssuedDocument
from plannumerique.files.pdf import verification_address
from plannumerique.organisations.models import Academie, Departement
from tests.factories import DepartementFactory
from tests.factories_conventions import ConventionFactory
from tests.factories_projects import CampaignFactory, TermsVersionFactory

pytestmark = pytest.mark.django_db


# --- The simulator ---


@pytest.fixture
def simulate(client: Client) -> Any:
    def simulate(**asked: str) -> Any:
        return client.get(reverse("portal:simulator"), asked)

    return simulate


def figures(answer: Any) -> dict[str, str]:
    return {one.label: f"{one.amount:.2f}" for one in answer.context["simulation"].amounts}


def test_three_classes_give_the_golden_figures_and_their_lines(simulate: Any) -> None:
    campaign = CampaignFactory()

    answer = simulate(campagne=str(campaign.pk), classe_1="7 900,50", classe_2="8000", classe_3="9 100,00 €")

    assert answer.status_code == 200
    assert figures(answer) == {
        "Subvention de l’État": "11950.25",
        "Acompte": "5975.12",
        "Solde": "5975.13",
        "À la charge de la collectivité": "13050.25",
        "Ressources numériques": "500.00",
    }
    page = answer.content.decode()
    assert "Dépense de 9\u202f100,00\u00a0€ TTC, retenue à hauteur de 8\u202f000,00\u00a0€" in page
    assert "au plus tard le vendredi 14\u00a0octobre 2016" in page
    assert "solde à partir du 1er\u00a0mars 2017" in page


def test_the_page_opens_on_the_latest_campaign_and_asks_nothing_yet(simulate: Any) -> None:
    CampaignFactory(code="ENIR-2015", year=2015, label="Un appel plus ancien")
    CampaignFactory()

    answer = simulate()

    assert answer.status_code == 200
    assert "simulation" not in answer.context
    assert [name for name in answer.context["form"].fields if name.startswith("classe")] == ["classe_1", "classe_2", "classe_3"]


def test_a_campaign_of_one_class_asks_for_one(simulate: Any) -> None:
    campaign = CampaignFactory(rows__max_units_per_school=1, rows__acompte_rate=0, rows__resources_grant=0)

    answer = simulate(campagne=str(campaign.pk), classe_1="10000", classe_2="10000")

    assert figures(answer) == {"Subvention de l’État": "4000.00", "Solde": "4000.00", "À la charge de la collectivité": "6000.00"}


@pytest.mark.parametrize("price", ["-3", "1e9", "NaN", "0", "8.000,50", "12,345", "", "9" * 30])
def test_a_price_that_is_none_is_said_and_stays_typed(simulate: Any, price: str) -> None:
    campaign = CampaignFactory()

    answer = simulate(campagne=str(campaign.pk), classe_1=price)

    assert answer.status_code == 422
    assert "simulation" not in answer.context
    assert f'value="{price}"' in answer.content.decode() or not price


@pytest.mark.parametrize("campaign", ["0", "abc", "999999999999999999999", "\x00"])
def test_an_unknown_campaign_is_said(simulate: Any, campaign: str) -> None:
    CampaignFactory()

    answer = simulate(campagne=campaign, classe_1="8000")

    assert answer.status_code == 422
    assert "simulation" not in answer.context
    assert answer.context["form"].errors["campagne"]


def test_a_portal_without_a_campaign_says_so(simulate: Any) -> None:
    assert "Aucun appel à projets n’est publié" in simulate().content.decode()


def test_the_latest_figures_are_those_that_count(simulate: Any) -> None:
    campaign = CampaignFactory()
    TermsVersionFactory(campaign=campaign, number=2, expense_cap=6000)

    assert figures(simulate(campagne=str(campaign.pk), classe_1="8000"))["Subvention de l’État"] == "3000.00"


# --- The verification of a document ---


@pytest.fixture
def document() -> IssuedDocument:
    convention: Convention = ConventionFactory(settled=True)
    return IssuedDocument.objects.get(pk=convention.document_id)


def another(document: IssuedDocument, **changes: Any) -> IssuedDocument:
    """Issued after it in the same series, and not laid out yet."""
    same = ("thread", "subject_kind", "subject_id", "readers", "series", "kind", "title", "template", "snapshot", "issued_at")
    kept = {name: getattr(document, name) for name in same}
    number = document.number + 1
    reference, code = f"essai-CONV-{number:04d}", "ABCD23456789"
    made = IssuedDocument(**kept, version=1, number=number, reference=reference, verification_code=code, **changes)
    made.save()
    return made


def verify(client: Client, code: str) -> Any:
    return client.get(reverse("portal:verification"), {"code": code})


@pytest.mark.parametrize("typed", [str, str.lower, lambda code: code.replace("-", " "), lambda code: code.replace("-", "")])
def test_a_document_is_known_by_its_code_however_it_is_typed(client: Client, document: IssuedDocument, typed: Any) -> None:
    answer = verify(client, typed(document.printed_code))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert document.reference in page
    assert document.sha256 in page
    assert "Authentique, en vigueur" in page


def test_the_address_printed_on_a_document_leads_to_what_it_is(client: Client, document: IssuedDocument) -> None:
    answer = client.get(verification_address(document.verification_code).removeprefix(settings.PORTAL_URL), follow=True)

    assert answer.status_code == 200
    assert document.reference in answer.content.decode()
    assert f'value="{document.verification_code}"' in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "status"),
    [("k7qf-2m9d-xh4t", 404), ("abc", 422), ("é", 422), ("a&code=b", 422), ("%0d%0aX: y", 422), ("9" * 500, 422)],
)
def test_an_address_that_is_badly_typed_is_said_on_the_same_page(client: Client, typed: str, status: int) -> None:
    answer = client.get(f"/v/{typed}", follow=True)

    assert answer.status_code == status
    assert answer.redirect_chain[0][0].startswith(reverse("portal:verification"))


def test_nothing_of_a_person_nor_of_an_account_is_told(client: Client, document: IssuedDocument) -> None:
    convention = Convention.objects.get(document=document)
    page = verify(client, document.printed_code).content.decode()

    assert convention.iban
    for secret in (convention.iban, convention.iban_holder, str(document.issued_by), "Alix"):
        assert secret not in page


def test_a_replaced_document_names_the_one_that_replaces_it(client: Client, document: IssuedDocument) -> None:
    later = another(document, replaces=document)

    page = verify(client, document.printed_code).content.decode()

    assert "Annulé et remplacé" in page
    assert later.reference in page
    assert "en vigueur</" not in page


def test_a_code_that_no_document_bears_is_a_404_with_what_was_typed(client: Client, document: IssuedDocument) -> None:
    answer = verify(client, "ZZZZ-ZZZZ-ZZZZ")

    assert answer.status_code == 404
    assert "Aucun document de ce portail ne porte ce code" in answer.content.decode()
    assert 'value="ZZZZ-ZZZZ-ZZZZ"' in answer.content.decode()


@pytest.mark.parametrize(
    "code", ["", "abc", "K7QF-2M9D-XH4", "K7QF-2M9D-XH4TT", "’; DROP TABLE", "é" * 12, "\x00" * 12, "9" * 500]
)
def test_what_is_no_code_is_said(client: Client, code: str) -> None:
    assert verify(client, code).status_code == 422


def test_a_document_that_is_not_laid_out_yet_is_not_known(client: Client, document: IssuedDocument) -> None:
    assert verify(client, another(document).printed_code).status_code == 404


# --- The programme, its contacts, the library ---


def test_the_programme_names_whom_to_write_to_with_the_subject_to_use(client: Client) -> None:
    campaign = CampaignFactory()
    for traits in ({}, {"jura": True}, {"haute_saone": True}, {"belfort": True}):
        departement = DepartementFactory(**traits)
        Departement.objects.filter(pk=departement.pk).update(dsden_email=f"dsden{departement.code}@exemple.invalid")
    Academie.objects.filter(pk=campaign.academie_id).update(dsi_email="dsi@exemple.invalid")

    page = client.get(reverse("portal:programme")).content.decode()

    written_to = re.findall(r'href="mailto:([^?"]+)\?subject=plan%20num%C3%A9rique%20national%20premier%20degr%C3%A9"', page)
    assert written_to == [
        *("dane.03@exemple.invalid", "daf.03@exemple.invalid", "dsi@exemple.invalid"),
        *(f"dsden{code}@exemple.invalid" for code in ("025", "039", "070", "090")),
    ]
    assert "«&nbsp;plan numérique national premier degré&nbsp;»" in page


def test_a_service_without_an_address_is_not_named(client: Client) -> None:
    CampaignFactory()
    DepartementFactory()

    page = client.get(reverse("portal:programme")).content.decode()

    assert "DSDEN" not in page
    assert "(DSI)" not in page


def test_more_campaigns_and_departements_cost_no_more_queries(client: Client) -> None:
    CampaignFactory()
    DepartementFactory()
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("portal:programme"))
    for number in range(5):
        CampaignFactory(code=f"AAP-{number}")
    for traits in ({"jura": True}, {"belfort": True}):
        DepartementFactory(**traits)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("portal:programme"))

    assert len(few) == len(many) <= 6


def test_the_library_leads_to_each_of_its_parts_and_names_its_sources(client: Client) -> None:
    page = client.get(reverse("portal:library")).content.decode()

    for anchor in re.findall(r'href="#([a-z]+)">L', page):
        assert f'id="{anchor}"' in page
    for source in (
        "n°&nbsp;2015-136 du 9 février 2015",
        "n°&nbsp;2004-035 du 18 février 2004",
        "n°&nbsp;2015-899",
        "n°&nbsp;2015-1904",
    ):
        assert source in page
