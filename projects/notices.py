"""The mails of an application: what happened, what to do, by when, where."""

import datetime as dt
from collections.abc import Sequence

from plannumerique.files.models import Piece
from plannumerique.lib.money import euros
from plannumerique.lib.text import plural
from plannumerique.notices.services import Message, queue
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, Role
from plannumerique.organisations.models import Collectivite, Membership
from projects.enums import OpinionKind
from projects.models import Application, Campaign, Dossier

SIGNED = "La délégation académique au numérique éducatif"


def recipients_of(collectivite: Collectivite, actor: Actor) -> list[str]:
    """The people who act for a collectivité that day, and its own address; one query."""
    people = Membership.objects.in_force(actor.today).filter(
        collectivite=collectivite, role__in=COLLECTIVITE, user__is_active=True
    )
    addresses = [*people.values_list("user__email", flat=True), collectivite.email]
    return list(dict.fromkeys(one for one in addresses if one))


def tell_school_invited(application: Application, *, actor: Actor) -> None:
    school = application.school
    _tell(
        application,
        actor=actor,
        kind="school_invited",
        to=[school.email],
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
        to=recipients_of(dossier.collectivite, actor),
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
        to=recipients_of(application.dossier.collectivite, actor),
        cc=[application.school.email],
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
        to=recipients_of(application.dossier.collectivite, actor),
        cc=[application.school.email],
        subject=f"compléments demandés, {application.school.in_words}",
        happened=(f"La DANE demande de compléter la candidature de l’{application.school.in_words} :", *points),
        to_do="Répondez à chaque point, là où il est demandé, puis transmettez les compléments.",
        by=application.completion_due_on,
        path=application.get_absolute_url(),
    )


_GIVERS = {OpinionKind.IEN: Role.IEN, OpinionKind.DSI: Role.DSI}


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


def _givers(application: Application, kind: OpinionKind, actor: Actor) -> list[str]:
    """Who may give that opinion that day, and the circonscription's own address."""
    school = application.school
    where = (
        {"circonscription": school.circonscription_id}
        if kind is OpinionKind.IEN
        else {"academie": application.thread.academie_id}
    )
    people = Membership.objects.in_force(actor.today).filter(role=_GIVERS[kind], user__is_active=True, **where)
    office = [school.circonscription.email] if kind is OpinionKind.IEN and school.circonscription else []
    return [one for one in [*people.values_list("user__email", flat=True), *office] if one]


def tell_selected(application: Application, *, actor: Actor) -> None:
    retained = application.retained_classes or 0
    grant = application.campaign.current_terms().resources_grant
    _tell(
        application,
        actor=actor,
        kind="selected",
        to=recipients_of(application.dossier.collectivite, actor),
        cc=[application.school.email],
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
        to=recipients_of(application.dossier.collectivite, actor),
        cc=[application.school.email],
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
    to: Sequence[str],
    subject: str,
    happened: tuple[str, ...],
    path: str,
    cc: Sequence[str] = (),
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
