"""The page of the statement and the acts upon it, through the client, each by the person whose job it is."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plannumerique.organisations.enums import Role
from plannumerique.organisations.models import Membership
from subsidies.models import EquipmentSubsidy, ExpenseStatement
from tests.factories import CollectiviteFactory, actor_for
from tests.factories_statement import (
    InvoiceFactory,
    StatementFactory,
    classes_of,
    fresh,
    ready_for_service_fait,
    receive,
    signataire_of,
)
from tests.factories_subsidies import SERVICE_FAIT_ON, EquipmentSubsidyFactory, actor_of
from tests.files.sample import pdf_bytes
from tests.papers import at

pytestmark = pytest.mark.django_db
TODAY = dt.date(2016, 10, 12)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The portal's day; `clock(day)` moves it."""

    def move(on):
        monkeypatch.setattr("plannumerique.clock.now", lambda: at(on))

    move(TODAY)
    return move


@pytest.fixture
def subsidy():
    row = EquipmentSubsidyFactory(acompte_paid=True)
    StatementFactory(subsidy=row)
    InvoiceFactory(subsidy=row)
    return row


def log_in(client, subsidy, role=Role.EDITEUR, **membership):
    client.force_login(actor_of(subsidy, role, on=TODAY, **membership).user)


def url(name, row):
    return reverse(f"subsidies:{name}", args=[row.pk])


def text(answer):
    return " ".join(answer.content.decode().split())


# --- The page ---


def test_a_statement_is_opened_from_its_page(client):
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    log_in(client, subsidy)
    assert "Ouvrir l’état récapitulatif" in text(client.get(url("statement", subsidy)))
    assert client.get(url("open_statement", subsidy)).status_code == 405

    answer = client.post(url("open_statement", subsidy), follow=True)

    assert ExpenseStatement.objects.get().subsidy == subsidy
    assert "Ajouter une facture" in text(answer)


def test_the_page_unfolds_the_amounts_and_says_when_the_solde_is_paid(client, subsidy):
    log_in(client, subsidy)

    page = text(client.get(url("statement", subsidy)))

    for words in (
        "12 000,00 €",
        "Base retenue",
        "Reste à la charge de la collectivité",
        "Pièces justificatives à compléter par la collectivité, au plus tard le vendredi 14 octobre 2016.",
        "versement prévu avant le 7 décembre 2016",
    ):
        assert words in page, words


def test_the_danes_own_delay_is_said_on_the_page(client, clock):
    subsidy = ready_for_service_fait()
    clock(dt.date(2016, 10, 17))
    client.force_login(actor_of(subsidy, Role.AGENT_DANE, on=dt.date(2016, 10, 17)).user)

    page = text(client.get(url("statement", subsidy)))

    assert "Retard imputable à la DANE" in page
    assert "paiement à partir du 1er mars 2017" in page or "paiement dès que" in page


def test_the_page_of_the_subsidy_carries_the_promise_and_the_link(client, subsidy):
    log_in(client, subsidy)

    page = text(client.get(subsidy.get_absolute_url()))

    assert "Versement du solde" in page
    assert url("statement", subsidy) in page


def test_the_page_costs_the_same_at_ten_and_at_a_hundred_invoices(client):
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    StatementFactory(subsidy=subsidy)
    one = classes_of(subsidy)[0]
    for number in range(10):
        InvoiceFactory(subsidy=subsidy, expenses={one: str(100 + number)}, waiting=True)
    log_in(client, subsidy, Role.SIGNATAIRE)
    with CaptureQueriesContext(connection) as few:
        client.get(url("statement", subsidy))
    for number in range(90):
        InvoiceFactory(subsidy=subsidy, expenses={one: str(200 + number)}, waiting=True)

    with CaptureQueriesContext(connection) as many:
        answer = client.get(url("statement", subsidy))

    assert "100 factures" in text(answer)
    assert len(few) == len(many) <= 15
    assert len(answer.content) < 100 * 1024


@pytest.mark.parametrize("order", ["numero", "-fournisseur", "date", "etat", "-ttc"])
def test_every_column_of_the_invoices_sorts(client, subsidy, order):
    log_in(client, subsidy)

    assert client.get(url("statement", subsidy), {"tri": order}).status_code == 200
    assert client.get(url("statement", subsidy), {"page": "abc"}).status_code == 404


def test_a_foreign_collectivite_and_the_schools_find_nothing(client, subsidy):
    names = ("statement", "declare_aid", "lay_out_statement", "certify_statement", "record_signed_statement", "deposit_statement")
    for stranger in (actor_for(Role.SIGNATAIRE, CollectiviteFactory()), actor_of(subsidy, Role.DIRECTOR, on=TODAY)):
        client.force_login(stranger.user)
        for name in (*names, "certify_service_fait", "liquidate_solde", "close"):
            assert client.get(url(name, subsidy)).status_code == 404, name
        assert client.post(url("open_statement", subsidy)).status_code == 404


