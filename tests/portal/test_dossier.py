"""The page of a dossier: the whole thread, for each party, at a bounded cost."""

import datetime as dt
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from plannumerique.journal.models import JournalLine
from plannumerique.journal.pages import timeline_of
from plannumerique.organisations.enums import LEVEL_OF_ROLE, Level, Role
from subsidies.models import EquipmentSubsidy
from tests.factories import AcademieFactory, CollectiviteFactory, UserFactory, actor_for
from tests.factories_projects import ApplicationFactory, PieceFactory
from tests.factories_subsidies import EquipmentSubsidyFactory

pytestmark = pytest.mark.django_db

STATES = ["prepared", "signed", "notified", "acompte_requested", "acompte_paid", "justified", "service_fait", "solde_paid"]


@pytest.fixture(autouse=True)
def _october_2016(settings, tmp_path):
    settings.PORTAL_DEMO, settings.PORTAL_CLOCK_FILE = True, str(tmp_path / "clock")
    (tmp_path / "clock").write_text("2016-10-10")


def log_in(client, role, dossier):
    school = dossier.applications.first().school
    where = {
        Level.ACADEMIE: dossier.campaign.academie,
        Level.DEPARTEMENT: school.departement,
        Level.COLLECTIVITE: dossier.collectivite,
        Level.SCHOOL: school,
    }[LEVEL_OF_ROLE[role]]
    client.force_login(actor_for(role, where).user)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.SIGNATAIRE, Role.VALIDEUR_DAF, Role.DIRECTOR, Role.DSDEN])
def test_the_page_opens_in_every_state_for_every_party_within_22_queries(client, state, role, django_assert_max_num_queries):
    dossier = EquipmentSubsidyFactory(**{state: True}).convention.dossier
    log_in(client, role, dossier)

    with django_assert_max_num_queries(22):
        answer = client.get(dossier.get_absolute_url())

    assert answer.status_code == 200


def test_a_director_sees_neither_the_account_nor_the_money_of_the_collectivite(client):
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    log_in(client, Role.DIRECTOR, subsidy.convention.dossier)

    page = client.get(subsidy.convention.dossier.get_absolute_url()).content.decode()

    assert subsidy.convention.iban not in page.replace("\u202f", "")
    assert "Versé à ce jour" not in page


def test_a_director_reads_the_steps_that_the_collectivite_reads(client):
    dossier = EquipmentSubsidyFactory(acompte_paid=True).convention.dossier
    read = []
    for role in (Role.EDITEUR, Role.DIRECTOR):
        log_in(client, role, dossier)
        read.append(client.get(dossier.get_absolute_url()).context["steps"])

    assert read[0] == read[1]


def steps_on_the_page(client, dossier):
    log_in(client, Role.EDITEUR, dossier)
    steps = client.get(dossier.get_absolute_url()).context["steps"]
    return [(one.title, str(one.state), one.on, one.note.replace("\u00a0", " ")) for one in steps]


def test_each_step_says_its_day_or_the_rule_that_gives_it(client):
    dossier = EquipmentSubsidyFactory(acompte_paid=True).convention.dossier

    assert steps_on_the_page(client, dossier) == [
        ("Candidature et sélection", "done", dt.date(2016, 7, 4), ""),
        ("Convention", "done", dt.date(2016, 8, 26), ""),
        ("Commande et décision", "done", dt.date(2016, 9, 16), ""),
        ("Acompte", "done", dt.date(2016, 9, 28), ""),
        (
            "Justification et service fait",
            "current",
            None,
            "Pièces et service fait au plus tard le vendredi 14 octobre 2016",
        ),
        ("Solde", "todo", None, "Versement avant le 7 décembre 2016"),
        ("Clôture", "todo", None, "Comptes soldés au centime"),
    ]


