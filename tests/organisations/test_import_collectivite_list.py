"""Plain lists of collectivités: syndicats, départements and the school competence."""

import pytest

from plannumerique.organisations.enums import CollectiviteKind
from plannumerique.organisations.imports.collectivite_list import LISTED
from plannumerique.organisations.imports.collectivite_rows import ELSEWHERE
from plannumerique.organisations.imports.report import Outcome
from plannumerique.organisations.models import Academie, Collectivite
from tests.factories import CollectiviteFactory, SchoolFactory, siren
from tests.organisations.collectivite_files import DEPARTEMENTS, LIST_HEADERS, NEW_YEAR_2017, run
from tests.organisations.conftest import WriteTable, load

pytestmark = pytest.mark.django_db


def row(number: int, **values: str) -> tuple[str, ...]:
    defaults = {"siren": siren(number, prefix="2525"), "nom": "SIVOS d’exemple", "nature": "SIVOS", "departement": "25"}
    return tuple({**defaults, **values}.get(header, "") for header in LIST_HEADERS)


def test_the_four_departements_are_ready_to_link_colleges(besancon: Academie) -> None:
    report = load(DEPARTEMENTS)
    assert report.counts == {(LISTED, Outcome.CREATED): 4}
    assert set(Collectivite.objects.values_list("siren", "departement__code", "kind")) == {
        ("222500019", "025", "departement"),
        ("223900010", "039", "departement"),
        ("227000015", "070", "departement"),
        ("229000013", "090", "departement"),
    }


def test_a_syndicat_receives_the_competence_and_the_ecoles(write_table: WriteTable, besancon: Academie) -> None:
    school = SchoolFactory()
    commune = school.collectivite
    line = row(
        0, siren=commune.siren, nom=commune.name, nature="commune", insee=commune.insee_code, competence_scolaire=row(1)[0]
    )
    path = write_table(LIST_HEADERS, line, row(1, email="sivos@exemple.invalid", adresse="2 rue de l’École", population="1 200"))
    report = run(path)
    school.refresh_from_db()
    assert (school.collectivite.name, school.collectivite.kind) == ("SIVOS d’exemple", CollectiviteKind.SYNDICAT)
    assert (school.collectivite.email, school.collectivite.population) == ("sivos@exemple.invalid", 1200)
    assert report.counts["compétences scolaires", Outcome.UPDATED] == 1
    assert run(path).writes == 0

    back = row(
        0, siren=commune.siren, nom=commune.name, nature="commune", insee=commune.insee_code, competence_scolaire=commune.siren
    )
    run(write_table(LIST_HEADERS, back))
    school.refresh_from_db()
    assert school.collectivite == commune


def test_a_list_completes_what_a_dated_composition_described(write_table: WriteTable, besancon: Academie) -> None:
    city = CollectiviteFactory(insee_code="25056", known_on=NEW_YEAR_2017)
    run(
        write_table(
            LIST_HEADERS, row(0, siren=city.siren, nom=city.name, nature="commune", insee="25056", email="ville@exemple.invalid")
        )
    )
    city.refresh_from_db()
    assert (city.email, city.known_on, city.population) == ("ville@exemple.invalid", NEW_YEAR_2017, 1_500)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"siren": "252500001"}, "sa clé de contrôle est fausse"),
        ({"nature": "association"}, "Nature inconnue : « association »"),
        ({"departement": ""}, "Il manque le département"),
        ({"departement": "96"}, "Département inconnu : « 96 »"),
        ({"nature": "commune"}, "Un code commune compte 5 signes"),
        ({"competence_scolaire": "212500565"}, "qui n’est pas dans la base"),
        ({"email": "e" * 255}, "courriel de 255 signes, 254 au plus"),
    ],
)
def test_a_listed_line_is_refused_with_its_reason(
    write_table: WriteTable, besancon: Academie, values: dict[str, str], sentence: str
) -> None:
    report = run(write_table(LIST_HEADERS, row(1, **values)))
    assert report.count(Outcome.REFUSED) == 1
    assert sentence in report.shown[Outcome.REFUSED][0].replace("\u00a0", " ")


def test_a_list_names_each_once_and_leaves_neighbours_aside(write_table: WriteTable, besancon: Academie) -> None:
    report = run(write_table(LIST_HEADERS, row(1), row(1), row(2, departement="069")))
    assert (report.count(Outcome.CREATED), report.count(Outcome.REFUSED), report.skipped[ELSEWHERE]) == (1, 1, 1)
