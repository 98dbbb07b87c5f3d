"""The letter of intent and the quotes: deposited by the collectivité, checked by the DANE, replaced when refused."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from plannumerique.files.models import Piece
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from tests.factories import actor_for
from tests.factories_projects import IN_PHASE, ApplicationFactory, DossierFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_the_phase(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: IN_PHASE)


def scan(name="devis.png"):
    picture = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(picture, "PNG")
    return SimpleUploadedFile(name, picture.getvalue(), content_type="image/png")


def log_in(client, role, organisation):
    client.force_login(actor_for(role, organisation, at=IN_PHASE).user)


def deposit(client, dossier, file, kind="quote"):
    return client.post(reverse("projects:deposit_piece", args=[dossier.pk]), {"kind": kind, "file": file})


def test_a_quote_is_deposited_refused_with_its_motive_and_replaced(client):
    dossier = DossierFactory()
    log_in(client, Role.EDITEUR, dossier.collectivite)
    assert deposit(client, dossier, scan()).status_code == 302
    piece = Piece.objects.get()

    log_in(client, Role.AGENT_DANE, dossier.campaign.academie)
    check = reverse("projects:check_piece", args=[dossier.pk, piece.pk])
    unexplained = client.post(check, {"decision": "reject", "comment": " ", "seen": piece.version})
    refused = client.post(check, {"decision": "reject", "comment": "Devis illisible.", "seen": piece.version})

    assert (unexplained.status_code, refused.status_code) == (422, 302)
    assert Piece.objects.get().motive == "Devis illisible."
    assert "Devis illisible." in OutboxMail.objects.get(kind="piece_rejected").text

    log_in(client, Role.EDITEUR, dossier.collectivite)
    deposit(client, dossier, scan("devis corrigé.png"))
    assert Piece.objects.in_force().get().replaces == piece


def test_an_accepted_piece_is_not_replaced_behind_the_dane(client):
    dossier = DossierFactory()
    log_in(client, Role.EDITEUR, dossier.collectivite)
    deposit(client, dossier, scan())
    piece = Piece.objects.get()
    log_in(client, Role.AGENT_DANE, dossier.campaign.academie)
    client.post(reverse("projects:check_piece", args=[dossier.pk, piece.pk]), {"decision": "accept", "seen": piece.version})

    log_in(client, Role.EDITEUR, dossier.collectivite)
    answer = deposit(client, dossier, scan())

    assert answer.status_code == 409
    assert "la DANE doit la remettre à vérifier" in answer.content.decode()
    assert Piece.objects.count() == 1


def test_a_piece_brought_while_the_application_is_written_leads_back_to_the_draft(client):
    draft, submitted = ApplicationFactory(pieces=False), ApplicationFactory(submitted=True, pieces=False)
    for application, address in ((draft, draft.dossier.get_draft_url()), (submitted, submitted.dossier.get_absolute_url())):
        log_in(client, Role.EDITEUR, application.dossier.collectivite)
        assert deposit(client, application.dossier, scan(), kind="letter_of_intent")["Location"] == address


def test_a_file_of_the_wrong_kind_is_refused_and_the_choice_stays(client):
    dossier = DossierFactory()
    log_in(client, Role.EDITEUR, dossier.collectivite)

    answer = deposit(client, dossier, SimpleUploadedFile("devis.pdf", b"MZ\x90\x00 programme", content_type="application/pdf"))

    assert answer.status_code == 422
    assert 'value="quote"' in answer.content.decode()
    assert not Piece.objects.exists()


def test_a_file_received_once_is_not_asked_again_after_an_error(client):
    dossier = DossierFactory()
    log_in(client, Role.EDITEUR, dossier.collectivite)

    first = client.post(reverse("projects:deposit_piece", args=[dossier.pk]), {"file": scan()})
    assert first.status_code == 422
    kept = first.context["form"].fields["file"].widget.kept_key

    assert deposit(client, dossier, "").status_code == 422
    second = client.post(reverse("projects:deposit_piece", args=[dossier.pk]), {"kind": "quote", "file_kept": kept})
    assert second.status_code == 302
    assert Piece.objects.get().file.original_name == "devis.png"


def test_the_director_neither_deposits_nor_checks(client):
    dossier = DossierFactory()
    log_in(client, Role.DIRECTOR, None)

    assert deposit(client, dossier, scan()).status_code == 404
