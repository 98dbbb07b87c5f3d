"""The play itself: every step in its order, each in one transaction with the mark that it was played."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import connection, transaction

from conventions.documents import ConventionLetter
from demonstration import acts, people, reference
from demonstration.calendar import calendar
from demonstration.scene import Scene
from demonstration.stories import stories
from demonstration.story import Step, Story
from plannumerique import clock
from plannumerique.files import tasks as files_tasks
from plannumerique.files.models import IssuedDocument
from plannumerique.journal.machine import Refused
from plannumerique.lib.text import typeset
from plannumerique.organisations.actor import Actor
from portal.models import DemoProgress
from projects.models import Campaign
from subsidies.documents.decision import Decision

Say = Callable[[str], None]
# « démo » in the keys of PostgreSQL's advisory locks: one number for the whole database.
_LOCK = 0x64656D6F
# The acts that demand the bytes of a letter.
_WAITS_FOR = {acts.sign_for_collectivite.__name__: ConventionLetter.kind, acts.notify_decision.__name__: Decision.kind}


# The dossier is no longer where the script thought: refused, not this person's job, not there.
_ELSEWHERE = (Refused, PermissionDenied, ValidationError, ObjectDoesNotExist, LookupError)


class AlreadyPlaying(Exception):
    """Another process plays: whoever comes second leaves it alone."""


@dataclass(frozen=True, slots=True)
class Due:
    step: Step
    story: Story
    rank: int

    def __str__(self) -> str:
        at = self.step.at
        return f"{self.story.key}, {at:%d/%m/%Y} à {at:%H:%M}, {self.step.who or 'portail'} ({self.step.name})"


@dataclass(slots=True)
class Played:
    """How many steps were played; for each story that had to be left, the sentence that says at what."""

    steps: int = 0
    left: dict[str, str] = field(default_factory=dict)


def play(until: dt.date, *, say: Say) -> Played:
    """Play what happened before the morning of that day, and bring the portal's date there.

    Safe to repeat, and to resume after a halt: a step and its mark are written together. A story that a visitor has taken
    elsewhere is left there, and the others go on. Raises AlreadyPlaying.
    """
    told = everything()
    played = Played()
    with _alone():
        campaign = reference.load([story.parties() for story in told if story.siren], say=say)
        for one in due(told, until=until):
            if one.story.key not in played.left:
                _play(one, campaign=campaign, played=played, say=say)
        _lay_out_the_rest()
        shown = clock.shifted_date()
        if shown is None or shown < until:
            clock.shift_to(until)
    return played


def everything() -> list[Story]:
    return [*stories(), calendar()]


def due(told: list[Story], *, until: dt.date) -> list[Due]:
    """What remains to be played before that day, in the order in which it happened."""
    known = {progress.story: progress for progress in DemoProgress.objects.all()}
    steps = [
        Due(step, story, rank)
        for story in told
        if story.key not in known or not known[story.key].left
        for rank, step in enumerate(story.in_time())
        if rank >= (known[story.key].played if story.key in known else 0) and step.at.date() < until
    ]
    return sorted(steps, key=lambda one: (one.step.at, one.story.number, one.rank))


def is_playing() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = %s AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [_LOCK],
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def _alone() -> Iterator[None]:
    """One play at a time in a database; the lock goes with the connection when the process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise AlreadyPlaying("La démonstration avance déjà : une autre lecture est en cours.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _play(one: Due, *, campaign: Campaign, played: Played, say: Say) -> None:
    _lay_out_what_it_waits_for(one)
    step, story = one.step, one.story
    scene = Scene(campaign, story.key, story.number, story.siren, story.phase, story.places)
    try:
        with transaction.atomic():
            _mark(one)
            step.act(scene, _actor(step))
    except _ELSEWHERE as reason:
        played.left[story.key] = _leave(one, reason)
        say(played.left[story.key])
        return
    played.steps += 1
    if step.told:
        say(typeset(f"{step.at:%d/%m/%Y}  {story.key} : {step.told}"))


def _mark(one: Due) -> None:
    progress, _ = DemoProgress.objects.select_for_update().get_or_create(story=one.story.key)
    if progress.played != one.rank:
        raise AlreadyPlaying(f"L’étape {one.rank} de « {one.story.key} » n’est pas la prochaine : une autre lecture l’a jouée.")
    progress.played += 1
    progress.save(update_fields=["played"])


def _leave(one: Due, reason: Exception) -> str:
    sentence = typeset(f"Récit laissé : {one} : {reason}")
    DemoProgress.objects.update_or_create(story=one.story.key, defaults={"left": sentence})
    return sentence


def _actor(step: Step) -> Actor:
    return Actor.of(people.user_named(step.who), at=step.at) if step.who else Actor.system("démonstration", at=step.at)


def _lay_out_what_it_waits_for(one: Due) -> None:
    """Workers, where there are any, lay out the letters meanwhile; the one that the next act rests on can't wait for them."""
    kind = _WAITS_FOR.get(one.step.name)
    if kind is None:
        return
    letters = IssuedDocument.objects.pending().filter(kind=kind, thread__collectivite__siren=one.story.siren)
    for pk, at in letters.values_list("pk", "issued_at"):
        files_tasks.render_document(pk, at.isoformat())


def _lay_out_the_rest() -> None:
    """From the newest to the oldest: workers come the other way, and no letter is laid out twice."""
    while letter := IssuedDocument.objects.pending().order_by("-pk").first():
        files_tasks.render_document(letter.pk, letter.issued_at.isoformat())
