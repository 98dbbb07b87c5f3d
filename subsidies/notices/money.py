"""The mails of orders, decisions and payments: what happened, what to do, by when, where."""

import datetime as dt

from django.urls import reverse

from plannumerique.lib.dates import plain_date
from plannumerique.lib.money import euros
from plannumerique.lib.text import plural
from plannumerique.notices import services as notices
from plannumerique.notices.services import Message
from plannumerique.organisations import recipients
from plannumerique.organisations.enums import Role
from projects.documents import DAF, DANE
from projects.enums import DeadlineCode
from projects.notices import recipients_of
from subsidies.enums import PaymentKind
from subsidies.models import AccountChange, EquipmentSubsidy, Payment, PurchaseOrder, ResourcesSubsidy

# --- Orders ---


def tell_order_rejected(order: PurchaseOrder, *, at: dt.datetime, motive: str) -> None:
    subsidy = order.subsidy
    _tell_collectivite(
        subsidy,
        kind="order_rejected",
        key=f"order_rejected:{order.pk}:{order.version}",
        subject=f"bon de commande {order.number} à reprendre",
        happened=(
            f"La DANE n’a pas pu accepter le bon de commande {order.number} ({order.supplier_name}).",
            f"Motif : {motive.strip()}",
        ),
        to_do="Déposez une copie ou une commande corrigée : la décision attributive et l’acompte l’attendent.",
        path=order.get_absolute_url(),
        service=DANE,
        at=at,
    )


# --- Decision ---


def tell_decision(subsidy: EquipmentSubsidy, *, at: dt.datetime) -> None:
    assert subsidy.decided_amount is not None  # a notified decision has its amount and its date
    assert subsidy.notified_on is not None
    limit = subsidy.campaign.deadline(DeadlineCode.JUSTIFICATION)
    _tell_collectivite(
        subsidy,
        kind="decision_notified",
        key=f"decision_notified:{subsidy.pk}:{subsidy.version}",
        subject="décision attributive de subvention",
        happened=(
            f"La décision n° {subsidy.decision_reference} vous attribue une subvention d’un montant maximal prévisionnel de "
            f"{euros(subsidy.decided_amount)}. Elle vous est notifiée le {plain_date(subsidy.notified_on)}.",
            "La décision, avec les voies et délais de recours, est dans les documents du dossier.",
        ),
        to_do=(
            "Demandez l’acompte dans le portail, puis déposez l’état récapitulatif des dépenses et les factures."
            if subsidy.acompte_rate
            else "Déposez l’état récapitulatif des dépenses et les factures."
        ),
        by=limit.last_day if limit and limit.last_day >= at.date() else None,
        path=subsidy.get_absolute_url(),
        at=at,
    )


# --- Acompte and payments ---


def tell_acompte_requested(subsidy: EquipmentSubsidy, *, at: dt.datetime) -> None:
    """To the DAF: the request is an act of the collectivité that waits for it."""
    notices.queue(
        key=f"acompte_requested:{subsidy.pk}:{subsidy.version}",
        kind="acompte_requested",
        to=recipients.of(subsidy.thread.academie, Role.GESTIONNAIRE_DAF, on=at.date()),
        message=Message(
            programme=subsidy.campaign.mail_subject,
            subject=f"acompte demandé par {subsidy.convention.dossier.collectivite.in_words}",
            happened=(
                f"L’acompte de la décision n° {subsidy.decision_reference} est demandé par "
                f"{subsidy.convention.dossier.collectivite.in_words}.",
            ),
            to_do="Préparez la demande de paiement, ou rejetez la demande avec le motif.",
            path=subsidy.get_absolute_url(),
            link_label="Ouvrir la subvention",
            signed_by="Le portail du plan numérique",
        ),
        reply_to=subsidy.thread.academie.daf_email,
        at=at,
        thread=subsidy.thread,
    )


