"""The list of dossiers: the stage of each in the whole thread, who is expected, by when; the filter shows what the rows say."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plannumerique.organisations.enums import Role
from plannumerique.ui.pieces import StepState
from portal.dossiers.pages import convention_and_subsidy_of
from portal.dossiers.steps import STEPS, steps_of
from portal.lists.readings import campaign_dates, followed
from portal.standing.expected import expected_of
from portal.standing.stages import Stage
from projects.models import Campaign, Dossier
from tests.browser.situations import every_situation
from tests.factories import AcademieFactory, CollectiviteFactory, DepartementFactory, actor_for
from tests.factories_conventions import ConventionFactory
from tests.factories_projects import ApplicationFactory, DossierFactory
from tests.factories_subsidies import EquipmentSubsidyFactory, PaymentFactory, PurchaseOrderFactory
from tests.papers import at

pytestmark = pytest.mark.django_db

OCTOBER = dt.date(2016, 10, 10)
URL = "portal:dossiers"


@pytest.fixture(autouse=True)
def _october_2016(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: at(OCTOBER))


def dane(role=Role.AGENT_DANE):
    return actor_for(role, AcademieFactory(), at=at(OCTOBER))


def row_of(dossier, actor=None):
    actor = actor or dane()
    return followed(actor, campaign_dates(actor).deadlines).get(pk=dossier.pk)


def said_of(dossier):
    row = row_of(dossier)
    expected = expected_of([row])[0]
    return Stage(row.stage), expected.step, expected.who


def application(**traits):
    return ApplicationFactory(**traits).dossier


def subsidy(**traits):
    return EquipmentSubsidyFactory(**traits).convention.dossier


def with_payment(**traits):
    found = EquipmentSubsidyFactory(acompte_requested=True)
    PaymentFactory(equipment=found, **traits)
    return found.convention.dossier


def with_order_to_check():
    return PurchaseOrderFactory(subsidy=EquipmentSubsidyFactory(orders=0)).subsidy.convention.dossier


def all_received():
    found = EquipmentSubsidyFactory(acompte_paid=True)
    found.convention.mobile_classes.update(state="received", received_on=dt.date(2016, 9, 30))
    return found.convention.dossier


def visa_refused():
    found = ConventionFactory(cbr_given=True, cbr_sense="unfavourable").dossier
    Campaign.objects.filter(pk=found.campaign_id).update(cbr_nature="visa")
    return found


SAID = [
    (lambda: DossierFactory(), Stage.APPLICATION, "Ajouter une école", "collectivité"),
    (
        lambda: application(late_derogation="Panne."),
        Stage.APPLICATION,
        "Compléter et déposer la candidature",
        "collectivité",
    ),
    (lambda: application(), Stage.APPLICATION, "Accorder une dérogation, ou classer : le dépôt est clos", "DANE"),
    (lambda: application(to_complete=True), Stage.APPLICATION, "Compléter et déposer la candidature", "collectivité"),
    (lambda: application(submitted=True), Stage.SELECTION, "Instruire la candidature", "DANE"),
    (lambda: application(admissible=True), Stage.SELECTION, "Enregistrer la sélection", "DANE"),
    (lambda: application(retained=True), Stage.CONVENTION, "Préparer la convention", "DANE"),
    (lambda: application(state="abandoned"), Stage.ENDED, "rien n’est plus attendu", ""),
    (lambda: ConventionFactory().dossier, Stage.CONVENTION, "Transmettre le projet à la collectivité", "DANE"),
    (
        lambda: ConventionFactory(cbr_given=True, cbr_sense="unfavourable").dossier,
        Stage.CONVENTION,
        "Passer outre l’avis défavorable, ou rouvrir la négociation",
        "recteur ou DANE",
    ),
    (visa_refused, Stage.CONVENTION, "Rouvrir la négociation", "DANE"),
    (
        lambda: ConventionFactory(signed_collectivite=True).dossier,
        Stage.CONVENTION,
        "Enregistrer la signature du recteur",
        "recteur ou DANE",
    ),
    (lambda: subsidy(orders=0), Stage.ORDERS, "Déposer la copie des bons de commande", "collectivité"),
    (with_order_to_check, Stage.ORDERS, "Vérifier le bon de commande", "DANE"),
    (lambda: subsidy(), Stage.DECISION, "Préparer la décision attributive", "DAF"),
    (lambda: subsidy(prepared=True), Stage.DECISION, "Enregistrer la signature de la décision", "recteur ou DAF"),
    (lambda: subsidy(notified=True), Stage.ACOMPTE, "Demander l’acompte", "collectivité"),
    (lambda: subsidy(acompte_requested=True), Stage.ACOMPTE, "Préparer le paiement de l’acompte", "DAF"),
    (lambda: with_payment(), Stage.ACOMPTE, "Valider la demande de paiement", "DAF"),
    (lambda: with_payment(validated=True), Stage.ACOMPTE, "Enregistrer le paiement", "DAF"),
    (lambda: subsidy(acompte_paid=True), Stage.DEPLOYMENT, "Enregistrer la réception des classes", "école, ERUN ou DANE"),
    (all_received, Stage.STATEMENT, "Déposer l’état récapitulatif et les factures", "collectivité"),
    (lambda: subsidy(to_complete=True), Stage.STATEMENT, "Déposer l’état récapitulatif et les factures", "collectivité"),
    (lambda: subsidy(justified=True), Stage.SERVICE_FAIT, "Constater le service fait", "DANE"),
    (lambda: subsidy(service_fait=True), Stage.SOLDE, "Liquider le solde", "DAF"),
    (lambda: subsidy(solde_paid=True), Stage.CLOSING, "Clore la subvention", "DAF"),
    (lambda: subsidy(closed=True), Stage.CLOSED, "rien n’est plus attendu", ""),
    (lambda: subsidy(cancelled=True), Stage.ENDED, "rien n’est plus attendu", ""),
    (lambda: subsidy(held=True), Stage.DECISION, "Lever la suspension", "DAF"),
]


@pytest.mark.parametrize(("situation", "stage", "step", "who"), SAID, ids=[f"{one[1]}: {one[2]}" for one in SAID])
def test_a_row_says_the_stage_the_next_step_and_who_is_expected(situation, stage, step, who):
    assert said_of(situation()) == (stage, step, who)


def test_the_filter_by_stage_shows_exactly_the_rows_that_say_it(client):
    every_situation()
    client.force_login(dane().user)
    everything = followed(dane(), ())
    shown = {stage: {row.pk for row in everything if row.stage == stage} for stage in Stage}

    for stage in Stage:
        found = set()
        for page in (1, 2, 3):
            answer = client.get(reverse(URL), {"etape": stage.value, "page": page})
            if answer.status_code == 404:
                break
            found |= {row.pk for row in answer.context["listing"].rows}
            assert all(line.stage.label.lower().startswith(str(stage.label)) for line in answer.context["lines"])
        assert found == shown[stage], stage

    assert sum(len(pks) for pks in shown.values()) == Dossier.objects.count()
    assert len([stage for stage in Stage if shown[stage]]) > 9


def test_the_counts_of_the_stages_are_those_of_the_lists_they_lead_to(client):
    every_situation()
    client.force_login(dane().user)
    states = client.get(reverse(URL)).context["states"]

    assert states[0].count == Dossier.objects.count()
    assert sum(one.count for one in states[1:]) == states[0].count
    for one in states:
        assert client.get(reverse(URL) + one.url).context["listing"].total == one.count


def test_the_list_and_the_page_of_a_dossier_tell_the_same_stage():
    every_situation()
    step_of = {
        **dict.fromkeys((Stage.APPLICATION, Stage.SELECTION), 0),
        **dict.fromkeys((Stage.CONVENTION,), 1),
        **dict.fromkeys((Stage.ORDERS, Stage.DECISION), 2),
        Stage.ACOMPTE: 3,
        **dict.fromkeys((Stage.DEPLOYMENT, Stage.STATEMENT, Stage.SERVICE_FAIT), 4),
        Stage.SOLDE: 5,
        Stage.CLOSING: 6,
    }
    actor = dane()
    for row in followed(actor, ()).exclude(stage__in=[Stage.CLOSED, Stage.ENDED]):
        convention, subsidy = convention_and_subsidy_of(row)
        steps = steps_of(row, convention, subsidy)
        current = next(rank for rank, step in enumerate(steps) if step.state in (StepState.CURRENT, StepState.BLOCKED))
        assert current == step_of[Stage(row.stage)], f"{row}: {STEPS[current]}, {row.stage}"


# --- Deadlines ---


def test_the_justification_is_due_the_day_before_the_limit_and_lapses_after_it(monkeypatch):
    dossier = subsidy(justified=True)
    assert row_of(dossier).due == dt.date(2016, 10, 14)

    late = actor_for(Role.AGENT_DANE, AcademieFactory(), at=at(dt.date(2016, 10, 15)))
    assert row_of(dossier, late).due is None


def test_a_signature_stays_due_after_its_date():
    assert row_of(ConventionFactory().dossier).due == dt.date(2016, 8, 31)


def test_a_delivery_that_comes_first_is_the_deadline():
    found = EquipmentSubsidyFactory(acompte_paid=True)
    found.convention.mobile_classes.update(delivery_expected_on=dt.date(2016, 10, 12))

    assert row_of(found.convention.dossier).due == dt.date(2016, 10, 12)


def test_a_draft_is_due_by_the_closing_of_its_phase_and_not_after_it():
    dossier = application()
    during = actor_for(Role.AGENT_DANE, AcademieFactory(), at=at(dt.date(2016, 6, 17)))

    assert row_of(dossier, during).due == dt.date(2016, 6, 17)
    assert row_of(dossier).due is None


def test_the_list_sorts_by_deadline_with_what_has_none_last(client):
    ConventionFactory()
    subsidy(justified=True)
    subsidy(closed=True)
    client.force_login(dane().user)

    rows = client.get(reverse(URL), {"tri": "echeance"}).context["listing"].rows

    assert [row.due for row in rows] == [dt.date(2016, 8, 31), dt.date(2016, 10, 14), None]


def test_the_list_sorts_by_stage_in_the_order_of_the_thread(client):
    for one in (subsidy(closed=True), application(submitted=True), subsidy(justified=True)):
        assert one
    client.force_login(dane().user)

    rows = client.get(reverse(URL), {"tri": "etape"}).context["listing"].rows

    assert [row.stage for row in rows] == [Stage.SELECTION, Stage.SERVICE_FAIT, Stage.CLOSED]


# --- Filters, rights, cost ---


def test_the_list_filters_by_departement(client):
    jura = DossierFactory(collectivite=CollectiviteFactory(departement=DepartementFactory(jura=True)))
    DossierFactory()
    client.force_login(dane().user)

    answer = client.get(reverse(URL), {"departement": "039"})

    assert [row.pk for row in answer.context["listing"].rows] == [jura.pk]
    assert answer.context["states"][0].count == 1


def test_the_list_filters_by_campaign(client):
    academie = AcademieFactory()
    old = DossierFactory(campaign__code="AAP-2015", campaign__label="Appel à projets 2015", campaign__academie=academie)
    DossierFactory(campaign__academie=academie)
    client.force_login(dane().user)

    answer = client.get(reverse(URL), {"campagne": Campaign.objects.get(code="AAP-2015").pk})

    assert [row.pk for row in answer.context["listing"].rows] == [old.pk]


@pytest.mark.parametrize("query", [{"etape": "zzz"}, {"departement": "zzz"}, {"campagne": "9999"}])
def test_a_filter_that_does_not_exist_is_said(client, query):
    DossierFactory(collectivite=CollectiviteFactory(departement=DepartementFactory(jura=True)))
    DossierFactory(campaign__code="AAP-2015", collectivite__departement=DepartementFactory())
    client.force_login(dane().user)

    answer = client.get(reverse(URL), query)

    assert answer.status_code == 422
    assert not answer.context["listing"]


def test_the_search_knows_no_accent_nor_case(client):
    DossierFactory(collectivite=CollectiviteFactory(name="Maîche"))
    client.force_login(dane().user)

    assert client.get(reverse(URL), {"q": "MAICHE"}).context["listing"].total == 1


def test_a_director_reads_the_stage_and_not_the_money(client):
    found = EquipmentSubsidyFactory(acompte_paid=True)
    client.force_login(actor_for(Role.DIRECTOR, found.thread.schools.first()).user)

    page = client.get(reverse(URL))
    csv = b"".join(client.get(reverse(URL), {"export": "csv"}).streaming_content).decode()

    assert "Déploiement" in page.content.decode()
    assert "Subvention maximale" not in page.content.decode() + csv
    assert client.get(reverse(URL), {"tri": "verse"}).status_code == 404


def test_a_foreign_collectivite_sees_nothing(client):
    subsidy(acompte_paid=True)
    client.force_login(actor_for(Role.EDITEUR).user)

    answer = client.get(reverse(URL))

    assert not answer.context["listing"]
    assert [one.count for one in answer.context["states"]] == [0]


def test_more_dossiers_cost_no_more_queries(client):
    client.force_login(dane().user)
    ConventionFactory(settled=True)
    every_situation()
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(URL))
    every_situation()
    with CaptureQueriesContext(connection) as many:
        answer = client.get(reverse(URL))

    # A kind of row that no longer stands on the page asks nothing of the base.
    assert len(many) <= len(few) <= 12
    assert len(answer.content) < 100 * 1024


def test_the_export_says_stage_and_amounts(client):
    found = EquipmentSubsidyFactory(acompte_paid=True)
    client.force_login(dane().user)

    csv = b"".join(client.get(reverse(URL), {"export": "csv"}).streaming_content).decode()

    assert "déploiement" in csv
    assert str(found.paid_total.quantize(Decimal("0.01"))).replace(".", ",") in csv
