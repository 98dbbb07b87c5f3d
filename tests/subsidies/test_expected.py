"""What the page of a subsidy says is awaited: never nothing while somebody must act, never what the amounts rule out."""

import datetime as dt

import pytest

from plannumerique.organisations.enums import Role
from subsidies.pages.expected import of_grant, of_subsidy
from tests.factories_subsidies import EquipmentSubsidyFactory, PaymentFactory, ResourcesSubsidyFactory, actor_of

pytestmark = pytest.mark.django_db

ON = dt.date(2016, 10, 10)


def labels(actions):
    return [one.label for one in actions]


def test_an_acompte_that_is_requested_is_awaited_from_the_daf():
    subsidy = EquipmentSubsidyFactory(acompte_requested=True)

    awaited = of_subsidy(subsidy, actor_of(subsidy, Role.AGENT_DANE, on=ON)).awaited
    daf = of_subsidy(subsidy, actor_of(subsidy, Role.GESTIONNAIRE_DAF, on=ON))

    assert [(one.label, one.who) for one in awaited] == [("Préparer le paiement de l’acompte", "gestionnaire de la DAF")]
    assert "Préparer le paiement de l’acompte" in labels(daf.actions)


def test_a_payment_under_way_is_awaited_from_who_validates_it():
    subsidy = EquipmentSubsidyFactory(acompte_requested=True)
    PaymentFactory(equipment=subsidy)

    preparer = of_subsidy(subsidy, actor_of(subsidy, Role.GESTIONNAIRE_DAF, on=ON))
    valideur = of_subsidy(subsidy, actor_of(subsidy, Role.VALIDEUR_DAF, on=ON))

    assert "Préparer le paiement de l’acompte" not in labels(preparer.actions)
    assert [(one.label, one.who) for one in preparer.awaited] == [("Valider la demande de paiement", "valideur de la DAF")]
    assert "Valider la demande de paiement" in labels(valideur.actions)


def test_a_notified_grant_is_awaited_from_the_daf():
    grant = ResourcesSubsidyFactory(notified=True)

    awaited = of_grant(grant, actor_of(grant, Role.AGENT_DANE, on=ON)).awaited

    assert [one.label for one in awaited] == ["Préparer le paiement de la dotation"]


def test_a_solde_that_is_due_is_liquidated_and_nothing_speaks_of_a_trop_percu():
    subsidy = EquipmentSubsidyFactory(service_fait=True)

    expected = of_subsidy(subsidy, actor_of(subsidy, Role.GESTIONNAIRE_DAF, on=ON))

    assert "Liquider le solde" in labels(expected.actions)
    assert not {"Constater un trop-perçu", "Constater qu’aucun solde n’est dû"} & {*labels(expected.actions)}
    assert "Suspendre la subvention" in labels(expected.besides)
