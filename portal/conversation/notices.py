"""The mail that says that a message waits."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.text import Truncator

from plannumerique.messages.enums import Audience, Side
from plannumerique.messages.models import Message
from plannumerique.messages.services import to_be_told
from plannumerique.notices.services import Message as Mail
from plannumerique.notices.services import queue
from plannumerique.organisations import recipients
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Role
from plannumerique.organisations.recipients import Recipients
from projects.models import Dossier
from projects.notices import recipients_of

# Enough to know what it is about; the rest, and the file, are read on the portal.
EXCERPT = 400


def tell(message: Message, dossier: Dossier, *, actor: Actor) -> None:
    """One mail a person, so that nobody reads the addresses of the others; who receives one: `messages.services.to_be_told`.

    Then the contact and the mailbox of those who are written to, whenever somebody of theirs is told or none has an account.
    """
    users = to_be_told(message, actor=actor)
    for user in users:
        _tell(recipients.of_users([user]), message, dossier, about=str(user.pk), actor=actor)
    told = recipients.of_users(users)
    for party in _written_to(message, dossier, actor):
        if not party.accounts or party.accounts & set(told.addresses):
            others = party.without_accounts()
            if others.addresses or not party.accounts:
                _tell(others, message, dossier, about=f"{party.level}:{party.organisation_id}", actor=actor)


def _written_to(message: Message, dossier: Dossier, actor: Actor) -> Iterator[Recipients]:
    """The collectivité, or the one school: what is said to all leaves the mailboxes of thirty schools alone."""
    if message.audience in (Audience.ALL, Audience.COLLECTIVITE) and message.side != Side.COLLECTIVITE:
        yield recipients_of(dossier, on=actor.today)
    if message.audience == Audience.SCHOOL and message.side != Side.SCHOOL:
        yield recipients.of(message.school, Role.DIRECTOR, on=actor.today)


def _tell(to: Recipients, message: Message, dossier: Dossier, *, about: str, actor: Actor) -> None:
    academie = dossier.campaign.academie
    queue(
        key=f"message:{message.pk}:{about}",
        kind="message",
        thread=dossier.thread,
        to=to,
        reply_to=academie.daf_email if message.side == Side.DAF else academie.dane_email,
        at=actor.at,
        message=Mail(
            programme=dossier.campaign.mail_subject,
            subject=f"message à lire, dossier de {dossier.collectivite.in_words}",
            happened=_happened(message, dossier),
            to_do="Répondez sur le portail, pour que votre réponse entre au dossier.",
            path=reverse("portal:messages", args=[dossier.pk]),
            link_label="Lire les messages du dossier",
            signed_by=f"{message.author_name}, {message.author_role}",
        ),
    )


def _happened(message: Message, dossier: Dossier) -> tuple[str, ...]:
    """A note leaves the portal without its words: a mail is easily passed on."""
    author = f"{message.author_name}, {message.author_role},"
    if message.is_internal:
        return (f"{author} a écrit une note interne dans le dossier {dossier.reference}.",)
    joined = ("Une pièce est jointe.",) if message.attachment_id else ()
    excerpt = f"« {Truncator(message.text).chars(EXCERPT)} »"
    return (f"{author} vous écrit dans le dossier {dossier.reference} :", excerpt, *joined)
