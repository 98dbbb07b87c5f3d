import datetime as dt
import re
import smtplib
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from plannumerique.accounts.models import User
from plannumerique.accounts.services import create_account, invitation_link, send_invitation
from tests.factories import UserFactory

ASK = "/compte/mot-de-passe/oublie/"
OLD, NEW = "une phrase assez longue", "une autre phrase, plus longue"


@pytest.fixture
def claude(db: None) -> User:
    user: User = UserFactory(email="claude@exemple.invalid", first_name="Claude", last_name="EXEMPLE")
    user.set_password(OLD)
    user.save()
    return user


def path_in(text: str, settings: Any) -> str:
    found = re.search(rf"{re.escape(settings.PORTAL_URL)}(/compte/\S+)", text)
    assert found, text
    return found[1]


def choose(client: Client, path: str, first: str = NEW, second: str = NEW) -> Any:
    """Follow the link as a browser does: the page that it opens moves the token out of the address."""
    page = client.get(path, follow=True)
    return client.post(page.redirect_chain[-1][0], {"new_password1": first, "new_password2": second})


def test_a_forgotten_password_is_chosen_again_from_a_mail(client: Client, claude: User, settings: Any) -> None:
    assert client.post(ASK, {"email": "Claude@exemple.invalid"}).headers["Location"] == f"{ASK}envoye/"
    (message,) = mail.outbox
    assert message.subject == "Choisir un nouveau mot de passe"
    assert message.to == ["claude@exemple.invalid"]
    assert message.body.startswith("Bonjour Claude,")
    assert "7 jours" in message.body
    assert "Objet" not in message.body

    path = path_in(message.body, settings)
    assert choose(client, path).status_code == 302
    claude.refresh_from_db()
    assert claude.check_password(NEW)
    assert client.session["_auth_user_id"] == str(claude.pk)


@pytest.mark.django_db
def test_whether_an_address_has_an_account_never_shows(client: Client) -> None:
    UserFactory(email="ferme@exemple.invalid", is_active=False)
    for address in ("inconnue@exemple.invalid", "ferme@exemple.invalid"):
        assert client.post(ASK, {"email": address}).headers["Location"] == f"{ASK}envoye/"
    assert mail.outbox == []


@pytest.mark.usefixtures("claude")
def test_a_mail_server_that_is_down_never_shows_either(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: Any) -> None:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr("django.core.mail.EmailMessage.send", down)
    assert client.post(ASK, {"email": "claude@exemple.invalid"}).headers["Location"] == f"{ASK}envoye/"


@pytest.mark.django_db
def test_an_address_that_is_none_is_said(client: Client) -> None:
    assert client.post(ASK, {"email": "claude"}).status_code == 422


def test_a_link_serves_once(client: Client, claude: User, settings: Any) -> None:
    client.post(ASK, {"email": claude.email})
    path = path_in(mail.outbox[0].body, settings)
    assert choose(client, path).status_code == 302
    other = Client()
    assert "Ce lien ne sert plus" in other.get(path, follow=True).content.decode()


def test_a_link_dies_after_seven_real_days(claude: User, settings: Any) -> None:
    settings.PASSWORD_RESET_TIMEOUT = 7 * 24 * 3600
    path = path_in(invitation_link(claude), settings)
    with time_machine.travel(dt.timedelta(days=6, hours=23)):
        assert "Bienvenue" in Client().get(path, follow=True).content.decode()
    with time_machine.travel(dt.timedelta(days=7, minutes=1)):
        assert "Ce lien ne sert plus" in Client().get(path, follow=True).content.decode()


@pytest.mark.parametrize("path", ["/compte/invitation/x/y/", "/compte/mot-de-passe/nouveau/MQ/abc-def/"])
def test_a_link_cut_by_a_mail_reader_says_how_to_get_another(client: Client, db: None, path: str) -> None:
    html = client.get(path).content.decode()
    assert "Ce lien ne sert plus" in html
    assert ASK in html


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (NEW, NEW + "x", "ne sont pas identiques"),
        ("court", "court", "12"),
        ("qwertyuiop123", "qwertyuiop123", "courant"),
        ("claude@exemple.invalid", "claude@exemple.invalid", "trop semblable"),
        ("", "", "Remplissez ce champ."),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(claude: User, settings: Any, first: str, second: str, said: str) -> None:
    response = choose(Client(), path_in(invitation_link(claude), settings), first, second)
    assert response.status_code == 422
    assert said in response.content.decode()
    claude.refresh_from_db()
    assert claude.check_password(OLD)


@pytest.mark.django_db
def test_an_invited_person_chooses_her_first_password_and_is_in(client: Client, settings: Any) -> None:
    user = create_account(email="Noa@Exemple.invalid", first_name="Noa", last_name="EXEMPLE")
    assert user.email == "noa@exemple.invalid"
    assert not user.has_usable_password()
    assert send_invitation(user)
    (message,) = mail.outbox
    assert message.subject == "Votre accès au portail «\u00a0Plan numérique pour l’école\u00a0»"

    path = path_in(message.body, settings)
    assert "Bienvenue, Noa" in client.get(path, follow=True).content.decode()
    assert choose(client, path).headers["Location"] == "/compte/mon-compte/"
    user.refresh_from_db()
    assert user.check_password(NEW)


@pytest.mark.django_db
def test_a_person_whose_invitation_has_expired_gets_another_by_herself(client: Client, settings: Any) -> None:
    create_account(email="noa@exemple.invalid", first_name="Noa", last_name="EXEMPLE")
    client.post(ASK, {"email": "noa@exemple.invalid"})
    assert "/compte/invitation/" in path_in(mail.outbox[0].body, settings)


def test_a_password_is_changed_knowing_the_old_one_and_other_devices_are_out(client: Client, claude: User) -> None:
    elsewhere = Client()
    for browser in (client, elsewhere):
        browser.force_login(claude, backend="django.contrib.auth.backends.ModelBackend")
    data = {"old_password": OLD, "new_password1": NEW, "new_password2": NEW}

    wrong = client.post("/compte/mot-de-passe/", {**data, "old_password": "faux"})
    assert wrong.status_code == 422
    assert "Ce n’est pas votre mot de passe actuel." in wrong.content.decode()

    assert client.post("/compte/mot-de-passe/", data).headers["Location"] == "/compte/mon-compte/"
    assert client.get("/compte/mon-compte/").status_code == 200
    assert elsewhere.get("/compte/mon-compte/").status_code == 302


def test_the_mail_says_the_same_in_text_and_in_html(client: Client, claude: User) -> None:
    claude.first_name = "Camille <b>"
    claude.save()

    client.post(ASK, {"email": claude.email})

    (message,) = mail.outbox
    ((html, kind),) = message.alternatives
    link = next(line for line in message.body.splitlines() if line.startswith("http"))
    assert kind == "text/html"
    assert f'<a href="{link}"' in html
    assert "Camille &lt;b&gt;" in html
    for sentence in message.body.strip().split("\n\n")[1:]:
        assert sentence in html
