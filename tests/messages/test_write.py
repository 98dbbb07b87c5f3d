"""Who may write to whom; what is sent stays as it was sent."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, transaction

from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.messages.enums import Audience, Side
from plannumerique.messages.models import LONGEST_TEXT, Message, ReadMark
from plannumerique.messages.services import writing
from tests.conversations import ROLES, Around, around, says
from tests.factories import SchoolFactory

pytestmark = pytest.mark.django_db

ALL, COLLECTIVITE, INTERNAL = Audience.ALL, Audience.COLLECTIVITE, Audience.INTERNAL
# To « school » is to the first school of the dossier.
MAY_WRITE = {
    "dane": {"all", "collectivite", "school", "internal"},
    "dan": {"all", "collectivite", "school", "internal"},
    "daf": {"collectivite", "internal"},
    "valideur": {"collectivite", "internal"},
    "editeur": {"all", "collectivite"},
    "signataire": {"all", "collectivite"},
    "mandataire": {"all", "collectivite"},
    "director": {"all", "school"},
    "other_director": {"all"},
}


@pytest.fixture
def here() -> Around:
    return around()


@pytest.mark.parametrize("name", ROLES)
def test_each_role_writes_where_the_table_says_and_elsewhere_nothing_is_written(here: Around, name: str) -> None:
    for audience in Audience:
        school = here.school if audience == Audience.SCHOOL else None
        before = Message.objects.count(), ReadMark.objects.count()
        if audience in MAY_WRITE.get(name, ()):
            says(here.thread, here.who(name), audience, school=school)
            continue
        with pytest.raises(PermissionDenied):
            says(here.thread, here.who(name), audience, school=school)
        assert (Message.objects.count(), ReadMark.objects.count()) == before

    assert {message.audience for message in Message.objects.all()} == MAY_WRITE.get(name, set())


def test_a_message_says_who_wrote_it_for_whom_and_when(here: Around) -> None:
    director = here.who("director")

    message = says(here.thread, director, text="  Le filtrage est en panne.\n")

    assert (message.author, message.author_name, message.side) == (director.user, director.name, Side.SCHOOL)
    assert message.author_role == director.grants[0].label
    assert (message.text, message.written_at) == ("Le filtrage est en panne.", director.at)


def test_the_journal_which_every_party_reads_says_nothing_of_messages(here: Around) -> None:
    says(here.thread, here.who("dane"), INTERNAL)
    says(here.thread, here.who("editeur"), COLLECTIVITE)

    assert not JournalLine.objects.filter(thread=here.thread).exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [(" \n ", "Écrivez votre message."), ("é" * (LONGEST_TEXT + 1), "5\u202f000\u00a0caractères au plus")],
)
def test_an_empty_or_endless_text_is_refused(here: Around, text: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        says(here.thread, here.who("dane"), text=text)
    assert not Message.objects.exists()


def test_the_longest_text_passes(here: Around) -> None:
    assert len(says(here.thread, here.who("dane"), text="é" * LONGEST_TEXT).text) == LONGEST_TEXT


def test_a_school_of_elsewhere_is_not_written_to(here: Around) -> None:
    with pytest.raises(Refused, match="n’est pas de ce dossier"):
        says(here.thread, here.who("dane"), Audience.SCHOOL, school=SchoolFactory())
    assert not Message.objects.exists()


def test_the_same_sending_is_written_once(here: Around) -> None:
    key, sent = uuid.uuid4(), {"thread": here.thread, "audience": ALL, "text": "Bonjour.", "actor": here.who("dane")}
    with writing(**sent, key=key):
        pass

    with pytest.raises(Refused, match="déjà parti"), writing(**sent, key=key):
        pass

    assert Message.objects.count() == 1


@pytest.mark.parametrize("change", [{"text": "Autre chose."}, {"audience": Audience.ALL}])
def test_the_database_refuses_to_change_or_delete_a_message(here: Around, change: dict[str, str]) -> None:
    message = says(here.thread, here.who("dane"), INTERNAL)
    kept = Message.objects.filter(pk=message.pk)

    with pytest.raises(InternalError), transaction.atomic():
        kept.update(**change)
    with pytest.raises(InternalError), transaction.atomic():
        kept.delete()

    assert kept.get().text == "Bonjour."
    assert kept.get().audience == INTERNAL
