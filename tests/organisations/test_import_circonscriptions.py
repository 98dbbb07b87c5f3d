"""Circonscriptions, named by the lines of schools or described by their own."""

from collections.abc import Callable

import pytest

from plannumerique.organisations.imports.circonscriptions import CIRCONSCRIPTIONS
from plannumerique.organisations.imports.report import Outcome, Report
from plannumerique.organisations.models import Circonscription, School
from tests.factories import CirconscriptionFactory, uai

pytestmark = pytest.mark.django_db


def test_a_circonscription_is_made_once_and_completed_by_its_own_line(full_line: Callable[..., Report]) -> None:
    ien = {
        "Identifiant_de_l_etablissement": uai(900),
        "Nom_etablissement": "CIRCONSCRIPTION D'EXEMPLE",
        "Type_etablissement": "Service Administratif",
        "Statut_public_prive": "",
        "code_nature": "809",
        "Mail": "ien@exemple.invalid",
    }
    report = full_line({}, {"Identifiant_de_l_etablissement": uai(40)}, ien)
    one = Circonscription.objects.get()
    assert (one.uai, one.email, one.schools.count()) == (uai(900), "ien@exemple.invalid", 2)
    assert report.count(Outcome.CREATED, CIRCONSCRIPTIONS) == 1
    assert full_line({}, {"Identifiant_de_l_etablissement": uai(40)}, ien).writes == 0


def test_the_code_of_a_circonscription_wins_over_its_name(full_line: Callable[..., Report]) -> None:
    one = CirconscriptionFactory(uai=uai(900), name="Besançon 1")
    full_line({"nom_circonscription": "Besançon I", "code_circonscription": uai(900)})
    assert School.objects.get().circonscription == one
    assert Circonscription.objects.count() == 1


def test_a_circonscription_known_by_name_learns_its_code(full_line: Callable[..., Report]) -> None:
    one = CirconscriptionFactory(uai=None, name="Circonscription d’exemple")
    full_line({"code_circonscription": uai(900)}, {"Identifiant_de_l_etablissement": uai(40), "code_circonscription": "faux"})
    one.refresh_from_db()
    assert (one.uai, one.schools.count()) == (uai(900), 2)


def test_a_described_circonscription_does_not_take_the_name_of_another(full_line: Callable[..., Report]) -> None:
    first, second = CirconscriptionFactory(uai=uai(900)), CirconscriptionFactory(uai=uai(901), name="Besançon 2")
    ien = {"Type_etablissement": "Service Administratif", "code_nature": "809", "Nom_etablissement": "Besançon 2", "Mail": "non"}
    full_line({**ien, "Identifiant_de_l_etablissement": uai(900)})
    email = first.email
    first.refresh_from_db()
    assert (first.name != "Besançon 2", first.email, second.name) == (True, email, "Besançon 2")


def test_a_circonscription_is_described_before_any_school_names_it(full_line: Callable[..., Report]) -> None:
    full_line({"Type_etablissement": "Service Administratif", "code_nature": "809", "Identifiant_de_l_etablissement": uai(900)})
    assert Circonscription.objects.get().uai == uai(900)
