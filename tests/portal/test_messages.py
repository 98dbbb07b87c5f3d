"""The messages of a dossier on its pages: written, kept on error, read, mailed, carried away."""

import csv
import io
import uuid
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from plannumerique.files import services as files
from plannumerique.files.models import StoredFile
from plannumerique.messages.enums import Audience
from plannumerique.messages.models import LONGEST_TEXT, Message, ReadMark
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from portal.conversation.services import post
from tests.conversations import ROLES, Around, around, says
from tests.factories import AT, actor_for
from tests.files.sample import image_bytes, pdf_bytes
from tests.files.test_content import EXE

pytestmark = pytest.mark.django_db

INTERNAL = Audience.INTERNAL
SCRIPT = "<script>alert('ici')</script>"


@pytest.fixture(autouse=True)
def _at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plannumerique.clock.now", lambda: AT)


@pytest.fixture
def here() -> Around:
    return around()


def page_of(here: Around) -> str:
    return reverse("portal:messages", args=[here.dossier.pk])


def enter(client: Client, here: Around, name: str) -> None:
    client.force_login(here.who(name).user)


def send(client: Client, here: Around, **typed: Any) -> HttpResponse:
    return client.post(page_of(here), {"sending": str(uuid.uuid4()), "audience": "all", "text": "Bonjour.", **typed})


