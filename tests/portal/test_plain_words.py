"""A director reads where her school stands in everyday words; the others read the states of the procedure."""

import datetime as dt

import pgtrigger
import pytest

from deployments.models import MobileClass
from plannumerique.organisations.enums import Role
from projects.models import Application
from subsidies.models import OrderAllocation
from tests.factories import UserFactory, actor_for
from tests.factories_projects import ApplicationFactory
from tests.factories_subsidies import EquipmentSubsidyFactory, PurchaseOrderFactory

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


RECEIVED, ORDERED, CHECKED, REFUSED, AWAITED = "received", "accepted", "deposited", "rejected", ""
DUE = " ; livraison attendue au plus tard le 3 octobre 2016"


@pytest.mark.parametrize(
    ("situation", "sentence"),
    [
        ([AWAITED], "La convention est signée ; votre classe mobile reste à commander par la collectivité."),
        ([REFUSED], "La convention est signée ; votre classe mobile reste à commander par la collectivité."),
        ([CHECKED], "Votre classe mobile a un bon de commande, que la DANE vérifie."),
        ([ORDERED], f"Votre classe mobile est commandée{DUE}."),
        ([RECEIVED], "Votre classe mobile est reçue."),
        ([AWAITED, AWAITED], "La convention est signée ; vos 2 classes mobiles restent à commander par la collectivité."),
        ([CHECKED, CHECKED], "Vos 2 classes mobiles ont un bon de commande, que la DANE vérifie."),
        ([ORDERED, ORDERED, ORDERED], f"Vos 3 classes mobiles sont commandées{DUE}."),
        (
            [ORDERED, ORDERED, AWAITED],
            f"2 de vos 3 classes mobiles sont commandées{DUE} ; 1 reste à commander par la collectivité.",
        ),
        (
            [ORDERED, CHECKED, REFUSED],
            f"1 de vos 3 classes mobiles est commandée{DUE} ; 1 a un bon de commande, que la DANE vérifie ; 1 reste",
        ),
        ([RECEIVED, ORDERED, ORDERED], f"1 de vos 3 classes mobiles est reçue ; 2 sont commandées{DUE}."),
        ([RECEIVED, RECEIVED, AWAITED], "2 de vos 3 classes mobiles sont reçues ; 1 reste à commander par la collectivité."),
        ([RECEIVED, RECEIVED], "Vos 2 classes mobiles sont reçues."),
    ],
)
def test_what_is_true_of_one_class_is_not_said_of_another(client, situation, sentence):
    subsidy = EquipmentSubsidyFactory(orders=0, convention__costs=[[8000] * len(situation)])
    rows = classes(subsidy, delivery_expected_on=dt.date(2016, 10, 3))
    states = {*situation} & {ORDERED, CHECKED, REFUSED}
    orders = {state: PurchaseOrderFactory(subsidy=subsidy, state=state, checked_by=UserFactory()) for state in states}
    with pgtrigger.ignore():
        OrderAllocation.objects.all().delete()
    for row, said in zip(rows.order_by("pk"), situation, strict=True):
        if said == RECEIVED:
            MobileClass.objects.filter(pk=row.pk).update(state="received", received_on=dt.date(2016, 9, 28))
        elif said != AWAITED:
            OrderAllocation.objects.create(order=orders[said], mobile_class=row, amount_ttc=100)

    assert sentence in seen_by_director(client, subsidy)


def test_a_class_with_a_refused_order_and_an_accepted_one_is_ordered(client):
    subsidy = EquipmentSubsidyFactory()
    PurchaseOrderFactory(subsidy=subsidy, rejected=True)

    assert "commandée" in seen_by_director(client, subsidy)


def test_the_collectivite_reads_the_state_of_the_procedure(client):
    application = ApplicationFactory(submitted=True)
    dossier = application.dossier

    collectivite = page_of(client, Role.EDITEUR, dossier.collectivite, dossier)
    school = page_of(client, Role.DIRECTOR, application.school, dossier)

    assert "Où en est votre école" not in collectivite
    assert "Déposée, à l’étude" in school
    assert "Déposée, à l’étude" not in collectivite
