import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from plannumerique.journal.models import Thread
from plannumerique.notices.enums import MailState
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations import recipients
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, Level, Role
from plannumerique.organisations.models import Collectivite
from tests.factories import AT, AcademieFactory, actor_for
from tests.notices.conftest import Queue, to
from tests.threads import open_thread


@pytest.fixture(autouse=True)
def demonstration(settings: Any) -> None:
    settings.PORTAL_DEMO = True


def logged_in(actor: Actor) -> Client:
    client = Client()
    assert actor.user is not None
    client.force_login(actor.user)
    return client


@pytest.fixture
def dane(thread: Thread) -> Client:
    return logged_in(actor_for(Role.AGENT_DANE, thread.academie))


def test_the_academie_reads_the_mails_of_its_dossiers(dane: Client, queue: Queue) -> None:
    mail = queue()
    page = dane.get(reverse("notices:outbox")).content.decode()
    assert "votre convention est signée" in page
    assert "mairie@exemple.invalid" in page

    page = dane.get(reverse("notices:mail", args=[mail.pk])).content.decode()
    assert "La convention n°\u00a03 a été signée" in page
    assert "ce.dane@exemple.invalid" in page


def test_another_academie_sees_none_of_them(queue: Queue) -> None:
    mail = queue()
    stranger = logged_in(actor_for(Role.AGENT_DANE, AcademieFactory(rennes=True)))
    assert "votre convention" not in stranger.get(reverse("notices:outbox")).content.decode()
    assert stranger.get(reverse("notices:mail", args=[mail.pk])).status_code == 404


@pytest.mark.parametrize("role", [Role.EDITEUR, Role.DIRECTOR, Role.IEN])
@pytest.mark.parametrize("page", ["outbox", "trouble"])
def test_the_page_is_the_academies(db: None, role: Role, page: str) -> None:
    assert logged_in(actor_for(role)).get(reverse(f"notices:{page}")).status_code == 403


def test_outside_the_demonstration_there_is_no_such_page(dane: Client, queue: Queue, settings: Any) -> None:
    mail = queue()
    settings.PORTAL_DEMO = False
    assert dane.get(reverse("notices:outbox")).status_code == 404
    assert dane.get(reverse("notices:mail", args=[mail.pk])).status_code == 404
    assert dane.get(reverse("notices:trouble")).status_code == 200


def test_a_mail_without_a_dossier_is_of_the_academie_whose_service_it_tells(thread: Thread, queue: Queue) -> None:
    academie = {"level": Level.ACADEMIE, "organisation_id": thread.academie_id}
    mail = queue(thread=None, to=to("daf@exemple.invalid", **academie), cc=None)
    here = logged_in(actor_for(Role.ADMINISTRATOR, thread.academie))
    elsewhere = logged_in(actor_for(Role.ADMINISTRATOR, AcademieFactory(rennes=True)))
    address = reverse("notices:mail", args=[mail.pk])
    assert (here.get(address).status_code, elsewhere.get(address).status_code) == (200, 404)


@pytest.mark.parametrize("mails", [10, 100])
def test_the_list_costs_the_same_at_ten_and_at_a_hundred(
    dane: Client, queue: Queue, django_assert_max_num_queries: Any, mails: int
) -> None:
    for number in range(mails):
        queue(f"convention:{number}:signed")
    with django_assert_max_num_queries(8):
        response = dane.get(reverse("notices:outbox"))
    assert len(response.content) < 100 * 1024


@pytest.mark.parametrize("page", ["abc", "0", "99"])
def test_a_page_that_does_not_exist_says_so(dane: Client, queue: Queue, page: str) -> None:
    queue()
    assert dane.get(reverse("notices:outbox"), {"page": page}).status_code == 404


# --- Mails in trouble ---


@pytest.fixture
def uncertain(queue: Queue) -> OutboxMail:
    mail = queue()
    hour_ago = timezone.now() - dt.timedelta(hours=1)
    OutboxMail.objects.filter(pk=mail.pk).update(
        state=MailState.SENDING, claimed_at=hour_ago, handed_over_at=hour_ago, attempts=1
    )
    return OutboxMail.objects.get(pk=mail.pk)


