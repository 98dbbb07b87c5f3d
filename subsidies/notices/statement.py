"""The mails of the expense statement and of the service fait: what happened, what to do, by when, where."""

import datetime as dt

from plannumerique.lib.dates import plain_date
from plannumerique.lib.money import euros
from plannumerique.notices import services as notices
from plannumerique.notices.services import Message
from plannumerique.organisations import recipients
from plannumerique.organisations.enums import DANE as ROLES_OF_THE_DANE
from plannumerique.organisations.enums import Role
from plannumerique.organisations.recipients import Recipients
from projects.documents import DANE
from projects.notices import recipients_of
from subsidies.models import EquipmentSubsidy, Invoice
from subsidies.readings.promises import calendar_of, due_in_words
from subsidies.rules import PaymentPromise, solde_due


def tell_deposited(subsidy: EquipmentSubsidy, *, at: dt.datetime) -> None:
    """To the DANE, whose own delay begins now."""
    assert subsidy.complete_on is not None  # the move has just set it
    collectivite, academie = subsidy.convention.dossier.collectivite.in_words, subsidy.thread.academie
    _queue(
        subsidy,
        kind="statement_deposited",
        to=recipients.of(academie, *ROLES_OF_THE_DANE, on=at.date()),
        subject=f"justificatifs déposés par {collectivite}",
        happened=(
            f"L’état récapitulatif et les factures sont déposés par {collectivite}, complets le {plain_date(subsidy.complete_on)}.",
        ),
        to_do="Vérifiez les factures ; le DAN constate ensuite le service fait.",
        by=_limit(subsidy, at=at),
        signed_by="Le portail du plan numérique",
        at=at,
    )


def tell_completion_requested(subsidy: EquipmentSubsidy, *, motive: str, at: dt.datetime) -> None:
    _queue(
        subsidy,
        kind="statement_to_complete",
        to=recipients_of(subsidy.convention.dossier, on=at.date()),
        subject="justificatifs à compléter",
        happened=("La DANE demande de compléter l’état récapitulatif ou les factures.", f"Motif : {motive.strip()}"),
        to_do=(
            "Complétez, faites certifier l’état s’il a changé, puis déposez de nouveau : la date qui compte pour le versement "
            "est celle de ce nouveau dépôt."
        ),
        by=_limit(subsidy, at=at),
        signed_by=DANE,
        at=at,
    )


def tell_invoice_rejected(invoice: Invoice, *, at: dt.datetime) -> None:
    _queue(
        invoice.subsidy,
        kind="invoice_rejected",
        key=f"invoice_rejected:{invoice.pk}",
        to=recipients_of(invoice.subsidy.convention.dossier, on=at.date()),
        subject=f"{'avoir' if invoice.is_credit_note else 'facture'} {invoice.number} non {invoice.agreed('retenu')}",
        happened=(
            f"La DANE n’a pas retenu {invoice.in_words} de {invoice.supplier_name} ({euros(invoice.amount_ttc)} TTC).",
            f"Motif : {invoice.motive}",
        ),
        to_do="Sa dépense n’entre plus dans la subvention. Si elle peut être corrigée, prenez contact avec la DANE.",
        path=invoice.get_absolute_url(),
        signed_by=DANE,
        at=at,
    )


def tell_service_fait(subsidy: EquipmentSubsidy, *, promise: PaymentPromise | None, at: dt.datetime) -> None:
    """To the collectivité, and to the DAF whose turn it is."""
    assert subsidy.service_fait_on is not None  # the move has just set it
    assert subsidy.definitive_amount is not None
    solde = solde_due(definitive=subsidy.definitive_amount, paid=subsidy.paid_total)
    collectivite, academie = subsidy.convention.dossier.collectivite.in_words, subsidy.thread.academie
    due = due_in_words(subsidy, promise)
    known = (
        f"Le service fait est constaté le {plain_date(subsidy.service_fait_on)} pour {collectivite}. La subvention définitive est de "
        f"{euros(subsidy.definitive_amount)} (déjà versé : {euros(subsidy.paid_total)}).",
        *([due] if due else []),
    )
    _queue(
        subsidy,
        kind="service_fait",
        to=recipients_of(subsidy.convention.dossier, on=at.date()),
        subject="service fait constaté",
        happened=known,
        signed_by=DANE,
        at=at,
    )
    _queue(
        subsidy,
        kind="service_fait_daf",
        to=recipients.of(academie, Role.GESTIONNAIRE_DAF, on=at.date()),
        subject=f"service fait constaté pour {collectivite}",
        happened=known,
        to_do="Liquidez le solde." if solde else "Constatez qu’il n’est pas dû de solde.",
        by=promise.pay_by if solde and promise else None,
        signed_by="Le portail du plan numérique",
        at=at,
    )


def _limit(subsidy: EquipmentSubsidy, *, at: dt.datetime) -> dt.date | None:
    """The last day in time, as long as it is to come: nobody is asked for yesterday."""
    calendar = calendar_of(subsidy.campaign)
    return calendar.justification.last_day if calendar and calendar.justification.is_met(at.date()) else None


def _queue(
    subsidy: EquipmentSubsidy,
    *,
    kind: str,
    to: Recipients,
    subject: str,
    happened: tuple[str, ...],
    signed_by: str,
    at: dt.datetime,
    to_do: str = "",
    by: dt.date | None = None,
    key: str = "",
    path: str = "",
) -> None:
    notices.queue(
        key=key or f"{kind}:{subsidy.pk}:{subsidy.version}",
        kind=kind,
        to=to,
        message=Message(
            programme=subsidy.campaign.mail_subject,
            subject=subject,
            happened=happened,
            to_do=to_do,
            by=by,
            path=path or subsidy.get_absolute_url(),
            signed_by=signed_by,
        ),
        reply_to=subsidy.thread.academie.dane_email,
        at=at,
        thread=subsidy.thread,
    )