def pdf(name: str = "plan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf_bytes(), content_type="application/pdf")


# --- Writing ---


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


# --- Reading ---


def test_a_message_is_unread_until_the_page_of_messages_is_opened(client: Client, here: Around) -> None:
    post(dossier=here.dossier, audience=Audience.ALL, text="Un.", sending=uuid.uuid4(), actor=here.who("dane"))
    enter(client, here, "editeur")

    def unread() -> tuple[int, list[str]]:
        dossier = client.get(here.dossier.get_absolute_url()).context["conversation"].unread
        return dossier, [line.label for todo in client.get("/").context["todo"] for line in todo.lines if "non lu" in line.label]

    assert unread() == unread() == (1, [f"1\u00a0message non lu – {here.dossier}"])

    assert "Non lu" in client.get(page_of(here)).content.decode()
    assert unread() == (0, [])
    assert "Non lu" not in client.get(page_of(here)).content.decode()


def test_the_home_leads_to_the_messages_of_five_dossiers_the_latest_first(client: Client, here: Around) -> None:
    campaign = here.dossier.campaign
    others = [around() for _ in range(6)]
    for one in others:
        says(one.thread, one.who("editeur"))
        says(one.thread, one.who("editeur"), Audience.COLLECTIVITE)
    client.force_login(actor_for(Role.DAN, campaign.academie).user)

    answer = client.get("/")

    (todo,) = (todo for todo in answer.context["todo"] if todo.label == "Lire les messages")
    assert [line.url for line in todo.lines] == [page_of(one) for one in reversed(others[1:])]
    assert todo.lines[0].label == f"2\u00a0messages non lus – {others[-1].dossier}"
    assert todo.more


@pytest.mark.parametrize("name", [name for name in ROLES if name not in ("foreign_editeur", "foreign_director", "college")])
def test_an_internal_note_appears_on_no_page_outside_the_academie(client: Client, here: Around, name: str) -> None:
    says(here.thread, here.who("daf"), INTERNAL, text="Compte à vérifier.")
    inside = name in ("dane", "dan", "daf", "valideur", "recteur", "dsi", "administrator")
    enter(client, here, name)

    home, dossier, page = (client.get(address) for address in ("/", here.dossier.get_absolute_url(), page_of(here)))

    assert ("Compte à vérifier." in dossier.content.decode()) is inside
    assert ("Compte à vérifier." in page.content.decode()) is inside
    assert ("Note interne à l’académie" in page.content.decode()) is inside
    assert page.context["listing"].total == int(inside)
    assert ("Lire les messages" in home.content.decode()) is (name in ("dane", "dan", "valideur"))
    if not inside:
        assert "note interne" not in (dossier.content + page.content + home.content).decode().lower()


def test_the_dossier_shows_the_last_three_and_leads_to_the_others(client: Client, here: Around) -> None:
    for number in range(4):
        says(here.thread, here.who("dane"), text=f"Message numéro {number}.")
    enter(client, here, "editeur")

    page = client.get(here.dossier.get_absolute_url()).content.decode()

    assert [f"Message numéro {number}." in page for number in range(4)] == [False, True, True, True]
    assert "Lire tous les messages" in page
    assert "4\u00a0messages non lus" in page


def test_a_long_exchange_is_read_page_by_page(client: Client, here: Around) -> None:
    for number in range(21):
        says(here.thread, here.who("dane"), text=f"Message numéro {number:02}.")
    enter(client, here, "editeur")

    first, second = client.get(page_of(here)), client.get(page_of(here) + "?page=2")

    assert "Message numéro 20." in first.content.decode()
    assert "Message numéro 00." in second.content.decode()
    assert len(second.context["listing"].rows) == 1
    assert client.get(page_of(here) + "?page=3").status_code == 404


@pytest.mark.parametrize("size", [2, 40])
def test_the_pages_cost_the_same_whatever_the_number_of_messages(
    client: Client, here: Around, size: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(size):
        says(here.thread, here.who("editeur"))
        says(here.thread, here.who("director"), Audience.SCHOOL, school=here.school)
    enter(client, here, "dane")

    for address, most in ((page_of(here), 12), (here.dossier.get_absolute_url(), 20), ("/", 15)):
        ReadMark.objects.filter(user=here.who("dane").user).delete()
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200


# --- Mails ---


def test_a_mail_tells_the_other_side_with_a_link_and_tells_it_once(here: Around) -> None:
    editeur, dane = here.who("editeur"), here.who("dane")
    file = files.store(pdf_bytes(), name="secret.pdf", actor=dane)
    sent = {"dossier": here.dossier, "audience": Audience.COLLECTIVITE, "actor": dane}
    post(**sent, text=f"Bonjour {SCRIPT}", sending=uuid.uuid4(), attachment=file)
    post(**sent, text="Encore.", sending=uuid.uuid4())

    (mail,) = OutboxMail.objects.filter(kind="message")

    assert (mail.to, mail.reply_to, mail.thread) == ([editeur.user.email], here.dossier.campaign.academie.dane_email, here.thread)
    assert page_of(here) in mail.text
    assert page_of(here) in mail.html
    assert "Une pièce est jointe." in mail.text
    assert "secret.pdf" not in mail.text + mail.html
    assert SCRIPT not in mail.html


def test_a_mail_says_the_beginning_of_a_long_message_and_nothing_of_a_note(here: Around) -> None:
    here.everybody()
    post(dossier=here.dossier, audience=Audience.ALL, text="mot " * 500, sending=uuid.uuid4(), actor=here.who("editeur"))
    post(dossier=here.dossier, audience=INTERNAL, text="Compte douteux.", sending=uuid.uuid4(), actor=here.who("dane"))

    mails = OutboxMail.objects.filter(kind="message")
    insiders = [here.who(name).user.email for name in ("daf", "valideur")]

    assert all("mot mot…" in mail.text and mail.text.count("mot ") == 99 for mail in mails.exclude(to__overlap=insiders))
    notes = mails.filter(to__overlap=insiders)
    assert sorted(mail.addressees for mail in notes) == sorted(insiders)
    assert not any("douteux" in mail.text + mail.html for mail in mails)


def test_a_message_that_cannot_be_written_sends_no_mail(here: Around) -> None:
    here.who("dane")
    file = StoredFile.objects.keep(
        b"%PDF", name="a.pdf", content_type="application/pdf", at=AT, verdict="not_scanned", attached=True
    )

    with pytest.raises(Exception, match="n’est plus disponible"):
        post(
            dossier=here.dossier,
            audience=Audience.ALL,
            text="Un.",
            sending=uuid.uuid4(),
            attachment=file,
            actor=here.who("editeur"),
        )

    assert not Message.objects.exists()
    assert not OutboxMail.objects.exists()


# --- The whole dossier ---


def archive_of(client: Client, here: Around, name: str) -> tuple[list[list[str]], list[str]]:
    enter(client, here, name)
    content = b"".join(client.get(reverse("portal:archive", args=[here.dossier.pk])).streaming_content)  # type: ignore[arg-type]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        lines = list(csv.reader(io.StringIO(archive.read("messages.csv").decode("utf-8-sig")), delimiter=";"))
        return lines[1:], [path for path in archive.namelist() if path.startswith("messages/")]


def test_the_archive_holds_the_messages_that_its_reader_may_see(client: Client, here: Around) -> None:
    dane = here.who("dane")
    says(here.thread, dane, text="À tous.")
    for audience, school in ((Audience.SCHOOL, here.school), (INTERNAL, None)):
        file = files.attach(files.store(pdf_bytes(), name=f"{audience}.pdf", actor=dane), actor=dane)
        says(here.thread, dane, audience, school=school, text="=1+1", attachment=file)

    lines, joined = archive_of(client, here, "dane")
    assert [line[5].lstrip("'") for line in lines] == ["À tous.", "=1+1", "=1+1"]
    assert lines[0][:5] == ["10/10/2016", lines[0][1], dane.name, dane.grants[0].label, "Tous"]
    assert [line[6] for line in lines] == ["", *joined]
    assert not lines[1][5].startswith("=")

    assert [line[4] for line in archive_of(client, here, "editeur")[0]] == ["Tous"]
    assert archive_of(client, here, "other_director")[1] == []
    lines, joined = archive_of(client, here, "director")
    assert joined == ["messages/002 school.pdf"]
    assert [line[4] for line in lines] == ["Tous", f"Académie et {here.school.in_words}"]
