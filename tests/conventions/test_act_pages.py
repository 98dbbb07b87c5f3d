"""The pages of the acts on a convention: each role does its step, what was typed stays."""

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from conventions import pages, services
from conventions.enums import ConventionState as S
from conventions.models import Convention
from conventions.permissions import moves_that_matter
from plannumerique.files.models import IssuedDocument, Piece, StoredFile
from plannumerique.organisations.enums import Role
from plannumerique.ui.pieces import StepState
from projects.models import Application
from tests.conventions.pages_in_august import NOW, as_dane, as_editor, fresh, log_in, plain, scan, url
from tests.factories import DepartementFactory, SchoolFactory, actor_for, siret
from tests.factories_conventions import EPLE_IBAN, PUBLIC_IBAN, ConventionFactory
from tests.factories_projects import ApplicationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_august(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: NOW)


def test_a_draft_is_opened_from_the_dossier(client):
    application = ApplicationFactory(retained=True)
    log_in(client, Role.AGENT_DANE, application.campaign.academie)
    path = reverse("conventions:open_convention", args=[application.dossier.pk])

    assert str(application.school) in plain(client.get(path))
    answer = client.post(path)

    convention = Convention.objects.get()
    assert answer["Location"] == convention.get_absolute_url()
    assert client.post(path).status_code == 409


def test_the_account_is_given_with_its_rib(client):
    convention = ConventionFactory()
    as_editor(client, convention)
    typed = {
        "siret": siret(convention.dossier.collectivite.siren),
        "iban": " fr76 3000 1002 0225 0000 0000 076 ",
        "bic": "bdfefrppcct",
        "iban_holder": "Trésorerie d’exemple",
        "seen": convention.version,
        "file": scan(),
    }

    answer = client.post(url("describe_payee", convention), typed)

    assert answer.status_code == 302
    row = fresh(convention)
    assert (row.iban, row.bic, row.rib.state) == (PUBLIC_IBAN, "BDFEFRPPCCT", "deposited")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"iban": "FR7630001002022500000000077"}, "La clé de cet IBAN est fausse"),
        ({"siret": "123"}, "Un numéro SIRET compte 14 chiffres"),
        ({"bic": "XX"}, "Un BIC compte 8 ou 11 signes"),
        ({"iban_holder": ""}, "Remplissez ce champ"),
    ],
)
def test_a_wrong_account_is_explained_and_everything_typed_stays_the_file_too(client, wrong, sentence):
    convention = ConventionFactory()
    as_editor(client, convention)
    typed = {
        "siret": siret(convention.dossier.collectivite.siren),
        "iban": PUBLIC_IBAN,
        "bic": "",
        "iban_holder": "Trésorerie d’exemple",
        "seen": convention.version,
        "file": scan("mon rib.png"),
        **wrong,
    }

    answer = client.post(url("describe_payee", convention), typed)

    assert answer.status_code == 422
    page = plain(answer)
    assert sentence in page
    assert "Fichier conservé : mon rib.png" in page
    assert not fresh(convention).iban
    kept = re.search(r'name="file_kept" value="([^"]+)"', page)[1]
    corrected = {
        **typed,
        "iban": PUBLIC_IBAN,
        "siret": siret(convention.dossier.collectivite.siren),
        "bic": "",
        "iban_holder": "X",
        "file": "",
        "file_kept": kept,
    }
    assert client.post(url("describe_payee", convention), corrected).status_code == 302
    assert fresh(convention).rib.file == StoredFile.objects.get(original_name="mon rib.png")


def test_a_foreign_siren_is_refused_in_words(client):
    convention = ConventionFactory()
    as_editor(client, convention)
    typed = {"siret": siret("200000008"), "iban": PUBLIC_IBAN, "iban_holder": "X", "seen": convention.version, "file": scan()}

    answer = client.post(url("describe_payee", convention), typed)

    assert answer.status_code == 409
    assert "Ce SIRET n’est pas celui de" in plain(answer)
    assert not Piece.objects.filter(kind="rib").exists()


def test_a_file_of_the_wrong_kind_is_refused_before_anything_is_written(client):
    convention = ConventionFactory(deliberated=True)
    as_editor(client, convention)
    typed = {
        "on": "2016-07-25",
        "signatory": "Dominique EXEMPLE",
        "capacity": "maire",
        "seen": convention.version,
        "file": SimpleUploadedFile("convention.pdf", b"MZ not a pdf", content_type="application/pdf"),
    }

    answer = client.post(url("sign_for_collectivite", convention), typed)

    assert answer.status_code == 422
    assert 'value="Dominique EXEMPLE"' in answer.content.decode()
    assert fresh(convention).state == S.DELIBERATED