def tell_acompte_rejected(subsidy: EquipmentSubsidy, *, at: dt.datetime, motive: str) -> None:
    _tell_collectivite(
        subsidy,
        kind="acompte_rejected",
        key=f"acompte_rejected:{subsidy.pk}:{subsidy.version}",
        subject="demande d’acompte rejetée",
        happened=("La DAF n’a pas donné suite à votre demande d’acompte.", f"Motif : {motive.strip()}"),
        to_do="Corrigez ce qui est indiqué, puis renouvelez la demande.",
        path=subsidy.get_absolute_url(),
        at=at,
    )


def tell_payment(payment: Payment, *, at: dt.datetime) -> None:
    """What was paid, and the words to look for on the account: the comptable keeps it for many communes."""
    assert payment.paid_on is not None  # the move has just set it
    happened = (
        f"Un virement de {euros(payment.amount)} a été effectué le {plain_date(payment.paid_on)} au titre "
        f"{_of_the(payment)} (demande de paiement n° {payment.dp_number}).",
        f"Libellé à rechercher : {payment.transfer_label}",
    )
    if payment.resources is not None:
        _tell_college(
            payment.resources,
            kind="payment_made",
            key=f"payment_made:{payment.pk}:{payment.version}",
            subject="versement de la dotation de ressources",
            happened=happened,
            to_do="L’avis de versement est dans le portail ; il accompagne l’ordre de recette.",
            at=at,
        )
        return
    assert payment.equipment is not None  # payment_of_one_subsidy holds it
    _tell_collectivite(
        payment.equipment,
        kind="payment_made",
        key=f"payment_made:{payment.pk}:{payment.version}",
        subject=f"versement {_of_the(payment)}",
        happened=happened,
        to_do="L’avis de versement est dans le portail : transmettez-le à votre comptable, qui émettra le titre de recettes.",
        path=payment.equipment.get_absolute_url(),
        at=at,
    )


def tell_bounced(payment: Payment, *, at: dt.datetime, motive: str) -> None:
    happened = (
        f"Le virement de {euros(payment.amount)} {_of_the(payment)} a été rejeté par la banque.",
        f"Motif : {motive.strip()}",
    )
    to_do = "Transmettez un relevé d’identité bancaire à jour : le versement sera préparé de nouveau."
    key = f"payment_bounced:{payment.pk}:{payment.version}"
    if payment.resources is not None:
        _tell_college(
            payment.resources, kind="payment_bounced", key=key, subject="virement rejeté", happened=happened, to_do=to_do, at=at
        )
        return
    assert payment.equipment is not None  # payment_of_one_subsidy holds it
    _tell_collectivite(
        payment.equipment,
        kind="payment_bounced",
        key=key,
        subject="virement rejeté",
        happened=happened,
        to_do=to_do,
        path=payment.equipment.get_absolute_url(),
        at=at,
    )


def _of_the(payment: Payment) -> str:
    return {
        PaymentKind.ACOMPTE: "de l’acompte",
        PaymentKind.SOLDE: "du solde",
        PaymentKind.RESOURCES: "de la dotation de ressources",
    }[PaymentKind(payment.kind)]


# --- Hold ---


def tell_hold(subsidy: EquipmentSubsidy, *, at: dt.datetime) -> None:
    _tell_collectivite(
        subsidy,
        kind="subsidy_held",
        key=f"subsidy_held:{subsidy.pk}:{subsidy.version}",
        subject="subvention suspendue",
        happened=(
            "La DAF a suspendu la subvention : aucun versement n’est préparé d’ici à la reprise.",
            f"Motif : {subsidy.held_motive}",
        ),
        path=subsidy.get_absolute_url(),
        at=at,
    )


def tell_resumed(subsidy: EquipmentSubsidy, *, at: dt.datetime) -> None:
    _tell_collectivite(
        subsidy,
        kind="subsidy_resumed",
        key=f"subsidy_resumed:{subsidy.pk}:{subsidy.version}",
        subject="suspension levée",
        happened=("La suspension de la subvention est levée : l’instruction et les versements reprennent.",),
        path=subsidy.get_absolute_url(),
        at=at,
    )


