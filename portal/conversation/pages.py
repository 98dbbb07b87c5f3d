"""The messages of a dossier as its page shows them, and the audiences that a person may choose."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Subquery

from plannumerique.lib.text import typeset
from plannumerique.messages import services as messages
from plannumerique.messages.enums import SIDE_OF_ROLE, Audience, Side
from plannumerique.messages.models import Message
from plannumerique.messages.permissions import can_write_message
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.models import School
from portal.conversation.forms import MessageForm
from projects.models import Dossier

# The page of a dossier shows so many; the others are a link away.
LATEST = 3

_FROM_ACADEMIE = {
    Audience.ALL: "Tous : la collectivité, les écoles et l’académie",
    Audience.COLLECTIVITE: "La collectivité",
    Audience.INTERNAL: "L’académie seule (note interne)",
}
_FROM_OUTSIDE = {
    Audience.ALL: _FROM_ACADEMIE[Audience.ALL],
    Audience.COLLECTIVITE: "L’académie seule (DANE, DAF)",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One audience that this person may write to, as a value and a label of the form."""

    audience: Audience
    label: str
    school: School | None = None

    @property
    def value(self) -> str:
        return f"{self.audience}:{self.school.pk}" if self.school else str(self.audience)


@dataclass(frozen=True, slots=True)
class Latest:
    """The last messages of a dossier, whether others came before, and how many this person has not read."""

    messages: list[Message]
    more: bool
    unread: int
    form: MessageForm | None


def latest_of(dossier: Dossier, actor: Actor, *, schools: Iterable[School]) -> Latest:
    """One query, whatever the number of messages. `schools` are those of the dossier that the page shows this person."""
    visible = Message.objects.visible_to(actor).filter(thread=dossier.thread_id)
    unread = visible.unread_by(actor).order_by().values("thread").annotate(count=Count("pk")).values("count")
    rows = list(visible.for_pages(actor).annotate(unread_count=Subquery(unread))[: LATEST + 1])
    unread_count = (rows[0].unread_count or 0) if rows else 0
    return Latest(rows[:LATEST], len(rows) > LATEST, unread_count, form_for(dossier, actor, schools=schools))


def form_for(dossier: Dossier, actor: Actor, *, schools: Iterable[School]) -> MessageForm | None:
    """An empty form; None for those who only read."""
    choices = choices_for(dossier, actor, schools=schools)
    return MessageForm(actor=actor, choices=choices) if choices else None


def schools_of(dossier: Dossier) -> QuerySet[School]:
    return School.objects.filter(pk__in=dossier.thread.parties.values("school"))


def choices_for(dossier: Dossier, actor: Actor, *, schools: Iterable[School]) -> list[Choice]:
    """What the permission grants, asked audience by audience; the schools are not read for those who write nowhere."""
    if not actor.holds(*can_write_message.roles):
        return []
    known = list(dict.fromkeys(schools))
    parties = [school.pk for school in known]
    asked = [(Audience.ALL, None), (Audience.COLLECTIVITE, None), *((Audience.SCHOOL, one) for one in known)]
    choices = []
    for audience, school in (*asked, (Audience.INTERNAL, None)):
        message = messages.draft(dossier.thread, audience, school=school, parties=parties)
        if can_write_message(actor, message):
            choices.append(Choice(audience, _label(message, actor), school))
    return choices


def _label(message: Message, actor: Actor) -> str:
    grant = message.written_as(actor)
    from_academie = grant is not None and SIDE_OF_ROLE[grant.role] in (Side.DANE, Side.DAF)
    if message.school is not None:
        school = message.school.in_words
        return typeset(f"L’{school}" if from_academie else f"L’académie seule, pour l’{school}")
    return typeset((_FROM_ACADEMIE if from_academie else _FROM_OUTSIDE)[Audience(message.audience)])
