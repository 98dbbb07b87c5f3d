"""The retained schools, as anybody reads and reuses them."""

import csv
import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plannumerique.organisations.enums import Role
from plannumerique.organisations.models import Departement, School
from projects.enums import GRANTED_STATES, ApplicationState
from projects.models import Application
from tests.factories import (
    AcademieFactory,
    CollectiviteFactory,
    DepartementFactory,
    SchoolFactory,
    actor_for,
)
from tests.factories_projects import ApplicationFactory, CampaignFactory, DossierFactory, PhaseFactory
from tests.papers import at

pytestmark = pytest.mark.django_db

OCTOBER = at(dt.date(2016, 10, 10))
SQUARE = [[[5.5, 46.5], [7.0, 46.5], [7.0, 47.7], [5.5, 47.7], [5.5, 46.5]]]


@pytest.fixture(autouse=True)
def _october_2016(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plannumerique.clock.now", lambda: OCTOBER)


def retained(name: str = "École d’exemple", *, commune: str = "Ornans", **traits: Any) -> Application:
    traits = {"retained": True, **traits}
    collectivite = CollectiviteFactory(name=commune)
    school = SchoolFactory(name=name, collectivite=collectivite, insee_code=collectivite.insee_code, commune_name=commune)
    application: Application = ApplicationFactory(
        dossier=DossierFactory(collectivite=collectivite, **traits.pop("dossier", {})), school=school, **traits
    )
    return application


def ask(client: Client, **query: Any) -> Any:
    return client.get(reverse("portal:retained"), query)


def names(answer: Any) -> list[str]:
    return [row.school.name for row in answer.context["listing"].rows]


def read_csv(client: Client) -> list[dict[str, str]]:
    answer = client.get(reverse("portal:retained_csv"))
    return list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))


def read_geojson(client: Client) -> Any:
    return json.loads(b"".join(client.get(reverse("portal:retained_geojson")).streaming_content))


# --- What is public ---


@pytest.mark.parametrize("state", ApplicationState)
def test_only_what_is_retained_is_told(client: Client, state: ApplicationState) -> None:
    application = retained(contracted=True)
    Application.objects.filter(pk=application.pk).update(state=state)
    told = 1 if state in GRANTED_STATES else 0

    assert len(names(ask(client))) == told
    assert len(read_csv(client)) == told
    assert len(read_geojson(client)["features"]) == told


def test_a_decision_of_tomorrow_is_not_told_today(client: Client) -> None:
    retained(selection_on=OCTOBER.date() + dt.timedelta(days=1))

    assert names(ask(client)) == []
    assert read_csv(client) == []


def test_neither_a_person_nor_an_amount_is_told(client: Client) -> None:
    application = retained(dossier={"contact_name": "Camille EXEMPLE", "contact_email": "camille@exemple.invalid"})
    director = actor_for(Role.DIRECTOR, application.school)
    pages = [
        ask(client).content.decode(),
        b"".join(client.get(reverse("portal:retained_csv")).streaming_content).decode(),
        b"".join(client.get(reverse("portal:retained_geojson")).streaming_content).decode(),
    ]

    for page in pages:
        assert application.school.name in page or json.dumps(application.school.name)[1:-1] in page
        for secret in ("EXEMPLE", "camille", str(director.user), application.school.email or "@", "€", application.project_title):
            assert secret not in page


def test_a_portal_where_nothing_is_retained_says_so(client: Client) -> None:
    answer = ask(client)

    assert answer.status_code == 200
    assert "Aucune école n’a encore été retenue." in answer.content.decode()
    assert read_csv(client) == []
    assert read_geojson(client) == {"type": "FeatureCollection", "features": []}


# --- The list ---


def test_a_school_is_found_without_accents(client: Client) -> None:
    retained("École des Églantines", commune="Écot")
    retained("École Courbet")

    for typed in ("eglantines", "ÉGLANTINES", "ecot"):
        assert names(ask(client, q=typed)) == ["École des Églantines"], typed


