"""Who reads what; what is unread, and to whom that matters."""

import datetime as dt

import pytest

from plannumerique.messages.enums import Audience
from plannumerique.messages.models import Message, ReadMark
from plannumerique.messages.services import mark_read, to_be_told
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Role
from plannumerique.organisations.models import Membership
from tests.conversations import ROLES, Around, around, says
from tests.factories import AT, AcademieFactory, actor_for

pytestmark = pytest.mark.django_db

ACADEMIE = {"dane", "dan", "daf", "valideur", "recteur", "dsi", "administrator"}
MAIRIE = {"editeur", "signataire", "mandataire"}
READ_BY = {
    "all": ACADEMIE | MAIRIE | {"director", "other_director", "dsden", "ien", "erun"},
    "collectivite": ACADEMIE | MAIRIE,
    "school": ACADEMIE | {"director", "dsden", "ien", "erun"},
    "other school": ACADEMIE | {"other_director", "dsden"},
    "internal": ACADEMIE,
}
# Of these, whose home counts it (the agent wrote them).
EXPECTED_OF = {
    "all": {"dan", "director", "other_director"} | MAIRIE,
    "collectivite": {"dan"} | MAIRIE,
    "school": {"dan", "director"},
    "other school": {"dan", "other_director"},
    "internal": {"dan", "daf", "valideur"},
}


@pytest.fixture
def here() -> Around:
    return around()


def written_to(here: Around, to: str, *, by: str = "dane") -> Message:
    school = {"school": here.school, "other school": here.other_school}.get(to)
    return says(here.thread, here.who(by), Audience("school" if school else to), school=school)


def unread(actor: Actor) -> int:
    return Message.objects.visible_to(actor).unread_by(actor).count()


@pytest.mark.parametrize("to", READ_BY)
def test_a_message_is_read_by_its_audience_and_by_nobody_else(here: Around, to: str) -> None:
    everybody, message = here.everybody(), written_to(here, to)

    assert {name for name, one in everybody.items() if message in Message.objects.visible_to(one)} == READ_BY[to]
    assert {name for name, one in everybody.items() if unread(one)} == READ_BY[to] - {"dane"}


@pytest.mark.parametrize("to", EXPECTED_OF)
def test_it_is_expected_of_those_who_could_answer(here: Around, to: str) -> None:
    everybody, message = here.everybody(), written_to(here, to)

    expected = {name for name, one in everybody.items() if message in Message.objects.expected_of(one).unread_by(one)}

    assert expected == EXPECTED_OF[to]


def test_another_academie_reads_nothing(here: Around) -> None:
    for to in READ_BY:
        written_to(here, to)

    assert not Message.objects.visible_to(actor_for(Role.DAN, AcademieFactory(rennes=True))).exists()


def test_who_no_longer_holds_her_role_reads_nothing_more_and_receives_nothing(here: Around) -> None:
    director = here.who("director")
    written_to(here, "school")
    Membership.objects.filter(user=director.user).update(ends_on=AT.date() - dt.timedelta(days=1))

    assert not Message.objects.visible_to(Actor.of(director.user, at=AT)).exists()
    assert to_be_told(written_to(here, "school"), actor=here.who("dane")) == []


def test_one_who_follows_the_daf_into_an_exchange_is_expected_to_read_its_answers(here: Around) -> None:
    daf, valideur = here.who("daf"), here.who("valideur")
    written_to(here, "collectivite", by="daf")

    answer = written_to(here, "collectivite", by="editeur")

    assert list(Message.objects.expected_of(daf).unread_by(daf)) == [answer]
    assert not Message.objects.expected_of(valideur).unread_by(valideur).exists()


# --- Marks ---


def test_reading_is_each_persons_own_and_never_goes_back(here: Around) -> None:
    first, second = written_to(here, "all"), written_to(here, "all")
    editeur, signataire = here.who("editeur"), here.who("signataire")

    mark_read(here.thread, up_to=first.pk, actor=editeur)
    assert (unread(editeur), unread(signataire)) == (1, 2)

    mark_read(here.thread, up_to=second.pk, actor=editeur)
    mark_read(here.thread, up_to=first.pk, actor=editeur)
    assert (unread(editeur), unread(signataire)) == (0, 2)


