"""A director reads where her school stands in everyday words; the others read the states of the procedure."""

import datetime as dt

import pytest

from deployments.models import MobileClass
from plannumerique.organisations.enums import Role
from projects.models import Application
from tests.factories import actor_for
from tests.factories_projects import ApplicationFactory
from tests.factories_subsidies import EquipmentSubsidyFactory

pytestmark = pytest.mark.django_db


def page_of(client, role, where, dossier):
    client.force_login(actor_for(role, where).user)
    return client.get(dossier.get_absolute_url()).content.decode().replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("trait", "sentence"),
    [
        ("written", "Votre candidature s’écrit"),
        ("submitted", "Votre candidature est déposée ; la DANE l’étudie."),
        ("to_complete", "La DANE demande de compléter votre candidature."),
        ("admissible", "la sélection n’est pas encore connue"),
        ("waiting", "Votre projet est sur liste d’attente."),
        ("retained", "Votre projet est retenu pour 3 classes mobiles"),
    ],
)
def test_before_the_convention_the_director_reads_where_her_application_stands(client, trait, sentence):
    application = ApplicationFactory(**{trait: True})

    assert sentence in page_of(client, Role.DIRECTOR, application.school, application.dossier)


def classes(subsidy, **changed):
    rows = MobileClass.objects.filter(convention=subsidy.convention)
    rows.update(**changed)
    return rows


def seen_by_director(client, subsidy):
    application = Application.objects.filter(dossier=subsidy.convention.dossier).first()
    return page_of(client, Role.DIRECTOR, application.school, application.dossier)


def test_then_she_follows_her_classes_from_the_order_to_the_delivery(client):
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    count = classes(subsidy, delivery_expected_on=dt.date(2016, 10, 3)).count()
    yours = f"Vos {count} classes mobiles" if count > 1 else "Votre classe mobile"
    are = "sont" if count > 1 else "est"

    assert f"{yours} {are} commandée" in seen_by_director(client, subsidy)
    assert "livraison attendue au plus tard le 3 octobre 2016." in seen_by_director(client, subsidy)
    classes(subsidy, state="received", received_on=dt.date(2016, 9, 28))
    assert f"{yours} {are} reçue" in seen_by_director(client, subsidy)
    classes(subsidy, certified_on=dt.date(2016, 10, 7))
    assert f"le rectorat a constaté {'leur' if count > 1 else 'sa'} livraison" in seen_by_director(client, subsidy)


def test_a_class_that_came_before_the_others_is_said(client):
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    rows = list(MobileClass.objects.filter(convention=subsidy.convention).order_by("pk"))
    if len(rows) < 2:
        pytest.fail("the situation has one class only: nothing is tried here")
    MobileClass.objects.filter(pk=rows[0].pk).update(state="received", received_on=dt.date(2016, 9, 28))

    assert f"1 de vos {len(rows)} classes mobiles est reçue" in seen_by_director(client, subsidy)


def test_before_any_order_she_reads_who_orders(client):
    subsidy = EquipmentSubsidyFactory(orders=0)

    assert "à commander par la collectivité" in seen_by_director(client, subsidy)


def test_the_collectivite_reads_the_state_of_the_procedure(client):
    application = ApplicationFactory(submitted=True)
    dossier = application.dossier

    collectivite = page_of(client, Role.EDITEUR, dossier.collectivite, dossier)
    school = page_of(client, Role.DIRECTOR, application.school, dossier)

    assert "Où en est votre école" not in collectivite
    assert "Déposée, à l’étude" in school
    assert "Déposée, à l’étude" not in collectivite