# --- The acts ---


def test_the_signataire_certifies_and_the_editor_deposits(client, subsidy):
    client.force_login(signataire_of(subsidy, on=TODAY).user)
    version = ExpenseStatement.objects.get().version
    assert "Certifier exact en ligne" in text(client.get(url("statement", subsidy)))
    answer = client.post(url("certify_statement", subsidy), {"seen": version}, follow=True)
    assert "L’état récapitulatif est certifié exact." in text(answer)

    log_in(client, subsidy)
    answer = client.post(url("deposit_statement", subsidy), {"seen": fresh(subsidy).version, "comment": ""}, follow=True)

    assert answer.status_code == 200
    assert fresh(subsidy).state == "justified"
    assert fresh(subsidy).complete_on == TODAY


def test_an_editor_is_not_offered_the_certification_and_cannot_reach_it(client, subsidy):
    log_in(client, subsidy)

    assert "Certifier exact en ligne" not in text(client.get(url("statement", subsidy)))
    assert client.get(url("certify_statement", subsidy)).status_code == 403
    assert client.post(url("certify_statement", subsidy), {"seen": "1"}).status_code == 403
    assert not ExpenseStatement.objects.get().is_certified


def test_a_deposit_that_is_not_ready_shows_what_is_missing(client, subsidy):
    log_in(client, subsidy)

    assert "n’est pas certifié exact" in text(client.get(url("statement", subsidy)))
    answer = client.post(url("deposit_statement", subsidy), {"seen": fresh(subsidy).version, "comment": "Voici."})

    assert answer.status_code == 409
    assert "n’est pas certifié exact" in text(answer)
    assert "Voici." in text(answer)


def test_the_paper_path_on_the_pages_keeps_the_file_after_an_error(client, subsidy):
    log_in(client, subsidy)
    client.post(url("lay_out_statement", subsidy), {"seen": ExpenseStatement.objects.get().version})
    sheet = ExpenseStatement.objects.get()
    scan = SimpleUploadedFile("etat-signe.pdf", pdf_bytes("Signé"), content_type="application/pdf")
    signed = {"seen": sheet.version, "name": "Lou EXEMPLE", "capacity": "Maire", "on": "2016-10-13", "file": scan}

    late = client.post(url("record_signed_statement", subsidy), signed)
    assert late.status_code == 409
    assert "à venir" in text(late)
    assert "Fichier conservé" in text(late)
    token = late.context["form"].fields["file"].widget.kept_key

    good = {**signed, "on": "2016-10-12", "file_kept": token}
    del good["file"]
    assert client.post(url("record_signed_statement", subsidy), good).status_code == 302
    row = ExpenseStatement.objects.get()
    assert (row.certified_on_paper, row.certified_name, row.signed_piece.file.original_name) == (
        True,
        "Lou EXEMPLE",
        "etat-signe.pdf",
    )


def test_an_aid_without_its_origin_is_explained(client, subsidy):
    log_in(client, subsidy)
    version = ExpenseStatement.objects.get().version

    refused = client.post(url("declare_aid", subsidy), {"seen": version, "amount": "1 500", "detail": ""})
    assert refused.status_code == 422
    assert "Indiquez de qui vient cette aide." in text(refused)
    assert "1 500" in text(refused)

    accepted = client.post(url("declare_aid", subsidy), {"seen": version, "amount": "15 000", "detail": "DETR"}, follow=True)
    assert "Les aides publiques (27 000,00 €) dépassent 80 % de la dépense (24 000,00 €)" in text(accepted)


def test_the_dane_gives_the_file_back_with_its_motive(client):
    subsidy = ready_for_service_fait()
    log_in(client, subsidy, Role.AGENT_DANE)

    empty = client.post(url("request_statement_completion", subsidy), {"seen": "1", "comment": " "})
    assert empty.status_code == 422
    done = client.post(url("request_statement_completion", subsidy), {"seen": "1", "comment": "Facture illisible."})

    assert done.status_code == 302
    assert fresh(subsidy).state == "to_complete"


# --- Service fait, solde, closing ---


def test_the_dan_reads_what_the_certificate_will_say_then_constates(client, clock):
    subsidy = ready_for_service_fait()
    clock(SERVICE_FAIT_ON)
    client.force_login(actor_of(subsidy, Role.DAN, on=SERVICE_FAIT_ON).user)

    page = text(client.get(url("certify_service_fait", subsidy)))
    assert "vendredi 14 octobre 2016" in page
    assert "versement prévu avant le 7 décembre 2016" in page
    assert "12 000,00 €" in page
    assert "elle ne se saisit pas" in page
    assert 'type="date"' not in page

    answer = client.post(url("certify_service_fait", subsidy), {"seen": "1", "reservations": "Un chargeur manque."})
    assert answer.status_code == 302
    assert fresh(subsidy).service_fait_on == SERVICE_FAIT_ON