def test_whoever_writes_has_read_what_came_before(here: Around) -> None:
    written_to(here, "all")
    written_to(here, "all", by="editeur")

    assert unread(here.who("editeur")) == 0
    assert unread(here.who("dane")) == 1


def test_an_internal_note_changes_no_count_outside_the_academie(here: Around) -> None:
    outside = [here.who(name) for name in ROLES if name not in ACADEMIE]

    written_to(here, "internal")

    assert [unread(one) for one in outside] == [0] * len(outside)


def test_who_arrives_does_not_owe_the_reading_of_years(here: Around) -> None:
    written_to(here, "all")
    arrived = actor_for(Role.AGENT_DANE, here.dossier.campaign.academie, starts_on=AT.date() + dt.timedelta(days=1))
    newcomer = Actor.of(arrived.user, at=AT + dt.timedelta(days=2))

    assert Message.objects.visible_to(newcomer).exists()
    assert unread(newcomer) == 0


# --- Whom a mail tells ---


@pytest.mark.parametrize(
    ("by", "to", "told"),
    [
        ("dane", "all", {"editeur", "signataire", "mandataire", "director", "other_director"}),
        ("dane", "collectivite", {"editeur", "signataire", "mandataire"}),
        ("dane", "school", {"director"}),
        ("dane", "internal", {"daf", "valideur"}),
        ("daf", "internal", {"dane", "dan"}),
        ("daf", "collectivite", {"dane", "dan", "editeur", "signataire", "mandataire"}),
        ("editeur", "all", {"dane", "dan", "director", "other_director"}),
        ("editeur", "collectivite", {"dane", "dan"}),
        ("director", "school", {"dane", "dan"}),
        ("director", "all", {"dane", "dan", "editeur", "signataire", "mandataire", "other_director"}),
    ],
)
def test_a_mail_goes_to_the_other_parties(here: Around, by: str, to: str, told: set[str]) -> None:
    everybody = here.everybody()

    users = to_be_told(written_to(here, to, by=by), actor=here.who(by))

    assert {name for name, one in everybody.items() if one.user in users} == told
    assert len(users) == len(told)


def test_an_answer_is_told_to_the_one_of_the_daf_who_asked(here: Around) -> None:
    here.everybody()
    written_to(here, "collectivite", by="daf")

    users = to_be_told(written_to(here, "collectivite", by="editeur"), actor=here.who("editeur"))

    assert here.who("daf").user in users
    assert here.who("valideur").user not in users


def test_nobody_is_told_again_before_she_has_read(here: Around) -> None:
    editeur, dane = here.who("editeur"), here.who("dane")

    assert to_be_told(written_to(here, "collectivite"), actor=dane) == [editeur.user]
    second = written_to(here, "all")
    assert to_be_told(second, actor=dane) == []

    mark_read(here.thread, up_to=second.pk, actor=editeur)
    assert to_be_told(written_to(here, "all"), actor=dane) == [editeur.user]
    assert ReadMark.objects.get(thread=here.thread, user=editeur.user).up_to == second.pk


def test_an_account_that_is_closed_is_told_nothing(here: Around) -> None:
    editeur = here.who("editeur")
    type(editeur.user).objects.filter(pk=editeur.user.pk).update(is_active=False)

    assert to_be_told(written_to(here, "all"), actor=here.who("dane")) == []


def test_who_holds_two_roles_is_told_once_and_never_of_her_own_partys_message(here: Around) -> None:
    editeur = here.who("editeur")
    actor_for(Role.DIRECTOR, here.school, user=editeur.user)
    signataire = here.who("signataire")

    assert to_be_told(written_to(here, "all"), actor=here.who("dane")).count(editeur.user) == 1
    assert editeur.user not in to_be_told(written_to(here, "all", by="signataire"), actor=signataire)


@pytest.mark.parametrize("directors", [1, 12])
def test_telling_costs_the_same_whatever_the_number_of_people(here: Around, directors: int, django_assert_num_queries) -> None:
    for _ in range(directors):
        actor_for(Role.DIRECTOR, here.school)
    message, dane = written_to(here, "school"), here.who("dane")

    with django_assert_num_queries(3):
        assert len(to_be_told(message, actor=dane)) == directors