def test_it_is_filtered_by_departement_phase_and_state(client: Client) -> None:
    doubs = retained("Doubs")
    jura = DepartementFactory(jura=True)
    other = retained("Jura", contracted=True)
    School.objects.filter(pk=other.school_id).update(departement=jura)
    second = PhaseFactory(campaign=doubs.campaign, number=2)
    Application.objects.filter(pk=other.pk).update(phase=second)

    assert names(ask(client, departement="039")) == ["Jura"]
    assert names(ask(client, phase=str(doubs.phase_id))) == ["Doubs"]
    assert names(ask(client, etat="contracted")) == ["Jura"]
    assert [(one.label, one.count) for one in ask(client, departement="039").context["states"]] == [
        ("Toutes", 1),
        ("conventionnée", 1),
    ]


def test_it_is_filtered_by_campaign(client: Client) -> None:
    first = retained("AAP")
    later = CampaignFactory(code="ENIR-2018", year=2018, label="ENIR 2018")
    retained("ENIR", dossier={"campaign": later})

    assert names(ask(client, campagne=str(later.pk))) == ["ENIR"]
    assert names(ask(client, campagne=str(first.campaign_id))) == ["AAP"]


def test_it_is_sorted_by_the_heads_of_its_columns(client: Client) -> None:
    retained("Trois", commune="Ornans")
    retained("Une", commune="Frasne", retained_classes=1)

    assert names(ask(client)) == ["Une", "Trois"]
    assert names(ask(client, tri="-classes")) == ["Trois", "Une"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"etat": "draft"}, 422),
        ({"departement": "999"}, 422),
        ({"phase": "x"}, 422),
        ({"tri": "montant"}, 404),
        ({"page": "7"}, 404),
        ({"q": "\x00"}, 422),
    ],
)
def test_a_wrong_address_is_said_and_shows_nothing(client: Client, query: dict[str, str], status: int) -> None:
    application = retained()
    DepartementFactory(jura=True)
    PhaseFactory(campaign=application.campaign, number=2)

    answer = ask(client, **query)

    assert answer.status_code == status
    assert application.school.name not in answer.content.decode()


def many(count: int) -> None:
    for number in range(count):
        application = retained(f"École {number}", commune=f"Commune {number}")
        School.objects.filter(pk=application.school_id).update(latitude=Decimal(46) + number % 50, longitude=6)


def test_more_schools_cost_no_more_queries(client: Client) -> None:
    client.force_login(actor_for(Role.AGENT_DANE, AcademieFactory(), at=OCTOBER).user)
    Departement.objects.update(outline=SQUARE)
    many(2)
    with CaptureQueriesContext(connection) as few:
        ask(client)
    many(40)
    with CaptureQueriesContext(connection) as more:
        answer = ask(client)

    assert len(few) == len(more) <= 12
    assert len(answer.content) < 100 * 1024


# --- The map and its table ---


def test_a_school_stands_where_it_is_or_else_with_its_commune(client: Client) -> None:
    own = retained("Chez elle", commune="Ornans")
    School.objects.filter(pk=own.school_id).update(latitude="47.10", longitude="6.14")
    lent = retained("Chez sa commune", commune="Frasne")
    CollectiviteFactory(name="Frasne d’avant", insee_code=lent.school.insee_code)
    lent.dossier.collectivite.latitude, lent.dossier.collectivite.longitude = Decimal("46.85"), Decimal("6.16")
    lent.dossier.collectivite.save()
    retained("Nulle part", commune="Écot")

    drawn = ask(client).context["map"]

    assert sorted(point.label for point in drawn.points) == ["Frasne\u00a0: 1\u00a0école", "Ornans\u00a0: 1\u00a0école"]
    assert "Écot" in drawn.unplaced
    assert [(row["ecole"], row["position"], row["latitude"]) for row in read_csv(client)] == [
        ("Chez elle", "ecole", "47.100000"),
        ("Chez sa commune", "commune", "46.850000"),
        ("Nulle part", "", ""),
    ]


def test_the_table_counts_schools_once_and_their_classes(client: Client) -> None:
    first = retained(retained_classes=2)
    again = PhaseFactory(campaign=first.campaign, number=2)
    ApplicationFactory(dossier=first.dossier, school=first.school, phase=again, retained=True, retained_classes=1)

    answer = ask(client)

    assert [(one.departement.name, one.schools, one.classes) for one in answer.context["departements"]] == [("Doubs", 1, 3)]
    assert answer.context["listing"].total == 2