def test_the_same_day_is_confirmed_on_the_page_without_sending_the_file_again(client):
    convention = ConventionFactory(deliberated=True)
    as_editor(client, convention)
    typed = {
        "on": "2016-07-22",
        "signatory": "Dominique EXEMPLE",
        "capacity": "maire",
        "seen": convention.version,
        "file": scan(),
    }

    answer = client.post(url("sign_for_collectivite", convention), typed)

    assert answer.status_code == 409
    assert "confirmez que celle-ci l’a suivie" in plain(answer)
    kept = re.search(r'name="file_kept" value="([^"]+)"', answer.content.decode())[1]
    again = {**typed, "file": "", "file_kept": kept, "confirmed": "on"}
    assert client.post(url("sign_for_collectivite", convention), again).status_code == 302
    assert fresh(convention).same_day_confirmed


def test_a_stale_page_is_told_who_was_first_and_loses_nothing(client):
    convention = ConventionFactory(negotiation=True)
    as_dane(client, convention)
    colleague = actor_for(Role.AGENT_DANE, convention.campaign.academie, at=NOW)
    services.tell_next_sitting(convention_id=convention.pk, actor=colleague, on=dt.date(2016, 9, 12))
    typed = {"comment": "la commune se retire", "seen": convention.version}

    answer = client.post(url("abandon", convention), typed)

    assert answer.status_code == 409
    page = plain(answer)
    assert f"Déjà traité par {colleague.user} à 10:00" in page
    assert "la commune se retire" in page
    assert fresh(convention).state == S.NEGOTIATION


def test_the_project_is_settled_by_the_dan_on_a_page(client):
    convention = ConventionFactory(negotiation=True)
    as_dane(client, convention, Role.DAN)

    answer = client.post(url("settle", convention), {"seen": convention.version, "comment": ""})

    assert answer.status_code == 302
    assert IssuedDocument.objects.get().reference == "AAP-2016-CONV-0001"


def test_the_recteur_finds_the_signatory_of_the_campaign(client):
    convention = ConventionFactory(signed_collectivite=True)
    log_in(client, Role.RECTEUR, convention.campaign.academie)

    page = client.get(url("sign_for_recteur", convention)).content.decode()
    answer = client.post(
        url("sign_for_recteur", convention),
        {"on": "2016-08-20", "signatory": "Alix EXEMPLE", "capacity": "SGA", "delegation": "", "seen": convention.version},
    )

    assert 'value="arrêté d’exemple du 1er janvier 2016"' in page
    assert answer.status_code == 302
    assert Application.objects.get().state == "contracted"


def test_a_school_is_removed_and_added_on_pages(client):
    convention = ConventionFactory(negotiation=True, schools=2)
    as_dane(client, convention)
    covered = convention.covered_schools.order_by("pk")[0]

    removed = client.post(url("remove_school", convention, covered.pk), {"comment": "renonce", "seen": convention.version})
    application = Application.objects.get(school=covered.school)
    added = client.post(url("add_school", convention), {"application_id": application.pk, "seen": fresh(convention).version})

    assert (removed.status_code, added.status_code) == (302, 302)
    assert convention.covered_schools.count() == 2


def test_the_college_is_chosen_among_those_of_the_academie(client):
    convention = ConventionFactory(negotiation=True, referent=False)
    ours = SchoolFactory(college=True)
    foreign = SchoolFactory(college=True, departement=DepartementFactory(ille_et_vilaine=True))
    as_dane(client, convention)
    path = url("choose_college", convention, convention.covered_schools.get().pk)

    refused = client.post(path, {"college": foreign.pk, "seen": convention.version})
    chosen = client.post(path, {"college": ours.pk, "seen": convention.version})

    assert (refused.status_code, chosen.status_code) == (422, 302)
    assert convention.covered_schools.get().referent_college == ours


def test_a_rib_is_checked_beside_the_account_that_was_typed(client):
    convention = ConventionFactory(negotiation=True, iban=EPLE_IBAN)
    Piece.objects.filter(pk=convention.rib_id).update(state="deposited", checked_at=None)
    as_dane(client, convention)
    path = url("check_piece", convention, convention.rib_id)

    page = plain(client.get(path))
    refused = client.post(path, {"accepted": "non", "comment": "", "seen": 1})
    done = client.post(path, {"accepted": "non", "comment": "un autre compte", "seen": 1})

    assert "FR76 1007 1250" in page
    assert (refused.status_code, done.status_code) == (409, 302)
    assert Piece.objects.get(pk=convention.rib_id).motive == "un autre compte"


def test_the_piece_of_another_convention_is_not_found(client):
    convention, other = ConventionFactory(negotiation=True), ConventionFactory(negotiation=True)
    as_dane(client, convention)

    assert client.get(url("check_piece", convention, other.rib_id)).status_code == 404


def test_the_draft_is_read_before_it_is_settled_and_by_those_who_prepare_it(client):
    convention = ConventionFactory()
    as_editor(client, convention)

    answer = client.get(url("draft", convention))

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    log_in(client, Role.DIRECTOR, convention.covered_schools.get().school)
    assert client.get(url("draft", convention)).status_code == 403