# --- Account ---


def tell_account_changed(change: AccountChange, *, at: dt.datetime) -> None:
    """The payee must notice a change that it did not ask for."""
    hours = change.subsidy.campaign.iban_freeze_hours
    _tell_collectivite(
        change.subsidy,
        kind="account_changed",
        key=f"account_changed:{change.pk}:{change.version}",
        subject="compte de versement modifié",
        happened=(
            f"Les versements de la subvention se feront sur le compte terminé par {change.iban[-4:]}.",
            f"Par précaution, aucun paiement ne l’utilise avant {plural(hours, one='heure')}.",
        ),
        to_do="Si vous n’avez pas demandé ce changement, prévenez la DAF sans attendre.",
        path=change.subsidy.get_absolute_url(),
        at=at,
    )


def tell_account_refused(change: AccountChange, *, at: dt.datetime, motive: str) -> None:
    _tell_collectivite(
        change.subsidy,
        kind="account_refused",
        key=f"account_refused:{change.pk}:{change.version}",
        subject="nouveau compte refusé",
        happened=("La DAF n’a pas confirmé le nouveau compte de versement.", f"Motif : {motive.strip()}"),
        to_do="Déposez un autre relevé d’identité bancaire, ou gardez le compte actuel.",
        path=change.subsidy.get_absolute_url(),
        at=at,
    )


# --- Resources ---


def tell_grant_notified(grant: ResourcesSubsidy, *, at: dt.datetime) -> None:
    _tell_college(
        grant,
        kind="grant_notified",
        key=f"grant_notified:{grant.pk}:{grant.version}",
        subject=f"dotation de ressources – {grant.school.in_words}",
        happened=(
            f"Votre établissement, collège référent de l’{grant.school.in_words}, recevra {euros(grant.amount)} pour l’achat de "
            "ressources numériques pédagogiques destinées à cette école.",
        ),
        to_do="Recueillez les souhaits de la direction de l’école, puis commandez ; l’emploi de la dotation est à justifier.",
        by=grant.justify_by,
        at=at,
    )


# --- To whom ---


def _tell_collectivite(
    subsidy: EquipmentSubsidy,
    *,
    kind: str,
    key: str,
    subject: str,
    happened: tuple[str, ...],
    path: str,
    at: dt.datetime,
    to_do: str = "",
    by: dt.date | None = None,
    service: str = DAF,
) -> None:
    academie = subsidy.thread.academie
    notices.queue(
        key=key,
        kind=kind,
        to=recipients_of(subsidy.convention.dossier, on=at.date()),
        message=Message(
            programme=subsidy.campaign.mail_subject,
            subject=subject,
            happened=happened,
            to_do=to_do,
            by=by,
            path=path,
            link_label="Ouvrir le dossier",
            signed_by=service,
        ),
        reply_to=academie.dane_email if service == DANE else academie.daf_email,
        at=at,
        thread=subsidy.thread,
    )


def _tell_college(
    grant: ResourcesSubsidy,
    *,
    kind: str,
    key: str,
    subject: str,
    happened: tuple[str, ...],
    to_do: str,
    at: dt.datetime,
    by: dt.date | None = None,
) -> None:
    notices.queue(
        key=key,
        kind=kind,
        to=recipients.of(grant.payee, Role.COLLEGE_REFERENT, on=at.date()),
        message=Message(
            programme=grant.campaign.mail_subject,
            subject=subject,
            happened=happened,
            to_do=to_do,
            by=by,
            path=reverse("subsidies:resources", args=[grant.pk]),
            link_label="Ouvrir la dotation",
            signed_by=DAF,
        ),
        reply_to=grant.thread.academie.daf_email,
        at=at,
        thread=grant.thread,
    )
