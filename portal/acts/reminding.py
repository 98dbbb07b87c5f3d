"""A reminder that the DANE sends by itself: what is expected of the collectivité, and by when."""

import datetime as dt
from typing import Any

from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.journal.passages import passage
from plannumerique.lib.text import starts_lower, typeset
from plannumerique.notices.services import Message, queue
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, DANE
from plannumerique.organisations.permissions import granted_to
from portal.lists.readings import campaign_dates, followed
from portal.standing.expected import Expected, expected_of
from portal.standing.stages import Stage
from projects.models import Dossier
from projects.notices import SIGNED, recipients_of

ACT = "remind"
# Two colleagues who remind the same collectivité in one week remind it once.
PAUSE = dt.timedelta(days=7)
# The stages in which a step may be the collectivité's; the row itself says whether it is.
AWAITING_COLLECTIVITE = (Stage.APPLICATION, Stage.CONVENTION, Stage.ORDERS, Stage.ACOMPTE, Stage.STATEMENT)


@granted_to(*DANE)
def can_remind(actor: Actor, dossier: Dossier) -> bool:
    return True


def remind(*, dossier_id: int, actor: Actor, words: str = "") -> Dossier:
    """Write to whoever acts for the collectivité; refused when something else than it is waited for."""
    row: Any = followed(actor, campaign_dates(actor).deadlines).get(pk=dossier_id)
    expected = expected_of([row])[0]
    with passage(
        Dossier, dossier_id, actor=actor, may=can_remind, act=ACT, label="Relancer la collectivité", comment=words
    ) as dossier:
        _refuse_if_pointless(dossier, expected, actor)
        recipients = recipients_of(dossier, on=actor.today)
        if not recipients.addresses:
            raise Refused(recipients.in_words)
        queue(
            key=f"{ACT}:{dossier.pk}:{dossier.version}",
            kind=ACT,
            thread=dossier.thread,
            to=recipients,
            reply_to=dossier.campaign.academie.dane_email,
            at=actor.at,
            message=Message(
                programme=dossier.campaign.mail_subject,
                subject="une étape vous attend",
                happened=tuple(
                    filter(None, (f"Le dossier de {dossier.collectivite.in_words} attend sa prochaine étape.", words.strip()))
                ),
                to_do=f"{expected.step}.",
                by=row.due,
                path=dossier.get_absolute_url(),
                signed_by=SIGNED,
            ),
        )
    return dossier


def awaits_the_collectivite(expected: Expected) -> bool:
    return any(role in COLLECTIVITE for role in expected.roles)


def _refuse_if_pointless(dossier: Dossier, expected: Expected, actor: Actor) -> None:
    if not awaits_the_collectivite(expected):
        whom = f" (attendu : {expected.who})" if expected.who else ""
        raise Refused(f"Rien n’est attendu de la collectivité : {starts_lower(expected.step)}{whom}.")
    lines = JournalLine.objects.filter(subject_kind=dossier._meta.label_lower, subject_id=dossier.pk, act=ACT)
    last = lines.filter(occurred_at__gt=actor.at - PAUSE).first()
    if last is not None:
        raise Refused(typeset(f"La collectivité a déjà été relancée le {last.occurred_at:%d/%m/%Y} par {last.actor_name}."))
