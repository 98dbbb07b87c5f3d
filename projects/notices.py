"""The mails of an application: what happened, what to do, by when, where."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from plannumerique.files.models import Piece
from plannumerique.lib.money import euros
from plannumerique.lib.text import plural
from plannumerique.notices.services import Message, queue
from plannumerique.organisations import recipients
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, Role
from plannumerique.organisations.recipients import Recipients
from projects.enums import OpinionKind
from projects.models import Application, Campaign, Dossier

SIGNED = "La délégation académique au numérique éducatif"


def recipients_of(dossier: Dossier, *, on: dt.date) -> Recipients:
    """The people who act for the collectivité that day, its own address, and the contact that the dossier names."""
    return recipients.of(dossier.collectivite, *COLLECTIVITE, on=on).with_contacts(dossier.contact_email)


def recipients_of_each(dossiers: Iterable[Dossier], *, on: dt.date) -> Iterator[Recipients]:
    """The same of each dossier, in their order; one query for all."""
    known = list(dossiers)
    told = recipients.of_each([dossier.collectivite for dossier in known], *COLLECTIVITE, on=on)
    return (told[dossier.collectivite_id].with_contacts(dossier.contact_email) for dossier in known)


def _school_of(application: Application, actor: Actor) -> Recipients:
    return recipients.of(application.school, Role.DIRECTOR, on=actor.today)


def tell_school_invited(application: Application, *, actor: Actor) -> None:
    school = application.school
    _tell(
        application,
        actor=actor,
        kind="school_invited",
        to=_school_of(application, actor),
        subject=f"écrire la partie pédagogique de l’{school.in_words}",
        happened=(
            f"Votre collectivité ({application.dossier.collectivite}) a ouvert la candidature de votre école ({application.campaign.label}).",
        ),
        to_do="Écrivez la partie pédagogique : le dépôt par la collectivité l’attend.",
        by=application.phase.closes_on,
        path=application.get_absolute_url(),
    )


def tell_piece_rejected(dossier: Dossier, piece: Piece, *, actor: Actor) -> None:
    campaign = dossier.campaign
    queue(
        key=f"piece_rejected:{piece.pk}:{piece.version}",
        kind="piece_rejected",
        thread=dossier.thread,
        to=recipients_of(dossier, on=actor.today),
        reply_to=campaign.academie.dane_email,
        at=actor.at,
        message=Message(
            programme=campaign.mail_subject,
            subject=f"pièce à remplacer : {piece.label}",
            happened=(f"La pièce « {piece.label} » n’a pas pu être acceptée.", f"Motif : {piece.motive}"),
            to_do="Déposez-la de nouveau, corrigée : elle remplacera la première.",
            path=dossier.get_absolute_url(),
            signed_by=SIGNED,
        ),
    )


def tell_submitted(application: Application, *, actor: Actor) -> None:
    classes = application.classes_asked()
    _tell(
        application,
        actor=actor,
        kind="submitted",
        to=recipients_of(application.dossier, on=actor.today),
        cc=_school_of(application, actor),
        subject=f"candidature déposée, {application.school.in_words}",
        happened=(
            f"La candidature de l’{application.school.in_words} est déposée pour "
            f"{plural(classes, one='classe mobile', many='classes mobiles')}.",
            "L’accusé de réception est joint au dossier.",
        ),
        path=application.get_absolute_url(),
    )


def tell_completion_requested(application: Application, *, actor: Actor, points: Sequence[str]) -> None:
    _tell(
        application,
        actor=actor,
        kind="completion_requested",
        to=recipients_of(application.dossier, on=actor.today),
        cc=_school_of(application, actor),
        subject=f"compléments demandés, {application.school.in_words}",
        happened=(f"La DANE demande de compléter la candidature de l’{application.school.in_words} :", *points),
        to_do="Répondez à chaque point, là où il est demandé, puis transmettez les compléments.",
        by=application.completion_due_on,
        path=application.get_absolute_url(),
    )


def tell_opinions_requested(application: Application, awaited: Sequence[OpinionKind], *, actor: Actor) -> None:
    """One mail to each service that has not given its opinion."""
    assert application.opinions_due_on is not None
    for kind in awaited:
        _tell(
            application,
            actor=actor,
            kind=f"opinion_requested_{kind.value}",
            to=_givers(application, kind, actor),
            subject=f"{kind.label} attendu, {application.school.in_words}",
            happened=(
                f"L’{application.school.in_words} ({application.dossier.collectivite}) est candidate. La DANE demande l’{kind.label}.",
            ),
            to_do="Lisez la candidature et rendez votre avis.",
            by=application.opinions_due_on,
            path=application.get_absolute_url(),
        )


def _givers(application: Application, kind: OpinionKind, actor: Actor) -> Recipients:
    """Who may give that opinion that day."""
    if kind is OpinionKind.IEN:
        return recipients.of(application.school.circonscription, Role.IEN, on=actor.today)
    return recipients.of(application.thread.academie, Role.DSI, on=actor.today)


def tell_selected(application: Application, *, actor: Actor) -> None:
    retained = application.retained_classes or 0
    grant = application.campaign.current_terms().resources_grant
    _tell(
        application,
        actor=actor,
        kind="selected",
        to=recipients_of(application.dossier, on=actor.today),
        cc=_school_of(application, actor),
        subject=f"projet retenu, {application.school.in_words}",
        happened=(
            f"Le projet de l’{application.school.in_words} est retenu pour {plural(retained, one='classe mobile', many='classes mobiles')}.",
            *(
                [f"Une dotation de {euros(grant)} pour des ressources numériques s’y ajoute, versée au collège référent."]
                if grant
                else []
            ),
            "La lettre de sélection est dans le dossier.",
        ),
        to_do="Ne passez aucune commande avant la notification de la convention, dont la DANE vous transmet le projet.",
        path=application.get_absolute_url(),
    )


def tell_not_selected(application: Application, *, actor: Actor) -> None:
    _tell(
        application,
        actor=actor,
        kind="not_selected",
        to=recipients_of(application.dossier, on=actor.today),
        cc=_school_of(application, actor),
        subject=f"projet non retenu, {application.school.in_words}",
        happened=(
            f"Le projet de l’{application.school.in_words} n’est pas retenu. La lettre et son motif sont dans le dossier.",
        ),
        path=application.get_absolute_url(),
    )


def _tell(
    application: Application,
    *,
    actor: Actor,
    kind: str,
    to: Recipients,
    subject: str,
    happened: tuple[str, ...],
    path: str,
    cc: Recipients | None = None,
    to_do: str = "",
    by: dt.date | None = None,
) -> None:
    campaign: Campaign = application.campaign
    queue(
        # The version that the passage is about to write: the same act told twice is one mail, the next act is another.
        key=f"{kind}:application:{application.pk}:{application.version}",
        kind=kind,
        thread=application.thread,
        to=to,
        cc=cc,
        reply_to=campaign.academie.dane_email,
        at=actor.at,
        message=Message(
            programme=campaign.mail_subject,
            subject=subject,
            happened=happened,
            to_do=to_do,
            by=by,
            path=path,
            signed_by=SIGNED,
        ),
    )