def test_the_map_follows_the_filters_and_is_an_image_with_its_words(client: Client) -> None:
    Departement.objects.update(outline=SQUARE)
    for name in ("Ornans", "Frasne"):
        application = retained(commune=name)
        School.objects.filter(pk=application.school_id).update(latitude="47", longitude="6")
    Departement.objects.update(outline=SQUARE)

    page = ask(client, q="frasne").content.decode()

    assert 'role="img" aria-labelledby="carte-titre carte-description"' in page
    assert page.count("portal-map__departement") == 1
    assert "Frasne\u00a0: 1\u00a0école" in page
    assert "Ornans\u00a0:" not in page


def test_two_academies_are_listed_together_and_mapped_one_at_a_time(client: Client) -> None:
    retained("Ici")
    rennes = DepartementFactory(ille_et_vilaine=True)
    there = retained("Là-bas", dossier={"campaign": CampaignFactory(academie=rennes.academie)})
    School.objects.filter(pk=there.school_id).update(departement=rennes)

    both = ask(client)
    assert sorted(names(both)) == ["Ici", "Là-bas"]
    assert both.context["map"] is None
    assert "Choisissez une académie pour en voir la carte." in both.content.decode()

    one = ask(client, academie=rennes.academie.code)
    assert names(one) == ["Là-bas"]
    assert [count.departement for count in one.context["departements"]] == [rennes]


# --- The open data ---


def test_the_columns_that_are_described_are_those_of_the_file(client: Client) -> None:
    application = retained(commune="Écot")
    told = [name for name, _, _ in client.get(reverse("portal:retained_data")).context["columns"]]

    (line,) = read_csv(client)

    assert list(line) == told
    assert line["uai"] == application.school.uai
    assert (line["departement"], line["commune"], line["classes_retenues"]) == ("25", "Écot", "3")
    assert (line["etat"], line["date_decision"]) == ("retenue", "2016-07-04")


def test_the_csv_is_plain_utf8_with_commas(client: Client) -> None:
    retained("École « Là, ici »")
    answer = client.get(reverse("portal:retained_csv"))
    text = b"".join(answer.streaming_content).decode("utf-8")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert text.startswith("academie,campagne,")
    assert '"École « Là, ici »"' in text
    assert text.count("\r\n") == 2


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_name_never_becomes_a_formula(client: Client, start: str) -> None:
    retained(f"{start}1+1")

    assert read_csv(client)[0]["ecole"] == f"'{start}1+1"
    assert read_geojson(client)["features"][0]["properties"]["ecole"] == f"{start}1+1"


def test_the_geojson_gives_longitude_first_and_no_place_to_what_has_none(client: Client) -> None:
    placed = retained("Placée", commune="Frasne")
    School.objects.filter(pk=placed.school_id).update(latitude="46.85", longitude="6.16")
    retained("Ailleurs", commune="Ornans")

    features = {one["properties"]["ecole"]: one for one in read_geojson(client)["features"]}

    assert features["Placée"]["geometry"] == {"type": "Point", "coordinates": [6.16, 46.85]}
    assert features["Ailleurs"]["geometry"] is None
    assert features["Placée"]["properties"]["annee"] == 2016
    assert "latitude" not in features["Placée"]["properties"]


@pytest.mark.parametrize("name", ["portal:retained_csv", "portal:retained_geojson"])
def test_who_has_the_data_already_is_told_so_until_something_changes(client: Client, name: str) -> None:
    application = retained()
    known = client.get(reverse(name))["ETag"]

    assert client.get(reverse(name), headers={"If-None-Match": known}).status_code == 304

    Application.objects.filter(pk=application.pk).update(version=application.version + 1)
    assert client.get(reverse(name), headers={"If-None-Match": known}).status_code == 200


@pytest.mark.parametrize("name", ["portal:retained_csv", "portal:retained_geojson"])
def test_the_data_cost_the_same_queries_however_many(client: Client, name: str) -> None:
    many(2)
    with CaptureQueriesContext(connection) as few:
        b"".join(client.get(reverse(name)).streaming_content)
    many(20)
    with CaptureQueriesContext(connection) as more:
        b"".join(client.get(reverse(name)).streaming_content)

    assert len(few) == len(more) <= 3