def test_before_the_convention_the_steps_say_what_the_campaign_wants(client):
    dossier = ApplicationFactory(submitted=True).dossier

    assert [(state, note) for _, state, _, note in steps_on_the_page(client, dossier)] == [
        ("current", "Décision après l’instruction"),
        ("todo", "Signatures au plus tard le mercredi 31 août 2016"),
        ("todo", "Décision après un bon de commande accepté"),
        ("todo", "Sur copie des bons de commande"),
        ("todo", "Pièces et service fait au plus tard le vendredi 14 octobre 2016"),
        ("todo", "Versement avant le 7 décembre 2016"),
        ("todo", "Comptes soldés au centime"),
    ]


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        ([{"written": True}], "Dépôt au plus tard le vendredi 17 juin 2016"),
        ([{"submitted": True}, {"written": True}], "Dépôt au plus tard le vendredi 17 juin 2016"),
        (
            [{"to_complete": True, "completion_due_on": dt.date(2016, 7, 1)}],
            "Compléments au plus tard le vendredi 1er juillet 2016",
        ),
        (
            [{"to_complete": True, "completion_due_on": dt.date(2016, 7, 1)}, {"submitted": True}],
            "Compléments au plus tard le vendredi 1er juillet 2016",
        ),
    ],
)
def test_the_first_step_says_by_when_something_is_still_to_be_sent(client, lines, rule):
    dossier = ApplicationFactory(**lines[0]).dossier
    for line in lines[1:]:
        ApplicationFactory(dossier=dossier, **line)

    state, note = next((state, note) for _, state, _, note in steps_on_the_page(client, dossier))
    assert (state, note) == ("current", rule)


def test_the_collectivite_is_told_what_it_has_to_bring_and_nobody_else_is(client):
    dossier = EquipmentSubsidyFactory(acompte_paid=True).convention.dossier
    told = "À vous : déposer les factures, remplir l’état récapitulatif, certifier et envoyer."

    for role, is_told in ((Role.EDITEUR, True), (Role.AGENT_DANE, False), (Role.DIRECTOR, False)):
        log_in(client, role, dossier)
        page = client.get(dossier.get_absolute_url()).content.decode().replace("&nbsp;", " ").replace("\u00a0", " ")
        assert (told in page) is is_told, role


def test_a_step_that_was_passed_without_a_payment_says_so(client):
    dossier = EquipmentSubsidyFactory(justified=True, pay_acompte=False).convention.dossier

    assert ("Acompte", "done", None, "Aucun acompte versé") in steps_on_the_page(client, dossier)


def test_a_solde_that_slipped_says_from_when(client, settings):
    dossier = EquipmentSubsidyFactory(acompte_paid=True).convention.dossier
    Path(settings.PORTAL_CLOCK_FILE).write_text("2016-10-20")

    assert ("Solde", "todo", None, "À partir du 1er mars 2017") in steps_on_the_page(client, dossier)


def test_a_dossier_that_ended_on_the_way_stops_at_its_step(client):
    cancelled = EquipmentSubsidyFactory(cancelled=True).convention.dossier
    dead = ApplicationFactory(state="abandoned").dossier

    assert steps_on_the_page(client, cancelled)[-1] == ("Commande et décision", "blocked", None, "Subvention annulée")
    assert steps_on_the_page(client, dead) == [
        ("Candidature et sélection", "blocked", None, "Aucune candidature n’est plus en cours")
    ]


def test_another_collectivite_and_another_academie_get_a_404(client):
    dossier = EquipmentSubsidyFactory().convention.dossier
    for role, where in ((Role.EDITEUR, CollectiviteFactory()), (Role.DAN, AcademieFactory(rennes=True))):
        client.force_login(actor_for(role, where).user)
        assert client.get(dossier.get_absolute_url()).status_code == 404


def test_the_dane_is_led_from_the_retained_schools_to_the_convention(client):
    application = ApplicationFactory(retained=True)
    log_in(client, Role.AGENT_DANE, application.dossier)

    page = client.get(application.dossier.get_absolute_url()).content.decode()

    assert reverse("conventions:open_convention", args=[application.dossier.pk]) in page


def test_the_promise_and_its_rule_stand_on_the_page(client):
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    log_in(client, Role.EDITEUR, subsidy.convention.dossier)

    page = client.get(subsidy.convention.dossier.get_absolute_url()).content.decode()

    assert "au plus tard le vendredi 14\u00a0octobre 2016" in page
    assert "Ce qui manque encore" in page


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("to_complete", "la collectivité transmet les compléments que la DANE a demandés"),
        ("submitted", "la DANE l’instruit"),
        ("waiting", "la DANE enregistre la suite donnée à la liste d’attente"),
    ],
)
def test_before_the_convention_the_dossier_says_who_acts(client, state, sentence):
    application = ApplicationFactory(**{state: True})
    log_in(client, Role.AGENT_DANE, application.dossier)

    page = client.get(application.dossier.get_absolute_url()).content.decode()

    assert sentence in page


