"""Lines of schools refused, left aside or warned about."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from plannumerique.organisations.enums import SchoolStatus
from plannumerique.organisations.imports.report import Outcome, Report
from plannumerique.organisations.imports.schools import ELSEWHERE
from plannumerique.organisations.imports.tables import FileRefused
from plannumerique.organisations.models import Academie, Circonscription, School
from tests.factories import CollectiviteFactory, siren, uai
from tests.organisations.conftest import WriteTable, import_file
from tests.organisations.school_files import LIST_HEADERS, reasons

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("different", "sentence"),
    [
        ({"Identifiant_de_l_etablissement": "0250018K"}, "appelle la lettre J"),
        ({"Identifiant_de_l_etablissement": ""}, "Un numéro UAI compte 7 chiffres et une lettre"),
        ({"Code_departement": "096"}, "Département inconnu : « 096 »"),
        ({"Code_commune": "7075"}, "n’a que 4 chiffres"),
        ({"Code_commune": "Besançon"}, "Un code commune compte 5 signes"),
        ({"Nom_etablissement": ""}, "Il manque le nom"),
        ({"Nom_commune": ""}, "Il manque la commune"),
        ({"Statut_public_prive": "mixte"}, "Secteur inconnu : « mixte »"),
        ({"Nom_etablissement": "É" * 201}, "nom de 201 signes, 200 au plus"),
        ({"nom_circonscription": "C" * 151}, "nom de 151 signes, 150 au plus"),
    ],
)
def test_a_line_is_refused_with_its_reason_and_the_others_are_taken(
    full_line: Callable[..., Report], different: dict[str, str], sentence: str
) -> None:
    report = full_line(different, {"Identifiant_de_l_etablissement": uai(40)})
    assert report.count(Outcome.REFUSED) == 1
    (line,) = report.shown[Outcome.REFUSED]
    assert line.startswith("refus, ligne 2, ")
    assert sentence in line.replace("\u00a0", " ").replace("\u202f", " ")
    assert School.objects.get().uai == uai(40)


def test_a_line_cut_short_is_refused(list_line: Callable[..., Report]) -> None:
    report = list_line((uai(1), "École"))
    assert reasons(report, Outcome.REFUSED)[0].startswith("Ligne incomplète")


def test_a_neighbour_is_left_aside_and_counted_apart(
    full_line: Callable[..., Report], rennes: Academie, besancon: Academie
) -> None:
    ille = {"Identifiant_de_l_etablissement": uai(1, departement="035"), "Code_departement": "035", "Code_commune": "35016"}
    lyon = {"Identifiant_de_l_etablissement": "faux", "Code_departement": "069"}
    assert full_line(ille, lyon, {}, academie=besancon).skipped == {ELSEWHERE: 2}
    assert School.objects.get().uai == uai(18)
    assert full_line(ille, lyon, {}).skipped == {ELSEWHERE: 1}
    assert School.objects.count() == 2


def test_a_uai_met_twice_without_the_flag_of_several_sites(full_line: Callable[..., Report]) -> None:
    report = full_line({}, {"Nom_etablissement": "Une autre"})
    assert reasons(report, Outcome.REFUSED) == ["Ce numéro UAI est déjà à la ligne 2 du fichier."]
    assert School.objects.get().name == "École d’Écot"


def test_several_sites_whose_uai_also_stands_without_the_flag(full_line: Callable[..., Report]) -> None:
    report = full_line({"multi_uai": "1", "Nom_etablissement": "Annexe"}, {})
    assert School.objects.get().name == "École d’Écot"
    assert report.count(Outcome.REFUSED) == 1


@pytest.mark.parametrize(
    ("different", "sentence", "kept"),
    [
        ({"SIREN_SIRET": "21250056500017"}, "SIRET laissé de côté", {"siret": ""}),
        ({"SIREN_SIRET": "2,12501E+13"}, "SIRET laissé de côté", {"siret": ""}),
        ({"SIREN_SIRET": "212500560"}, "SIRET laissé de côté", {"siret": ""}),
        ({"Mail": "ecole chez exemple"}, "Courriel illisible", {"email": ""}),
        ({"latitude": "nord"}, "Position illisible", {"latitude": None, "longitude": None}),
        ({"latitude": "147.2"}, "Position illisible", {"latitude": None}),
        ({"latitude": "nan"}, "Position illisible", {"latitude": None}),
        ({"etat": "EN TRAVAUX"}, "État inconnu", {"status": SchoolStatus.OPEN}),
        ({"etat": "A FERMER"}, "« à fermer »", {"status": SchoolStatus.CLOSING}),
    ],
)
def test_an_unreadable_value_is_left_out_with_a_warning(
    full_line: Callable[..., Report], different: dict[str, str], sentence: str, kept: dict[str, Any]
) -> None:
    CollectiviteFactory(insee_code="25056")
    report = full_line(different)
    assert report.count(Outcome.CREATED, "écoles") == 1
    assert any(sentence in warning.replace("\u00a0", " ") for warning in report.shown[Outcome.WARNED])
    school = School.objects.get()
    assert {name: getattr(school, name) for name in kept} == kept


def test_missing_or_short_values_warn_nobody(full_line: Callable[..., Report]) -> None:
    CollectiviteFactory(insee_code="25056")
    empty = dict.fromkeys(("SIREN_SIRET", "Mail", "latitude", "longitude", "etat", "nom_circonscription", "Adresse_2"), "")
    report = full_line(empty, {"Identifiant_de_l_etablissement": uai(40), "SIREN_SIRET": siren(56)})
    assert report.count(Outcome.WARNED) == 0
    assert [school.siret for school in School.objects.all()] == ["", ""]


def test_decimal_commas_and_the_position_column(write_table: WriteTable, besancon: Academie) -> None:
    headers = (*LIST_HEADERS, "latitude", "longitude", "position")
    import_file(
        write_table(
            headers,
            (uai(1), "A", "public", "25056", "Besançon", "47,25", "6,02", ""),
            (uai(2), "B", "public", "25056", "Besançon", "", "", "47.25, 6.02"),
        )
    )
    assert {(school.latitude, school.longitude) for school in School.objects.all()} == {(Decimal("47.25"), Decimal("6.02"))}


@pytest.mark.parametrize("missing", ["UAI", "Secteur", "Code INSEE de la commune", "Nom de la commune", "Nom de l'établissement"])
def test_a_file_without_a_mandatory_column_is_refused_whole(write_table: WriteTable, besancon: Academie, missing: str) -> None:
    headers = [header for header in LIST_HEADERS if header != missing]
    with pytest.raises(FileRefused, match="il manque"):
        import_file(write_table(headers, ["x"] * len(headers)))
    assert not School.objects.exists()


def test_nothing_is_kept_of_a_file_that_breaks_in_its_middle(tmp_path: Path, besancon: Academie) -> None:
    rows = [f"{uai(number)};École n° {number};public;25056;Besançon" for number in range(5000)]
    path = tmp_path / "abime.csv"
    path.write_text("\n".join([";".join(LIST_HEADERS), *rows, '"' + "x" * 200_000]), encoding="utf-8")
    with pytest.raises(FileRefused, match="ligne 5002"):
        import_file(path)
    assert not School.objects.exists()


def test_a_dry_run_counts_and_writes_nothing(full_line: Callable[..., Report]) -> None:
    report = full_line(dry_run=True)
    assert report.count(Outcome.CREATED) == 2
    assert not School.objects.exists()
    assert not Circonscription.objects.exists()