def test_a_class_in_the_way_is_named_and_the_reservations_stay(client, clock):
    subsidy = EquipmentSubsidyFactory(justified=True)
    StatementFactory(subsidy=subsidy, certified=True)
    InvoiceFactory(subsidy=subsidy)
    first, *others = classes_of(subsidy)
    receive(*others)
    client.force_login(actor_of(subsidy, Role.DAN, on=TODAY).user)

    assert str(first.school) in text(client.get(url("certify_service_fait", subsidy)))
    answer = client.post(url("certify_service_fait", subsidy), {"seen": "1", "reservations": "Un chargeur manque."})

    assert answer.status_code == 409
    assert "Un chargeur manque." in text(answer)
    assert fresh(subsidy).state == "justified"


def test_a_dan_who_brought_a_piece_is_told_why_she_may_not(client):
    subsidy = ready_for_service_fait()
    dan = actor_of(subsidy, Role.DAN, on=TODAY)
    EquipmentSubsidy.objects.filter(pk=subsidy.pk).update(justified_by=dan.user)
    client.force_login(dan.user)

    refused = client.get(url("certify_service_fait", subsidy))

    assert refused.status_code == 403
    assert "un autre DAN le constate" in text(refused)


def test_the_classes_left_out_are_shown_before_it_is_too_late(client):
    subsidy = EquipmentSubsidyFactory(justified=True)
    StatementFactory(subsidy=subsidy, certified=True)
    first, second, third = classes_of(subsidy)
    InvoiceFactory(subsidy=subsidy, expenses={first: "8000"})
    receive(first, second)
    client.force_login(actor_of(subsidy, Role.DAN, on=TODAY).user)

    page = text(client.get(url("certify_service_fait", subsidy)))

    assert f"{second} : reçue, mais aucune facture acceptée ne la concerne" in page
    assert f"{third} : ni reçue ni facturée" in page


def test_the_daf_liquidates_from_the_page_with_every_line_shown(client, clock):
    subsidy = EquipmentSubsidyFactory(service_fait=True)
    StatementFactory(subsidy=subsidy, certified=True)
    InvoiceFactory(subsidy=subsidy)
    receive(*classes_of(subsidy))
    november = dt.date(2016, 11, 14)
    clock(november)
    client.force_login(actor_of(subsidy, Role.GESTIONNAIRE_DAF, on=november).user)

    page = text(client.get(url("liquidate_solde", subsidy)))
    for words in ("Solde dû", "6 000,00 €", "−6 000,00 €", "12 000,00 €", "mardi 6 décembre 2016", "Exercice"):
        assert words in page, words

    assert client.post(url("liquidate_solde", subsidy), {"seen": "1", "comment": ""}).status_code == 302
    assert client.post(url("liquidate_solde", subsidy), {"seen": "1", "comment": ""}).status_code == 409
    assert subsidy.payments.filter(kind="solde").count() == 1


def test_a_trop_percu_is_shown_with_what_the_portal_does_not_do(client, clock):
    subsidy = EquipmentSubsidyFactory(service_fait=True, definitive_amount=5000)
    clock(dt.date(2016, 11, 14))
    client.force_login(actor_of(subsidy, Role.GESTIONNAIRE_DAF, on=TODAY).user)

    page = text(client.get(url("declare_overpaid", subsidy)))
    assert "Trop-perçu" in page
    assert "1 000,00 €" in page
    assert "hors du portail" in page
    assert client.post(url("declare_overpaid", subsidy), {"seen": "1", "comment": ""}).status_code == 302

    assert "titre de perception" in text(client.get(subsidy.get_absolute_url()))


def test_the_closing_shows_its_checklist(client, clock):
    subsidy = EquipmentSubsidyFactory(solde_paid=True)
    clock(dt.date(2016, 12, 12))
    client.force_login(actor_of(subsidy, Role.VALIDEUR_DAF, on=TODAY).user)

    page = text(client.get(url("close", subsidy)))
    assert "Aucune demande de paiement n’est en cours." in page
    assert "n’est ni justifiée ni abandonnée" in page
    assert client.post(url("close", subsidy), {"seen": "1", "comment": ""}).status_code == 409

    subsidy.convention.mobile_classes.update(state="renounced")
    assert client.post(url("close", subsidy), {"seen": "1", "comment": ""}).status_code == 302
    assert fresh(subsidy).state == "closed"


def test_a_membership_without_capacity_is_told_who_completes_it(client, subsidy):
    client.force_login(signataire_of(subsidy, on=TODAY, capacity="").user)
    assert Membership.objects.filter(role=Role.SIGNATAIRE, capacity="").exists()

    answer = client.post(url("certify_statement", subsidy), {"seen": ExpenseStatement.objects.get().version})

    assert answer.status_code == 409
    assert "l’administrateur de l’académie la complète" in text(answer)
