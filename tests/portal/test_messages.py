"""The messages of a dossier: read, mailed, carried away."""

import csv
import io
import uuid
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from plannumerique.files import services as files
from plannumerique.files.models import StoredFile
from plannumerique.messages.enums import Audience
from plannumerique.messages.models import Message, ReadMark
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from portal.conversation.services import post
from tests.conversations import ROLES, Around, around, says
from tests.factories import AT, actor_for
from tests.files.sample import pdf_bytes
from tests.portal.messages_pages import INTERNAL, enter, page_of
from tests.portal.test_write_messages import SCRIPT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plannumerique.clock.now", lambda: AT)


@pytest.fixture
def here() -> Around:
    return around()


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

    (mail,) = OutboxMail.objects.filter(kind="message", to__contains=[editeur.user.email])

    assert (mail.to, mail.reply_to, mail.thread) == ([editeur.user.email], here.dossier.campaign.academie.dane_email, here.thread)
    assert page_of(here) in mail.text
    assert page_of(here) in mail.html
    assert "Une pièce est jointe." in mail.text
    assert "secret.pdf" not in mail.text + mail.html
    assert SCRIPT not in mail.html


def test_a_message_reaches_the_mailbox_of_a_collectivite_that_has_no_account_or_says_that_it_did_not(here: Around) -> None:
    collectivite = here.dossier.collectivite
    sent = {"audience": Audience.COLLECTIVITE, "actor": here.who("dane"), "text": "Bonjour."}

    post(dossier=here.dossier, sending=uuid.uuid4(), **sent)
    assert OutboxMail.objects.get(kind="message").to == [collectivite.email]

    collectivite.email = ""
    post(dossier=here.dossier, sending=uuid.uuid4(), **sent)
    lost = OutboxMail.objects.get(kind="message", state="failed")
    assert (lost.to, lost.whom) == ([], collectivite.in_words)


def test_a_note_and_what_a_collectivite_says_reach_no_mailbox(here: Around) -> None:
    here.everybody()
    post(dossier=here.dossier, audience=INTERNAL, text="Note.", sending=uuid.uuid4(), actor=here.who("dane"))
    post(dossier=here.dossier, audience=Audience.ALL, text="Merci.", sending=uuid.uuid4(), actor=here.who("editeur"))

    assert not OutboxMail.objects.filter(to__contains=[here.dossier.collectivite.email]).exists()


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
