"""How a real académie starts, on an empty database, with the files that the project ships."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from plannumerique.accounts.models import User
from plannumerique.lib.text import search_key
from plannumerique.organisations.enums import Role
from plannumerique.organisations.models import Academie, Collectivite, Departement, Membership, School
from projects.models import Campaign, Signatory

pytestmark = pytest.mark.django_db

DATA = Path(settings.BASE_DIR) / "data"
BESANCON = (
    *("03", "--address", "10 rue de la Convention\\n25030 Besançon Cedex", "--city", "Besançon"),
    *("--dane-email", "dane@exemple.invalid", "--daf-email", "daf@exemple.invalid"),
    *("--administrator-email", "Administration@exemple.invalid", "--administrator-name", "Gwen", "EXEMPLE"),
)
FILES = (
    "--collectivites",
    str(DATA / "epci_communes_2016_dep25-39-70-90.csv"),
    str(DATA / "departements_academie_besancon.csv"),
    "--schools",
    str(DATA / "ips_ecoles_academie_besancon_2021-2022.csv"),
    str(DATA / "colleges_academie_besancon_geolocalisation.csv"),
)


def open_academie(*options: str) -> str:
    printed = io.StringIO()
    call_command("open_academie", *BESANCON, *options, stdout=printed)
    return printed.getvalue()


def test_an_academie_starts_on_an_empty_database(client: Client) -> None:
    said = open_academie(
        *FILES, "--on", "2016-01-01", "--campaign", "aap_2016", "--signatory", "Lou EXEMPLE", "Secrétaire générale", "arrêté"
    )

    academie = Academie.objects.get()
    assert (academie.code, academie.name, academie.city) == ("03", "Besançon", "Besançon")
    assert academie.address == "10 rue de la Convention\n25030 Besançon Cedex"
    assert list(Departement.objects.values_list("code", flat=True)) == ["025", "039", "070", "090"]
    # The figures that data/SOURCE.md gives of its files.
    assert School.objects.ecoles().count() == 718
    assert School.objects.colleges().count() == 147
    assert Collectivite.objects.filter(kind="commune").count() == 1757
    assert School.objects.get(uai="0251876D").collectivite == Collectivite.objects.get(siren="200055903")
    campaign = Campaign.objects.get(academie=academie)
    assert campaign.code == "AAP-2016"
    assert set(Signatory.objects.filter(campaign=campaign).values_list("name", flat=True)) == {"Lou EXEMPLE"}

    administrator = Membership.objects.get()
    assert (administrator.role, administrator.user.email) == (Role.ADMINISTRATOR, "administration@exemple.invalid")
    link = said.strip().splitlines()[-1]
    page = client.get(link.removeprefix(settings.PORTAL_URL), follow=True)
    password = "une phrase assez longue pour cela"
    client.post(page.redirect_chain[-1][0], {"new_password1": password, "new_password2": password})
    assert client.session["_auth_user_id"] == str(administrator.user.pk)


def test_the_second_template_opens_as_well() -> None:
    open_academie("--campaign", "enir_2018")
    assert Campaign.objects.get().code == "ENIR-2018"


def test_an_academie_that_exists_is_refused_and_nothing_is_written() -> None:
    open_academie()
    with pytest.raises(CommandError, match="déjà ouverte") as refusal:
        open_academie("--campaign", "aap_2016")
    assert refusal.value.returncode == 2
    assert not Campaign.objects.exists()
    assert User.objects.count() == 1


def test_a_missing_file_is_said_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"ecoles\.csv"):
        open_academie("--schools", str(tmp_path / "ecoles.csv"))
    assert not Academie.objects.exists()


def test_a_refused_file_leaves_the_academie_and_its_link(tmp_path: Path) -> None:
    wrong = tmp_path / "ecoles.csv"
    wrong.write_text("Ceci;n'est pas\nune;liste\n", encoding="utf-8")
    printed = io.StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("open_academie", *BESANCON, "--schools", str(wrong), stdout=printed)
    assert refusal.value.returncode == 2
    assert Academie.objects.exists()
    assert "/compte/invitation/" in printed.getvalue()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--rectorat-uai", "0250018A"), "clé"),
        (("--departement", "25"), "CODE:NOM"),
        (("--administrator-email", "sans arobase"), "adresse"),
    ],
)
def test_bad_options_are_refused_in_french(options: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError) as refusal:
        open_academie(*options)
    assert search_key(sentence) in search_key(str(refusal.value))
    assert not Academie.objects.exists()


def test_an_academie_that_the_table_no_longer_has_is_told(db: Any) -> None:
    open_academie_of_caen = [*BESANCON]
    open_academie_of_caen[0] = "05"
    call_command(
        "open_academie",
        *open_academie_of_caen,
        *("--name", "Caen", "--departement", "14:Calvados", "--departement", "50:Manche"),
        stdout=io.StringIO(),
    )
    assert str(Academie.objects.get()) == "académie de Caen"
    assert list(Departement.objects.values_list("code", "name")) == [("014", "Calvados"), ("050", "Manche")]
