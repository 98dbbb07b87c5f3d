"""How a real académie starts, on an empty database, with the files that the project ships."""

import datetime as dt
import io
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from pypdf import PdfReader

from conventions.documents import issue_convention
from plannumerique.accounts.models import User
from plannumerique.files.models import IssuedDocument
from plannumerique.files.pdf import layout
from plannumerique.journal.machine import Refused
from plannumerique.lib.text import search_key
from plannumerique.organisations.enums import Role
from plannumerique.organisations.models import Academie, Collectivite, Departement, Membership, School
from projects.campaign_templates import AAP_2016
from projects.documents import issue_selection_letter
from projects.enums import ActKind
from projects.models import Campaign, Signatory
from projects.services import open_campaign
from subsidies.services.decision import sign_decision
from tests.factories import AcademieFactory, CollectiviteFactory, SchoolFactory, actor_for
from tests.factories_projects import ApplicationFactory, DossierFactory
from tests.factories_subsidies import EquipmentSubsidyFactory, actor_of

pytestmark = pytest.mark.django_db

DATA = Path(settings.BASE_DIR) / "data"
BESANCON = (
    *("03", "--address", "10 rue de la Convention\\n25030 Besançon Cedex", "--city", "Besançon"),
    *("--dane-email", "dane@exemple.invalid", "--daf-email", "daf@exemple.invalid"),
    *("--head", "le recteur", "--tribunal", "tribunal administratif de Besançon"),
    *("--tribunal-address", "30 rue Charles-Nodier, 25000 Besançon", "--comptable", "Directeur régional d’exemple"),
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


# --- Nothing of another académie ---


RENNES = (
    *("14", "--address", "96 rue d’Antrain\\n35705 Rennes Cedex 7", "--city", "Rennes"),
    *("--dane-email", "dane@exemple.invalid", "--daf-email", "daf@exemple.invalid"),
    *("--head", "la rectrice", "--tribunal", "Tribunal administratif de Rennes"),
    *("--tribunal-address", "3 contour de la Motte, 35044 Rennes Cedex"),
    *("--comptable", "Directrice régionale des finances publiques de Bretagne"),
    *("--administrator-email", "administration@exemple.invalid", "--administrator-name", "Gwen", "EXEMPLE"),
)
ELSEWHERE = ("besancon", "doubs", "franche-comte", "bourgogne", "cote-d’or", "cote-d'or", "nodier", "le recteur")


@pytest.mark.parametrize("template", ["aap_2016", "enir_2018"])
def test_rennes_inherits_no_mention_of_besancon(template: str) -> None:
    call_command("open_academie", *RENNES, "--campaign", template, stdout=io.StringIO())

    campaign = Campaign.objects.get()
    assert campaign.tribunal == "Tribunal administratif de Rennes"
    assert campaign.comptable == "Directrice régionale des finances publiques de Bretagne"
    said = " ".join([str(getattr(campaign, one.name)) for one in campaign._meta.fields if one.name != "academie"])
    said = search_key(" ".join([said, *campaign.texts.values_list("text", flat=True)]))
    assert not [word for word in ELSEWHERE if search_key(word) in said]
    assert "{" not in said.replace(search_key(str(campaign.imputation)), "")
    recourse = campaign.texts.get(act="decision", slot="recourse").text
    assert "devant le tribunal administratif de Rennes, 3 contour de la Motte, 35044 Rennes Cedex, dans un délai" in recourse
    assert "gracieux devant la rectrice" in recourse


def test_the_letters_of_rennes_name_its_own_authorities() -> None:
    """Convention, decision and letter of selection, as they are laid out."""
    call_command(
        "open_academie",
        *RENNES,
        *("--campaign", "aap_2016", "--signatory", "Lou EXEMPLE", "Secrétaire générale", "arrêté d’exemple"),
        stdout=io.StringIO(),
    )
    campaign = Campaign.objects.get()
    Campaign.objects.update(imputation={"programme": "0214"})
    Signatory.objects.update(starts_on=dt.date(2016, 1, 1))
    commune = CollectiviteFactory(departement=Departement.objects.get(code="035"), name="Exemple", address="35000 Exemple")
    school = SchoolFactory(departement=commune.departement, collectivite=commune)
    dossier = DossierFactory(campaign=Campaign.objects.get(), collectivite=commune)
    application = ApplicationFactory(dossier=dossier, school=school, admissible=True, phase=campaign.phases.get(number=3))
    actor = actor_for(Role.DAN, campaign.academie)
    subsidy = EquipmentSubsidyFactory(prepared=True, convention__dossier=dossier, ej_number="2100000001")
    convention = subsidy.convention
    signing = {"on": dt.date(2016, 9, 23), "signatory": "Lou EXEMPLE", "capacity": "Secrétaire générale", "delegation": "arrêté"}

    sign_decision(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.RECTEUR), **signing)  # type: ignore[arg-type]
    with transaction.atomic():
        issue_selection_letter(application, ActKind.NON_SELECTION, actor=actor, motive="Motif d’exemple.")
        issue_convention(convention, actor=actor)

    said = {}
    for document in IssuedDocument.objects.exclude(template="exemple.html"):
        pages = PdfReader(io.BytesIO(layout(document).data)).pages
        said[document.kind] = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert set(said) == {"decision", "convention", "non_selection"}
    for kind, text in said.items():
        assert not [word for word in ELSEWHERE if search_key(word) in search_key(text)], kind
    assert "La rectrice de l’académie de Rennes" in said["decision"]
    assert "Pour la rectrice et par délégation" in said["decision"]
    assert "représenté par la rectrice de l’académie de Rennes" in said["convention"]
    assert "devant le tribunal administratif de Rennes" in said["convention"]
    assert "directrice régionale des finances publiques de Bretagne" in said["convention"]
    assert "devant la rectrice" in said["non_selection"]