@pytest.mark.parametrize(
    ("kind", "told"),
    [("rib", True), ("groupement", True), ("signed_statement", True), ("cbr_opinion", False), ("signed_decision", False)],
)
def test_a_piece_that_nobody_checks_is_not_said_to_wait_for_it(client, kind, told):
    dossier = ApplicationFactory(submitted=True).dossier
    PieceFactory(subject=dossier, kind=kind, waiting=True)
    log_in(client, Role.AGENT_DANE, dossier)

    page = client.get(dossier.get_absolute_url()).content.decode()

    assert ("À vérifier" in page) is told


def test_a_director_reads_nothing_of_a_convention_that_would_be_to_prepare_when_one_carries_her_school(client):
    subsidy = EquipmentSubsidyFactory()
    log_in(client, Role.DIRECTOR, subsidy.convention.dossier)

    page = client.get(subsidy.convention.dossier.get_absolute_url()).content.decode()

    assert 'id="suite"' not in page


def test_an_old_dossier_says_that_its_journal_goes_further():
    thread = EquipmentSubsidyFactory().thread
    words = {"subject_kind": "projects.dossier", "subject_id": 1, "label": "Fait", "version": 1, "occurred_at": timezone.now()}
    acts = ["render", "describe", "describe"]
    JournalLine.objects.bulk_create([JournalLine(thread=thread, act=act, **words) for act in acts])

    both, latest = timeline_of(thread.journal.all(), latest=2), timeline_of(thread.journal.all(), latest=1)

    assert (len(both), both.cut) == (2, False)
    assert (len(latest), latest.cut) == (1, True)


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("Notifier la décision", "a notifié la décision"),
        ("Reprise\u00a0: reprendre une décision notifiée", "a repris une décision notifiée"),
        ("Reprise\u00a0: accepter la pièce", "a repris un acte d’avant le portail\u00a0: accepter la pièce"),
        ("Entrer en exécution", "a enregistré\u00a0: Entrer en exécution"),
    ],
)
def test_the_journal_tells_what_was_done_and_by_whom(label, told):
    thread = EquipmentSubsidyFactory().thread
    words = {"subject_kind": "projects.dossier", "subject_id": 1, "version": 1, "occurred_at": timezone.now()}
    JournalLine.objects.create(thread=thread, act="act", label=label, actor=UserFactory(), actor_name="Alix EXEMPLE", **words)
    JournalLine.objects.create(thread=thread, act="act", label=label, actor_name="portail (nuit)", **words)

    assert [(one.actor, one.label) for one in timeline_of(thread.journal.filter(act="act"))] == [
        ("Le portail", told),
        ("Alix EXEMPLE", told),
    ]


@pytest.mark.parametrize("state", ["service_fait", "overpaid"])
def test_no_solde_is_promised_where_money_is_to_come_back(client, state):
    subsidy = EquipmentSubsidyFactory(overpaid=True)
    EquipmentSubsidy.objects.filter(pk=subsidy.pk).update(state=state)
    log_in(client, Role.SIGNATAIRE, subsidy.convention.dossier)

    for address in (subsidy.convention.dossier.get_absolute_url(), subsidy.get_absolute_url()):
        page = client.get(address).content.decode()
        assert "est à reverser, sur titre de perception" in page
        assert "versement prévu" not in page


def test_a_long_journal_is_folded_after_its_latest_acts(client):
    dossier = EquipmentSubsidyFactory().convention.dossier
    words = {"subject_kind": "projects.dossier", "subject_id": dossier.pk, "version": 1, "occurred_at": timezone.now()}
    JournalLine.objects.bulk_create(
        [JournalLine(thread=dossier.thread, act="describe", label=f"Acte {number:02}", **words) for number in range(60)]
    )
    log_in(client, Role.AGENT_DANE, dossier)

    shown, folded = client.get(dossier.get_absolute_url()).content.decode().split("Voir 40\u00a0actes de plus")

    assert ("Acte 50" in shown, "Acte 49" in shown) == (True, False)
    assert ("Acte 49" in folded, "Acte 10" in folded, "Acte 09" in folded) == (True, True, False)
    assert "Seuls les 50 derniers actes sont affichés" in folded


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"written": True}, "Compléter et déposer la candidature"),
        ({"to_complete": True}, "Compléter et déposer la candidature"),
        ({"submitted": True}, "Voir la candidature"),
    ],
)
def test_the_way_to_the_application_says_what_is_still_to_be_done_there(client, state, words):
    dossier = ApplicationFactory(**state).dossier
    log_in(client, Role.EDITEUR, dossier)

    page = client.get(dossier.get_absolute_url()).content.decode()

    assert f'href="{dossier.get_draft_url()}">{words}<' in page
