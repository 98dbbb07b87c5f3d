"""The mail that says that a message waits."""

from django.urls import reverse
from django.utils.text import Truncator

from plannumerique.accounts.models import User
from plannumerique.messages.enums import Side
from plannumerique.messages.models import Message
from plannumerique.messages.services import to_be_told
from plannumerique.notices.services import Message as Mail
from plannumerique.notices.services import queue
from plannumerique.organisations.actor import Actor
from projects.models import Dossier

# Enough to know what it is about; the rest, and the file, are read on the portal.
EXCERPT = 400


def tell(message: Message, dossier: Dossier, *, actor: Actor) -> None:
    """One mail a person, so that nobody reads the addresses of the others; who receives one: `messages.services.to_be_told`."""
    for user in to_be_told(message, actor=actor):
        _tell(user, message, dossier, actor=actor)


def _tell(user: User, message: Message, dossier: Dossier, *, actor: Actor) -> None:
    academie = dossier.campaign.academie
    queue(
        key=f"message:{message.pk}:{user.pk}",
        kind="message",
        thread=dossier.thread,
        to=[user.email],
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