def test_what_an_academie_says_of_itself_is_asked_all_at_once() -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("open_academie", "14", "--city", "Rennes", "--campaign", "aap_2016", stdout=io.StringIO())

    sentence = str(refusal.value).replace("\u00a0", " ")
    assert sentence.startswith("Il manque : --address (adresse du rectorat)")
    for option in ("--head", "--tribunal", "--tribunal-address", "--comptable", "--administrator-email", "--administrator-name"):
        assert f"{option} (" in sentence
    assert "--city" not in sentence
    assert refusal.value.returncode == 2
    assert not Academie.objects.exists()


def test_a_head_who_is_neither_recteur_nor_rectrice_is_refused() -> None:
    with pytest.raises(CommandError, match="head"):
        call_command("open_academie", *RENNES, "--head", "le préfet", stdout=io.StringIO())
    assert not Academie.objects.exists()


def test_a_campaign_waits_for_what_its_academie_has_not_said() -> None:
    academie = AcademieFactory(tribunal="", comptable="")
    with pytest.raises(Refused, match="tribunal administratif et comptable assignataire"):
        open_campaign(AAP_2016, academie=academie)
    assert not Campaign.objects.exists()


def test_an_academie_opened_before_takes_the_mentions_of_its_campaign() -> None:
    migration = import_module("projects.migrations.0007_mentions_of_the_academie")
    academie = AcademieFactory(head="la rectrice")
    campaign = open_campaign(AAP_2016, academie=academie)
    word = {"act": "decision", "slot": "authority"}
    campaign.texts.create(**word, text="La rectrice de l’académie de Besançon")
    mentions = ("head", "tribunal", "tribunal_address", "comptable")
    before = {name: getattr(academie, name) for name in mentions}
    Academie.objects.update(**dict.fromkeys(mentions, ""))

    migration.fill_from_the_campaigns(apps, None)

    assert Academie.objects.values(*mentions).get() == before
    assert not campaign.texts.filter(**word).exists()
    migration.word_the_authority(apps, None)
    assert campaign.texts.get(**word).text == "La rectrice de l’académie de Besançon"
