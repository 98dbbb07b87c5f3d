from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from plannumerique.files import services, tasks
from plannumerique.files.enums import Readers
from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Role
from tests.factories import actor_for
from tests.files import sample
from tests.files.conftest import Dossier
from tests.files.test_issue import issue


def get(actor: Actor, row: Piece | IssuedDocument | str, **headers: str) -> Any:
    """The answer, read to its end into `body`."""
    client = Client()
    assert actor.user is not None
    client.force_login(actor.user)
    response: Any = client.get(row if isinstance(row, str) else row.get_absolute_url(), headers=headers)
    response.body = b"".join(response.streaming_content) if response.streaming else response.content
    return response


def test_a_piece_is_served_inert_and_named(dossier: Dossier) -> None:
    data = sample.image_bytes("PNG")
    piece = dossier.deposit(file=dossier.receive(data=data, name="délib « 12 ».PNG"), label="Délibération")

    response = get(dossier.agent, piece)

    assert response.status_code == 200
    assert response.body == data
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Content-Disposition"].startswith("inline; filename*=utf-8''D%C3%A9lib%C3%A9ration")
    assert response["Content-Disposition"].endswith(".png")
    assert response["Cache-Control"] == "private, no-store"


def test_a_foreign_dossier_is_not_found(dossier: Dossier) -> None:
    piece, document = dossier.deposit(), issue(dossier)
    for stranger in (actor_for(Role.EDITEUR), actor_for(Role.DIRECTOR), actor_for(Role.IEN)):
        assert get(stranger, piece).status_code == 404
        assert get(stranger, document).status_code == 404


def test_a_director_reads_the_quote_and_not_the_rib(dossier: Dossier) -> None:
    quote, rib = dossier.deposit(), dossier.deposit(kind="rib", label="RIB", readers=Readers.ACCOUNT)
    assert get(dossier.director, quote).status_code == 200
    assert get(dossier.director, rib).status_code == 404
    assert get(dossier.mairie, rib).status_code == 200


def test_a_visitor_is_sent_to_the_log_in(dossier: Dossier, client: Client) -> None:
    response = client.get(dossier.deposit().get_absolute_url())
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("accounts:login"))


def test_a_document_is_not_there_before_its_bytes(dossier: Dossier) -> None:
    document = issue(dossier)
    response = get(dossier.agent, document)
    assert response.status_code == 404
    assert "en cours de mise en page" in response.content.decode()

    tasks.render_document(document.pk, dossier.agent.at.isoformat())

    response = get(dossier.director, document)
    assert response.status_code == 200
    assert "D%C3%A9cision%20attributive%20de%20subvention%20n%C2%B0%20AAP-2016-DEC-0001.pdf" in response["Content-Disposition"]
    assert response.body.startswith(b"%PDF-")


def test_the_signed_copy_has_its_own_address(dossier: Dossier) -> None:
    document = issue(dossier)
    tasks.render_document(document.pk, dossier.agent.at.isoformat())
    address = reverse("files:signed_copy", args=[document.pk])
    assert get(dossier.agent, address).status_code == 404

    scan = dossier.receive(by=dossier.agent, data=sample.image_bytes(), name="signée.jpg")
    services.record_signed_copy(
        document_id=document.pk, actor=dossier.agent, file=scan, name="C. EXEMPLE", capacity="Recteur", on=dossier.agent.today
    )

    response = get(dossier.agent, address)
    assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")


def test_a_document_for_the_collectivite_is_not_for_schools(dossier: Dossier) -> None:
    document = issue(dossier, readers=Readers.COLLECTIVITE)
    tasks.render_document(document.pk, dossier.agent.at.isoformat())
    assert get(dossier.director, document).status_code == 404
    assert get(dossier.mairie, document).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_file_is_only_read(dossier: Dossier, client: Client, method: str) -> None:
    assert dossier.agent.user is not None
    client.force_login(dossier.agent.user)
    assert getattr(client, method)(dossier.deposit().get_absolute_url()).status_code == 405


def test_bytes_that_are_gone_are_told_in_words_and_to_the_log(dossier: Dossier, caplog: pytest.LogCaptureFixture) -> None:
    piece = dossier.deposit()
    piece.file.file.storage.delete(piece.file.file.name)

    response = get(dossier.agent, piece)

    assert response.status_code == 404
    assert "n’est plus sur le serveur" in response.body.decode()
    assert f"The bytes of file {piece.file_id} are gone" in caplog.text
