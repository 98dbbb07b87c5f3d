"""Who is competent for an imported school."""

import datetime as dt
from collections.abc import Callable

import pytest

from plannumerique.organisations.enums import Sector
from plannumerique.organisations.imports.report import Outcome, Report
from plannumerique.organisations.models import Collectivite, School
from tests.factories import CollectiviteFactory, siret
from tests.organisations.school_files import reasons

pytestmark = pytest.mark.django_db


def test_a_private_school_has_no_collectivite(full_line: Callable[..., Report], besancon_city: Collectivite) -> None:
    full_line()
    assert School.objects.get().collectivite == besancon_city
    full_line({"Statut_public_prive": "Privé", "Type_contrat_prive": "CONTRAT D'ASSOCIATION"})
    assert School.objects.values_list("collectivite", "sector").get() == (None, Sector.PRIVATE)
    full_line({"Statut_public_prive": "Privé", "Type_contrat_prive": "HORS CONTRAT"})
    assert School.objects.get().sector == Sector.INDEPENDENT


def test_an_ecole_follows_the_school_competence(full_line: Callable[..., Report], besancon_city: Collectivite) -> None:
    besancon_city.school_competence = CollectiviteFactory(epci=True, name="CC des Écoles")
    besancon_city.save()
    full_line()
    assert School.objects.get().collectivite == besancon_city.school_competence


def test_a_competence_whose_holder_has_disappeared_asks_for_a_person(
    full_line: Callable[..., Report], besancon_city: Collectivite
) -> None:
    besancon_city.school_competence = CollectiviteFactory(epci=True, name="CC des Écoles", dissolved=True)
    besancon_city.save()
    full_line()
    assert School.objects.get().collectivite == besancon_city.school_competence
    report = full_line(on=dt.date(2017, 1, 1))
    assert School.objects.get().collectivite == besancon_city.school_competence
    assert any("CC des Écoles, qui a disparu le 31/12/2016" in warning for warning in reasons(report, Outcome.WARNED))


def test_a_college_goes_to_the_departement(full_line: Callable[..., Report]) -> None:
    report = full_line({"Type_etablissement": "Collège"})
    assert School.objects.get().collectivite is None
    assert any("import_collectivites" in warning for warning in reasons(report, Outcome.WARNED))
    doubs = CollectiviteFactory(department=True)
    full_line({"Type_etablissement": "Collège"})
    assert School.objects.get().collectivite == doubs


def test_the_siret_of_an_epci_asks_about_the_competence(full_line: Callable[..., Report], besancon_city: Collectivite) -> None:
    epci = CollectiviteFactory(epci=True, name="CC des Écoles")
    report = full_line({"SIREN_SIRET": siret(epci.siren)})
    assert School.objects.get().collectivite == besancon_city
    assert [warning for warning in reasons(report, Outcome.WARNED) if "Le SIRET est celui de CC des Écoles" in warning]
    besancon_city.school_competence = epci
    besancon_city.save()
    assert full_line({"SIREN_SIRET": siret(epci.siren)}).count(Outcome.WARNED) == 0


def test_a_link_decided_by_hand_stays(full_line: Callable[..., Report], besancon_city: Collectivite) -> None:
    full_line()
    sivos = CollectiviteFactory(syndicat=True)
    School.objects.update(collectivite=sivos, collectivite_fixed=True)
    assert full_line().writes == 0
    assert School.objects.get().collectivite == sivos
