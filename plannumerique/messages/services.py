"""Messages are written, once, and read; nobody edits or deletes them."""

import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db.models import Q

from plannumerique.accounts.models import User
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import Thread
from plannumerique.journal.passages import opening
from plannumerique.lib.text import plural
from plannumerique.messages.enums import READERS, SIDE_OF_ROLE, WRITERS, Audience
from plannumerique.messages.models import LONGEST_TEXT, Message, ReadMark
from plannumerique.messages.permissions import can_write_message
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import LEVEL_OF_ROLE, Role
from plannumerique.organisations.models import Membership, School


@contextmanager
def writing(
    *, thread: Thread, audience: Audience, text: str, key: uuid.UUID, actor: Actor, school: School | None = None
) -> Iterator[Message]:
    """Write a message, yielded so that its file may be joined; whoever writes has read what came before.

    `key` is the sending's own: the same a second time is Refused, and nothing is written twice.
    """
    message = draft(thread, audience, school=school, parties=thread.parties.values_list("school_id", flat=True))
    with opening(message, actor=actor, may=can_write_message, label="Écrire un message", told=False):
        _refuse_what_cannot_be_sent(message, text)
        grant = message.written_as(actor)
        assert grant is not None and actor.user is not None  # noqa: PT018  # the permission has said so
        message.text, message.key, message.written_at = text.strip(), key, actor.at
        message.author, message.author_name, message.author_role = actor.user, actor.name, grant.label
        message.side = SIDE_OF_ROLE[grant.role]
        yield message
    mark_read(thread, up_to=message.pk, actor=actor)


def draft(thread: Thread, audience: Audience, *, school: School | None = None, parties: Collection[int] = ()) -> Message:
    """An unsaved message, as the permission is asked of it; `parties` are the schools of the thread."""
    message = Message(thread=thread, audience=audience, school=school)
    message.parties = frozenset(parties)
    return message


def _refuse_what_cannot_be_sent(message: Message, text: str) -> None:
    if message.school_id is not None and message.school_id not in message.parties:
        raise Refused("Cette école n’est pas de ce dossier.")
    if not text.strip():
        raise Refused("Écrivez votre message.")
    if len(text.strip()) > LONGEST_TEXT:
        raise Refused(f"Un message compte {plural(LONGEST_TEXT, one='caractère')} au plus : joignez un document.")


def sent_with(key: uuid.UUID, *, thread: Thread, actor: Actor) -> Message | None:
    """The message that this very sending has already written."""
    return Message.objects.filter(thread=thread, author=actor.user, key=key).first()


# --- Reading ---


def mark_read(thread: Thread, *, up_to: int, actor: Actor) -> None:
    """This person has read the thread up to that message; a mark never goes back."""
    if actor.user is None:
        return
    marks = ReadMark.objects.filter(thread=thread, user=actor.user)
    if not marks.filter(up_to__lt=up_to).update(up_to=up_to):
        ReadMark.objects.bulk_create([ReadMark(thread=thread, user=actor.user, up_to=up_to)], ignore_conflicts=True)


def to_be_told(message: Message, *, actor: Actor) -> list[User]:
    """Whom a mail tells of a message: the people of the other parties who are expected to read it, or who wrote in that exchange.

    Nobody of the author's own party; and nobody whom a mail has told of an earlier message of this dossier that she has not
    read yet: that one leads her to all of them. Whoever is returned is noted as told.
    """
    told = [user for user in _others_concerned(message, actor) if user != actor.user]
    marks = {mark.user_id: mark for mark in ReadMark.objects.filter(thread=message.thread, user__in=told)}
    new = [user for user in told if user.pk not in marks or marks[user.pk].told_up_to <= marks[user.pk].up_to]
    ReadMark.objects.bulk_create(
        [ReadMark(thread=message.thread, user=user, told_up_to=message.pk) for user in new],
        update_conflicts=True,
        unique_fields=["thread", "user"],
        update_fields=["told_up_to"],
    )
    return new


def _others_concerned(message: Message, actor: Actor) -> list[User]:
    """One query, whatever the number of people; each once, in the order of their accounts."""
    audience = Audience(message.audience)
    exchange = Message.objects.filter(thread=message.thread, audience=audience, school=message.school)
    takes_part = Q(role__in=READERS[audience]) | Q(role__in=WRITERS[audience], user__in=exchange.values("author"))
    scope = message.scope
    within = (
        Q(academie_id=scope.academie_id)
        | Q(collectivite_id=scope.collectivite_id, collectivite__isnull=False)
        | Q(school_id__in=scope.school_ids)
    )
    held = Membership.objects.in_force(actor.today).filter(takes_part, within, user__is_active=True)
    memberships = list(held.select_related("user").order_by("user_id"))
    own_party = _party_of_author(message, actor)
    colleagues = {one.user_id for one in memberships if _party(one) == own_party}
    return list(dict.fromkeys(one.user for one in memberships if one.user_id not in colleagues))


def _party_of_author(message: Message, actor: Actor) -> tuple[str, int]:
    grant = message.written_as(actor)
    assert grant is not None
    return SIDE_OF_ROLE[grant.role], grant.organisation_id


def _party(membership: Membership) -> tuple[str, int]:
    """Two schools are two parties, the DANE and the DAF too."""
    role = Role(membership.role)
    return SIDE_OF_ROLE[role], getattr(membership, f"{LEVEL_OF_ROLE[role]}_id")