def test_a_person_sends_again_a_mail_whose_departure_is_unknown(
    dane: Client, uncertain: OutboxMail, handed: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    assert uncertain.subject in dane.get(reverse("notices:trouble")).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        response = dane.post(reverse("notices:send_again", args=[uncertain.pk]), follow=True)

    assert "Le courriel va repartir." in response.content.decode()
    mail = OutboxMail.objects.get(pk=uncertain.pk)
    assert (mail.state, mail.handed_over_at, mail.message_id) == (MailState.PENDING, None, uncertain.message_id)
    assert handed == [mail.pk]


def test_a_person_settles_what_reached_its_recipient_otherwise(dane: Client, uncertain: OutboxMail, handed: list[int]) -> None:
    dane.post(reverse("notices:settle", args=[uncertain.pk]))
    assert OutboxMail.objects.get(pk=uncertain.pk).state == MailState.SETTLED
    assert uncertain.subject not in dane.get(reverse("notices:trouble")).content.decode()
    assert handed == []


def test_a_mail_without_an_address_is_settled_and_never_sent(dane: Client, queue: Queue, handed: list[int]) -> None:
    mail = queue(to=to(), cc=None)
    page = dane.post(reverse("notices:send_again", args=[mail.pk]), follow=True).content.decode()
    assert "Aucune adresse électronique" in page

    dane.post(reverse("notices:settle", args=[mail.pk]))
    assert OutboxMail.objects.get(pk=mail.pk).state == MailState.SETTLED
    assert handed == []


def test_a_mail_that_found_nobody_leaves_once_the_collectivite_has_an_account(
    dane: Client, thread: Thread, queue: Queue, handed: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    Collectivite.objects.update(email="")
    mail = queue(to=recipients.of(Collectivite.objects.get(pk=thread.collectivite_id), *COLLECTIVITE, on=AT.date()), cc=None)
    assert (mail.state, mail.to) == (MailState.FAILED, [])
    mayor = actor_for(Role.SIGNATAIRE, thread.collectivite)

    with django_capture_on_commit_callbacks(execute=True):
        dane.post(reverse("notices:send_again", args=[mail.pk]))

    mail.refresh_from_db()
    assert (mail.state, mail.to) == (MailState.PENDING, [mayor.user.email])
    assert handed == [mail.pk]


def test_a_mail_that_found_nobody_leaves_to_the_address_that_a_person_types(
    dane: Client, queue: Queue, handed: list[int], django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    settings.PORTAL_DEMO = False
    mail = queue(to=to(), cc=None)
    page = dane.get(mail.get_absolute_url()).content.decode()
    assert "La commune d’Ornans" in page
    assert "Envoyer le courriel" in page
    answer = dane.post(reverse("notices:send_again", args=[mail.pk]), {"address": "mairie"})
    assert answer.status_code == 422

    with django_capture_on_commit_callbacks(execute=True):
        dane.post(reverse("notices:send_again", args=[mail.pk]), {"address": "Mairie@exemple.invalid"})

    mail.refresh_from_db()
    assert (mail.state, mail.to) == (MailState.PENDING, ["mairie@exemple.invalid"])
    assert handed == [mail.pk]
    assert dane.get(mail.get_absolute_url()).status_code == 404


def test_an_act_told_to_nobody_still_tells_those_in_copy(queue: Queue) -> None:
    lost = queue(to=to())

    copy = OutboxMail.objects.exclude(pk=lost.pk).get()

    assert (lost.state, lost.whom) == (MailState.FAILED, "la commune d’Ornans")
    assert (copy.state, copy.to) == (MailState.PENDING, ["directrice@exemple.invalid"])


@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.ADMINISTRATOR])
def test_the_home_leads_in_one_click_to_the_mails_that_did_not_leave(
    thread: Thread, queue: Queue, uncertain: OutboxMail, role: Role
) -> None:
    lost, gone = queue("lost", to=to(), cc=None), queue("gone")

    page = logged_in(actor_for(role, thread.academie)).get("/").content.decode()

    assert "Envoyer les courriels qui ne sont pas partis" in page
    assert lost.get_absolute_url() in page
    assert uncertain.get_absolute_url() in page
    assert gone.get_absolute_url() not in page


@pytest.mark.parametrize(("role", "elsewhere"), [(Role.DAN, True), (Role.ADMINISTRATOR, True), (Role.VALIDEUR_DAF, False)])
def test_the_home_of_nobody_else_shows_them(thread: Thread, queue: Queue, role: Role, elsewhere: bool) -> None:
    queue(to=to(), cc=None)
    where = AcademieFactory(rennes=True) if elsewhere else thread.academie
    assert "ne sont pas partis" not in logged_in(actor_for(role, where)).get("/").content.decode()


def test_a_mail_that_is_well_is_left_alone(dane: Client, queue: Queue) -> None:
    mail = queue()
    response = dane.post(reverse("notices:send_again", args=[mail.pk]), follow=True)
    assert "n’est plus en difficulté" in response.content.decode()
    assert OutboxMail.objects.get(pk=mail.pk).attempts == 0


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.VALIDEUR_DAF, 403), (Role.RECTEUR, 403), (Role.EDITEUR, 404), (Role.DAN, 302), (Role.ADMINISTRATOR, 302)],
)
def test_only_the_dane_and_the_administrator_decide(thread: Thread, uncertain: OutboxMail, role: Role, status: int) -> None:
    where = thread.collectivite if role is Role.EDITEUR else thread.academie
    client = logged_in(actor_for(role, where))
    assert client.post(reverse("notices:settle", args=[uncertain.pk])).status_code == status
    assert OutboxMail.objects.get(pk=uncertain.pk).state == (MailState.SETTLED if status == 302 else MailState.SENDING)


def test_a_mail_of_another_academie_cannot_be_touched(uncertain: OutboxMail) -> None:
    stranger = logged_in(actor_for(Role.DAN, AcademieFactory(rennes=True)))
    assert stranger.post(reverse("notices:send_again", args=[uncertain.pk])).status_code == 404


def test_mails_of_two_dossiers_are_all_listed(dane: Client, thread: Thread, queue: Queue) -> None:
    queue()
    queue("autre", thread=open_thread())
    assert "2\u00a0courriels" in dane.get(reverse("notices:outbox")).content.decode()