def test_a_termination_says_that_the_rest_is_done_elsewhere(client):
    convention = ConventionFactory(in_execution=True)
    as_dane(client, convention)

    page = plain(client.get(url("terminate", convention)))
    answer = client.post(url("terminate", convention), {"on": "2016-08-19", "comment": "faute", "seen": convention.version})

    assert "La suite se traite hors du portail" in page
    assert answer.status_code == 302
    assert "la suite se traite hors du portail" in plain(client.get(convention.get_absolute_url()))


def test_the_exchange_with_the_controleur_goes_through_pages(client):
    convention = ConventionFactory(state=S.CBR_REQUESTED, schools=12, cbr_received_on=None, cbr_requested_on="2016-08-01")
    as_dane(client, convention)

    def send(name, **typed):
        return client.post(url(name, convention), {"seen": fresh(convention).version, **typed}).status_code

    assert send("record_cbr_reception", on="2016-08-02") == 302
    assert send("record_cbr_request", on="2016-08-05", question="Quel plan ?") == 302
    assert "délai interrompu par sa demande" in plain(client.get(convention.get_absolute_url()))
    assert send("record_cbr_answer", on="2016-08-08", answer="Celui-ci.") == 302
    assert send("record_cbr_opinion", on="2016-08-19", sense="unfavourable", file=scan(), comment="trop cher") == 302
    assert send("overrule_cbr", on="2016-08-20", comment="l’intérêt du service", file=scan()) == 302

    page = plain(client.get(convention.get_absolute_url()))
    assert "défavorable" in page
    assert "l’intérêt du service" in page
    assert fresh(convention).state == S.CBR_GIVEN


def test_the_deliberation_is_recorded_by_the_collectivite_on_a_page(client):
    convention = ConventionFactory(settled=True)
    as_editor(client, convention)
    typed = {
        "organ": "conseil_municipal",
        "number": "2016-42",
        "on": "2016-07-18",
        "published_on": "2016-07-20",
        "published_time": "",
        "prefecture_on": "2016-07-22",
        "prefecture_time": "14:30",
        "file": scan(),
        "seen": convention.version,
    }

    answer = client.post(url("record_deliberation", convention), typed)

    assert answer.status_code == 302
    assert (fresh(convention).executory_on, fresh(convention).prefecture_time) == (dt.date(2016, 7, 22), dt.time(14, 30))


def test_an_unfavourable_opinion_stops_the_convention_until_it_is_passed_over():
    convention = ConventionFactory(cbr_given=True, cbr_sense="unfavourable")
    overruled = ConventionFactory(
        cbr_given=True, cbr_sense="unfavourable", cbr_overruled_on=dt.date(2016, 8, 25), cbr_overruled_motive="Motif."
    )

    stopped = {one.title: one.state for one in pages.steps_of(convention)}

    assert stopped["Contrôle budgétaire"] == StepState.BLOCKED
    assert stopped["Délibération"] == StepState.TODO
    assert pages.badge_of(convention).label == "Avis du CBR défavorable"
    assert StepState.BLOCKED not in {one.state for one in pages.steps_of(overruled)}


def test_a_refused_opinion_waits_for_the_recteur_before_any_deliberation():
    convention = ConventionFactory(cbr_given=True, cbr_sense="unfavourable")
    recteur = actor_for(Role.RECTEUR, convention.campaign.academie)
    editeur = actor_for(Role.EDITEUR, convention.dossier.collectivite)

    matter = moves_that_matter(convention)
    assert [one.label for one in pages.next_of(convention, recteur, matter)] == ["Passer outre l’avis défavorable"]
    assert pages.acts_of(convention, recteur)[0].label == "Passer outre l’avis défavorable"
    assert pages.awaited_of(convention, recteur, matter) == []
    agent = actor_for(Role.AGENT_DANE, convention.campaign.academie)
    for actor in (agent, editeur):
        assert not {"Indiquer la prochaine séance", "Enregistrer la délibération"} & {
            one.label for one in pages.acts_of(convention, actor)
        }
    assert pages.sitting_warning_of(convention) is None
    assert pages.next_of(convention, editeur, matter) == []
    (awaited,) = pages.awaited_of(convention, editeur, matter)
    assert (awaited.label, awaited.obstacles) == ("Passer outre l’avis défavorable", ())
    assert "recteur" in awaited.who.lower()


def test_a_signature_that_is_late_says_so_and_late_justificatifs_are_no_longer_awaited():
    unsigned, signed = ConventionFactory(settled=True), ConventionFactory(in_execution=True)

    assert pages.due_of(unsigned, today=dt.date(2016, 8, 31)) == "signature au plus tard le mercredi 31\u00a0août 2016"
    assert pages.due_of(unsigned, today=dt.date(2016, 9, 1)).endswith("31\u00a0août 2016\u00a0: date dépassée")
    assert pages.due_of(signed, today=dt.date(2016, 10, 14)).startswith("justificatifs au plus tard")
    assert pages.due_of(signed, today=dt.date(2016, 10, 17)) == ""
