"""The mails of a convention: what happened, what to do, by when, where."""

import datetime as dt
from collections.abc import Sequence

from conventions.models import Convention
from plannumerique.files.models import Piece
from plannumerique.lib.text import typeset
from plannumerique.notices.services import Message, queue
from plannumerique.organisations.actor import Actor
from projects.notices import SIGNED, recipients_of


def tell_project_sent(convention: Convention, *, actor: Actor) -> None:
    _tell(
        convention,
        actor=actor,
        kind="convention_project",
        subject="votre projet de convention",
        happened=("La DANE vous transmet le projet de convention, avec les écoles couvertes et la subvention calculée.",),
        to_do="Vérifiez le projet, indiquez le compte à créditer avec son RIB, le calendrier de déploiement et la date de la "
        "prochaine séance de votre assemblée.",
        by=_signature_limit(convention),
    )


def tell_settled(convention: Convention, *, actor: Actor) -> None:
    above = " Le contrôleur budgétaire régional doit d’abord donner son avis." if convention.needs_cbr else ""
    _tell(
        convention,
        actor=actor,
        kind="convention_settled",
        subject="texte de la convention arrêté",
        happened=(f"Le texte de la convention est arrêté ; il est dans les documents du dossier.{above}",),
        to_do="Faites délibérer votre assemblée, transmettez la délibération en préfecture, puis enregistrez-la sur le portail. "
        "Ne signez pas avant qu’elle soit exécutoire (article L. 2131-1 du CGCT).",
        by=_signature_limit(convention),
    )


def tell_ready_to_sign(convention: Convention, *, actor: Actor) -> None:
    _tell(
        convention,
        actor=actor,
        kind="convention_ready",
        subject="convention à signer",
        happened=("La délibération est exécutoire et la DANE en a pris acte : la convention peut être signée.",),
        to_do="Imprimez la convention, signez-la, numérisez-la ou photographiez-la, et enregistrez la signature sur le portail.",
        by=_signature_limit(convention),
    )


def tell_notified(convention: Convention, *, actor: Actor) -> None:
    _tell(
        convention,
        actor=actor,
        kind="convention_notified",
        subject=f"convention n° {convention.reference} notifiée",
        happened=(
            f"La convention n° {convention.reference}, signée des deux parties, vous est notifiée.",
            "L’exemplaire signé est dans les documents du dossier.",
        ),
        to_do="Passez vos commandes, puis déposez-en la copie dans le dossier : la décision attributive et l’acompte l’attendent.",
    )


def tell_reopened(convention: Convention, *, actor: Actor, motive: str) -> None:
    _tell(
        convention,
        actor=actor,
        kind="convention_reopened",
        subject="négociation de la convention rouverte",
        happened=("Le texte de la convention qui avait été arrêté est caduc : la négociation est rouverte.", f"Motif : {motive}"),
        to_do="Ne signez pas le texte précédent ; un nouveau texte vous sera adressé.",
    )


def tell_deliberation_set_aside(convention: Convention, *, actor: Actor, motive: str) -> None:
    _tell(
        convention,
        actor=actor,
        kind="convention_deliberation_aside",
        subject="délibération à reprendre",
        happened=("La délibération enregistrée ne permet pas de signer la convention.", f"Motif : {motive}"),
        to_do="Enregistrez une délibération qui autorise la signature, publiée et reçue en préfecture.",
        by=_signature_limit(convention),
    )


def tell_to_sign_again(convention: Convention, *, actor: Actor, motive: str) -> None:
    _tell(
        convention,
        actor=actor,
        kind="convention_sign_again",
        subject="convention à signer de nouveau",
        happened=("La signature enregistrée au nom de la collectivité est annulée.", f"Motif : {motive}"),
        to_do="Signez de nouveau la convention et enregistrez l’exemplaire signé.",
        by=_signature_limit(convention),
    )


def tell_abandoned(convention: Convention, *, actor: Actor, motive: str) -> None:
    _tell(
        convention,
        actor=actor,
        kind="convention_abandoned",
        subject="projet de convention abandonné",
        happened=(
            "Le projet de convention est abandonné ; les candidatures qu’il portait restent retenues.",
            f"Motif : {motive}",
        ),
    )


def tell_piece_rejected(convention: Convention, piece: Piece, *, actor: Actor) -> None:
    _tell(
        convention,
        actor=actor,
        kind="piece_rejected",
        subject=f"pièce refusée : {piece.label}",
        happened=(f"La pièce « {piece.label} » est refusée.", f"Motif : {piece.motive}"),
        to_do="Déposez-en une autre depuis la page de la convention.",
        about=f"piece:{piece.pk}:{piece.version}",
    )


def _signature_limit(convention: Convention) -> dt.date | None:
    deadline = convention.deadline()
    return deadline.last_day if deadline else None


def _tell(
    convention: Convention,
    *,
    actor: Actor,
    kind: str,
    subject: str,
    happened: Sequence[str],
    to_do: str = "",
    by: dt.date | None = None,
    about: str = "",
) -> None:
    campaign = convention.campaign
    queue(
        # The version that the passage is about to write: the same act told twice is one mail, the next act is another.
        key=f"{kind}:{about or f'convention:{convention.pk}:{convention.version}'}",
        kind=kind,
        thread=convention.thread,
        to=recipients_of(convention.dossier, on=actor.today),
        reply_to=convention.thread.academie.dane_email,
        at=actor.at,
        message=Message(
            programme=campaign.mail_subject,
            subject=subject,
            happened=tuple(typeset(sentence) for sentence in happened),
            to_do=typeset(to_do),
            by=None if by is not None and by < actor.today else by,
            path=convention.get_absolute_url(),
            link_label="Ouvrir la convention",
            signed_by=SIGNED,
        ),
    )
