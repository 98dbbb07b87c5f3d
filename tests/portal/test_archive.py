"""A dossier taken away whole: what its reader may see, byte for byte, with an index and the journal."""

import csv
import io
import zipfile
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from plannumerique.files.models import IssuedDocument, Piece, StoredFile
from plannumerique.organisations.enums import Role
from projects import services
from projects.models import Dossier
from tests.factories import CollectiviteFactory, actor_for
from tests.factories_projects import IN_PHASE, PieceFactory
from tests.factories_subsidies import EquipmentSubsidyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier() -> Dossier:
    """With bytes under each of its files, which the factories leave without."""
    found: Dossier = EquipmentSubsidyFactory(acompte_paid=True).convention.dossier
    for path in set(StoredFile.objects.values_list("file", flat=True)):
        default_storage.save(path, ContentFile(bytes_at(path)))
    return found


def bytes_at(path: str) -> bytes:
    return f"octets de {path}".encode()


def taken_by(client: Client, dossier: Dossier, role: Role, where: Any) -> zipfile.ZipFile:
    client.force_login(actor_for(role, where).user)
    answer = client.get(reverse("portal:archive", args=[dossier.pk]))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/zip"
    assert f"dossier-{dossier.reference}-" in answer.headers["Content-Disposition"]
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[arg-type]


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig")), delimiter=";"))


def test_every_piece_and_document_is_there_with_its_digest(client: Client, dossier: Dossier) -> None:
    archive = taken_by(client, dossier, Role.AGENT_DANE, dossier.campaign.academie)

    index = table(archive, "index.csv")
    files = [name for name in archive.namelist() if "/" in name]
    assert [line["Fichier"] for line in index] == files
    assert not any(line["Remarque"] for line in index)
    paths = dict(StoredFile.objects.values_list("sha256", "file"))
    for line in index:
        assert archive.read(line["Fichier"]) == bytes_at(paths[line["Empreinte SHA-256"]])
    pieces = Piece.objects.filter(thread=dossier.thread)
    documents = IssuedDocument.objects.filter(thread=dossier.thread).rendered()
    assert len(files) >= pieces.count() + documents.count() > 2
    assert {one.reference for one in documents} <= {line["Numéro"] for line in index}


def test_the_whole_journal_is_there_in_words(client: Client, dossier: Dossier) -> None:
    agent = actor_for(Role.AGENT_DANE, dossier.campaign.academie)
    for seen, name in ((1, "Dominique EXEMPLE"), (2, "Claude EXEMPLE")):
        services.describe_contact(dossier_id=dossier.pk, actor=agent, seen=seen, name=name, email="", phone="")

    lines = table(taken_by(client, dossier, Role.AGENT_DANE, dossier.campaign.academie), "journal.csv")

    assert [line["Action"] for line in lines] == ["Modifier le contact", "Modifier le contact"]
    assert (lines[1]["Personne"], lines[1]["Rôle"]) == (str(agent.user), agent.grants[0].label)


def test_a_school_takes_away_what_it_may_read_and_no_more(client: Client, dossier: Dossier) -> None:
    account = PieceFactory(subject=dossier, kind="rib", label="RIB de la commune")
    quote = PieceFactory(subject=dossier, label="Devis")
    for piece in (account, quote):
        default_storage.save(piece.file.file.name, ContentFile(bytes_at(piece.file.file.name)))

    def labels(role: Role, where: Any) -> list[str]:
        return [line["Intitulé"] for line in table(taken_by(client, dossier, role, where), "index.csv")]

    assert "RIB de la commune" in labels(Role.AGENT_DANE, dossier.campaign.academie)
    for role in (Role.ADMINISTRATOR, Role.DSI, Role.RECTEUR):
        assert "RIB de la commune" not in labels(role, dossier.campaign.academie)
    assert labels(Role.DIRECTOR, dossier.applications.get().school) == ["Devis"]


def test_a_file_that_the_storage_has_lost_is_named_and_the_others_are_there(client: Client, dossier: Dossier) -> None:
    file = StoredFile.objects.create(
        **{"file": "exemple/egare", "original_name": "devis.pdf", "content_type": "application/pdf", "size": 9},
        **{"sha256": "1" * 64, "uploaded_at": IN_PHASE, "attached_at": IN_PHASE},
    )
    PieceFactory(subject=dossier, label="Devis égaré", file=file)

    archive = taken_by(client, dossier, Role.AGENT_DANE, dossier.campaign.academie)

    remarks = {line["Intitulé"]: line["Remarque"] for line in table(archive, "index.csv")}
    assert remarks.pop("Devis égaré") == "fichier introuvable dans le stockage"
    assert set(remarks.values()) == {""}
    assert len([name for name in archive.namelist() if "/" in name]) == len(table(archive, "index.csv")) - 1


def test_a_foreign_collectivite_gets_a_404(client: Client, dossier: Dossier) -> None:
    client.force_login(actor_for(Role.EDITEUR, CollectiviteFactory()).user)
    assert client.get(reverse("portal:archive", args=[dossier.pk])).status_code == 404


def test_a_longer_dossier_costs_no_more_queries(client: Client, dossier: Dossier, django_assert_max_num_queries: Any) -> None:
    client.force_login(actor_for(Role.AGENT_DANE, dossier.campaign.academie).user)
    with django_assert_max_num_queries(8):
        b"".join(client.get(reverse("portal:archive", args=[dossier.pk])).streaming_content)  # type: ignore[arg-type]
