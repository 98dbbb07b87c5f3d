"""The messages of a dossier on its pages: written, refused, kept on error."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from plannumerique.files import services as files
from plannumerique.messages.models import LONGEST_TEXT, Message
from plannumerique.notices.models import OutboxMail
from tests.conversations import Around, around, says
from tests.factories import AT
from tests.files.sample import image_bytes, pdf_bytes
from tests.files.test_content import EXE
from tests.portal.messages_pages import INTERNAL, enter, page_of, send

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert('ici')</script>"


@pytest.fixture(autouse=True)
def _at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plannumerique.clock.now", lambda: AT)


@pytest.fixture
def here() -> Around:
    return around()


def pdf(name: str = "plan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf_bytes(), content_type="application/pdf")


def test_a_message_is_sent_with_its_file_and_read_on_the_other_side(client: Client, here: Around) -> None:
    enter(client, here, "editeur")
    answer = send(client, here, audience="collectivite", text="Voici le plan.\nMerci !", attachment=pdf())
    assert (answer.status_code, answer["Location"]) == (302, page_of(here))

    enter(client, here, "dane")
    page = client.get(page_of(here)).content.decode()
    message = Message.objects.get()

    assert "Voici le plan.<br>Merci" in page
    assert "plan.pdf" in page
    joined = client.get(reverse("portal:message_attachment", args=[here.dossier.pk, message.pk]))
    assert b"".join(joined.streaming_content) == pdf_bytes()  # type: ignore[arg-type]
    assert message.attachment.attached_at == AT


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dane", ["all", "collectivite", "school", "school", "internal"]),
        ("daf", ["collectivite", "internal"]),
        ("editeur", ["all", "collectivite"]),
        ("director", ["all", "school"]),
    ],
)
def test_the_form_offers_what_the_permission_grants_and_chooses_nothing(
    client: Client, here: Around, name: str, expected: list[str]
) -> None:
    enter(client, here, name)

    form = client.get(page_of(here)).context["form"]

    values = [value for value, _ in form.fields["audience"].choices]
    assert [value.partition(":")[0] for value in values] == ["", *expected]
    assert form["audience"].initial is None
    of_dossier = client.get(here.dossier.get_absolute_url()).context["conversation"].form
    assert sorted(value for value, _ in of_dossier.fields["audience"].choices) == sorted(values)


@pytest.mark.parametrize("name", ["recteur", "dsi", "dsden", "ien", "erun", "administrator"])
def test_who_only_reads_has_no_form_and_cannot_post(client: Client, here: Around, name: str) -> None:
    enter(client, here, name)

    page = client.get(page_of(here))
    refused = send(client, here)

    assert page.status_code == 200
    assert page.context["form"] is None
    assert refused.status_code == 403
    assert "Cette action revient à" in refused.content.decode()
    assert not Message.objects.exists()


@pytest.mark.parametrize("name", ["foreign_editeur", "foreign_director", "college"])
def test_whoever_is_of_elsewhere_gets_a_404(client: Client, here: Around, name: str) -> None:
    file = files.store(pdf_bytes(), name="plan.pdf", actor=here.who("dane"))
    message = says(here.thread, here.who("dane"), attachment=file)
    enter(client, here, name)

    assert client.get(page_of(here)).status_code == 404
    assert send(client, here).status_code == 404
    assert client.get(reverse("portal:message_attachment", args=[here.dossier.pk, message.pk])).status_code == 404
    assert Message.objects.count() == 1


@pytest.mark.parametrize("name", ["editeur", "other_director", "ien"])
def test_the_file_of_a_note_or_of_another_side_gets_a_404(client: Client, here: Around, name: str) -> None:
    file = files.store(image_bytes(), name="photo.jpg", actor=here.who("dane"))
    note = says(here.thread, here.who("dane"), INTERNAL, attachment=file)
    enter(client, here, name)

    assert client.get(reverse("portal:message_attachment", args=[here.dossier.pk, note.pk])).status_code == 404


def test_a_file_is_served_under_its_own_dossier_alone(client: Client, here: Around) -> None:
    file = files.store(pdf_bytes(), name="plan.pdf", actor=here.who("dane"))
    message = says(here.thread, here.who("dane"), attachment=file)
    enter(client, here, "dane")

    assert client.get(reverse("portal:message_attachment", args=[around().dossier.pk, message.pk])).status_code == 404


@pytest.mark.parametrize(
    ("name", "audience"),
    [
        ("editeur", "internal"),
        ("editeur", "school:{school}"),
        ("director", "collectivite"),
        ("director", "school:{other}"),
        ("daf", "all"),
        ("dane", "school:999999"),
        ("dane", "school"),
        ("dane", "tout le monde"),
        ("dane", ""),
    ],
)
def test_a_forged_audience_is_refused_and_nothing_is_written(client: Client, here: Around, name: str, audience: str) -> None:
    enter(client, here, name)

    answer = send(client, here, audience=audience.format(school=here.school.pk, other=here.other_school.pk))

    assert answer.status_code == 422
    assert "à qui vous écrivez" in answer.content.decode()
    assert not Message.objects.exists()
    assert not OutboxMail.objects.exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": ""}, "Écrivez votre message."),
        ({"text": " \n\t"}, "Écrivez votre message."),
        ({"text": "é" * (LONGEST_TEXT + 1)}, "compte 5\u202f001\u00a0caractères"),
        ({"text": "nul \x00 ici"}, "Le caractère nul n’est pas autorisé"),
        ({"sending": "abc"}, "n’est plus à jour"),
        ({"sending": ""}, "n’est plus à jour"),
        ({"attachment": SimpleUploadedFile("plan.pdf", EXE)}, "est un programme Windows"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client: Client, here: Around, typed: dict[str, Any], sentence: str
) -> None:
    enter(client, here, "dane")

    answer = send(client, here, **{"audience": "collectivite", "text": "Un texte à garder.", **typed})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert sentence in page
    assert typed.get("text", "Un texte à garder.").strip() in page
    assert '<option value="collectivite" selected>' in page
    assert not Message.objects.exists()
    assert not OutboxMail.objects.exists()


def test_an_error_elsewhere_keeps_the_file(client: Client, here: Around) -> None:
    enter(client, here, "editeur")
    wrong = send(client, here, text="", attachment=pdf())
    kept = wrong.context["form"].fields["attachment"].widget.kept_key

    assert "Fichier conservé" in wrong.content.decode()
    assert send(client, here, attachment_kept=kept).status_code == 302
    assert Message.objects.get().attachment.original_name == "plan.pdf"


def test_an_empty_post_is_a_bad_request(client: Client, here: Around) -> None:
    enter(client, here, "dane")
    assert client.post(page_of(here)).status_code == 400


def test_a_form_sent_twice_writes_one_message_and_one_mail(client: Client, here: Around) -> None:
    here.who("dane")
    enter(client, here, "editeur")
    sending = str(uuid.uuid4())

    first = send(client, here, sending=sending, attachment=pdf())
    second = send(client, here, sending=sending, attachment=pdf())

    assert (first.status_code, second.status_code) == (302, 302)
    assert Message.objects.count() == 1
    assert OutboxMail.objects.filter(kind="message").count() == 1


def test_going_back_to_a_page_already_sent_to_write_something_else_sends_it(client: Client, here: Around) -> None:
    enter(client, here, "editeur")
    sending = str(uuid.uuid4())

    send(client, here, sending=sending, text="Un.")
    send(client, here, sending=sending, text="Deux.")

    assert [message.text for message in Message.objects.order_by("pk")] == ["Un.", "Deux."]


def test_a_script_in_a_message_is_read_as_text(client: Client, here: Around) -> None:
    enter(client, here, "editeur")
    send(client, here, text=SCRIPT)

    enter(client, here, "dane")
    for address in (page_of(here), here.dossier.get_absolute_url()):
        page = client.get(address).content.decode()
        assert SCRIPT not in page
        assert "&lt;script&gt;alert(" in page
