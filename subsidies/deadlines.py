"""What falls due for the money: the justification before the limit of the year, the solde before the end of the year.

Each collectivité is reminded of its own dossier; the services (DANE, DAN, DAF) of all theirs at once, in one mail.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence

from plannumerique.lib.dates import days_left, is_weekend
from plannumerique.lib.money import ZERO, euros
from plannumerique.lib.text import french_list, plural
from plannumerique.notices.due import DueReminder
from plannumerique.notices.models import Reminder
from plannumerique.notices.services import Message
from plannumerique.organisations import recipients
from plannumerique.organisations.enums import DAF as ROLES_OF_THE_DAF
from plannumerique.organisations.enums import Role
from plannumerique.organisations.recipients import Recipients
from projects.documents import DAF, DANE
from projects.enums import DeadlineCode
from projects.models import CampaignDeadline
from projects.notices import recipients_of_each
from projects.rules import due_reminders
from subsidies.models import EquipmentSubsidy

# A mail to a service names so many dossiers, and counts the others.
NAMED = 10


def due(*, today: dt.date) -> Iterator[DueReminder]:
    """The reminders to send that day, the missed ones caught up by one; reads only the campaigns that have one due."""
    if is_weekend(today):
        return
    rows = CampaignDeadline.objects.filter(code__in=[DeadlineCode.JUSTIFICATION, DeadlineCode.SOLDE]).select_related(
        "campaign__academie"
    )
    for deadline in rows:
        if due_reminders(today, deadline=deadline.as_rule(), offsets=deadline.offsets, settled=()).send is None:
            continue
        if deadline.code == DeadlineCode.JUSTIFICATION:
            yield from _justification(deadline, today=today)
        else:
            yield from _solde(deadline, today=today)


def _justification(deadline: CampaignDeadline, *, today: dt.date) -> Iterator[DueReminder]:
    subsidies = EquipmentSubsidy.objects.filter(campaign=deadline.campaign).for_list()
    unjustified = list(subsidies.awaiting_statement())
    unconstated = list(subsidies.awaiting_service_fait())
    yield from _each_collectivite(deadline, unjustified, today=today)
    if unjustified or unconstated:
        summary = (_count(unjustified, "sans justificatifs complets"), _count(unconstated, "à constater par le DAN"))
        to_do = "Relancez les collectivités et constatez le service fait des dossiers complets."
        yield from _to_service(deadline, (Role.DAN,), summary, to_do=to_do, signed_by=DANE, today=today)


def _solde(deadline: CampaignDeadline, *, today: dt.date) -> Iterator[DueReminder]:
    justification = deadline.campaign.deadline(DeadlineCode.JUSTIFICATION)
    waiting = [
        one
        for one in EquipmentSubsidy.objects.filter(campaign=deadline.campaign).for_list().awaiting_solde()
        if justification is None or (one.service_fait_on and justification.is_met(one.service_fait_on))
    ]
    if not waiting:
        return
    left = sum((max((one.definitive_amount or ZERO) - one.paid_total, ZERO) for one in waiting), ZERO)
    summary = (_count(waiting, "dont le solde n’est pas versé"), f"Reste à verser dans l’année : {euros(left)}.")
    to_do = "Liquidez, validez et enregistrez les soldes promis pour cette année."
    yield from _to_service(deadline, ROLES_OF_THE_DAF, summary, to_do=to_do, signed_by=DAF, today=today)


def _each_collectivite(
    deadline: CampaignDeadline, subsidies: Sequence[EquipmentSubsidy], *, today: dt.date
) -> Iterator[DueReminder]:
    settled = _settled(EquipmentSubsidy, deadline)
    told = recipients_of_each([subsidy.convention.dossier for subsidy in subsidies], on=today)
    for subsidy, everybody in zip(subsidies, told, strict=True):
        collectivite = subsidy.convention.dossier.collectivite
        for recipient in everybody.each():
            choice = due_reminders(
                today,
                deadline=deadline.as_rule(),
                offsets=deadline.offsets,
                settled=settled[subsidy.pk, _name(recipient)],
                since=subsidy.notified_on,
            )
            if choice.send is not None:
                yield DueReminder(
                    thread=subsidy.thread,
                    subject=subsidy,
                    code=deadline.code,
                    deadline=deadline.on,
                    offset=choice.send,
                    recipient=recipient,
                    reply_to=deadline.campaign.academie.dane_email,
                    message=Message(
                        programme=deadline.campaign.mail_subject,
                        subject=f"justificatifs attendus {days_left(deadline.as_rule().last_day, today=today)}",
                        happened=(
                            f"Pour {collectivite.in_words}, l’état récapitulatif certifié exact et les factures ne sont pas encore complets.",
                            "Le solde est versé cette année si ces pièces sont complètes et le service fait constaté à temps, "
                            "sous réserve de la disponibilité des crédits ; au-delà, il est versé l’année suivante.",
                        ),
                        to_do="Déposez l’état récapitulatif certifié exact et toutes les factures.",
                        by=deadline.as_rule().last_day,
                        path=subsidy.get_absolute_url(),
                        signed_by=DANE,
                    ),
                )


def _to_service(
    deadline: CampaignDeadline, roles: tuple[Role, ...], summary: tuple[str, ...], *, to_do: str, signed_by: str, today: dt.date
) -> Iterator[DueReminder]:
    rule, settled = deadline.as_rule(), _settled(CampaignDeadline, deadline)
    for recipient in recipients.of(deadline.campaign.academie, *roles, on=today).each():
        choice = due_reminders(today, deadline=rule, offsets=deadline.offsets, settled=settled[deadline.pk, _name(recipient)])
        if choice.send is not None:
            yield DueReminder(
                thread=None,
                subject=deadline,
                code=deadline.code,
                deadline=deadline.on,
                offset=choice.send,
                recipient=recipient,
                reply_to=deadline.campaign.academie.dane_email,
                message=Message(
                    programme=deadline.campaign.mail_subject,
                    subject=f"{deadline.get_code_display()} : {days_left(rule.last_day, today=today)}",
                    happened=summary,
                    to_do=to_do,
                    by=rule.last_day,
                    path="/",
                    link_label="Ouvrir le portail",
                    signed_by=signed_by,
                ),
            )


def _name(recipient: Recipients) -> str:
    """As a reminder keeps it: one address, or none when nobody could be told."""
    return ", ".join(recipient.addresses)


def _settled(kind: type, deadline: CampaignDeadline) -> dict[tuple[int, str], set[int]]:
    """The offsets already sent, by object and recipient; one query for a whole campaign."""
    rows = Reminder.objects.filter(
        subject_kind=kind._meta.label_lower,  # type: ignore[attr-defined]
        code=deadline.code,
        deadline=deadline.on,
    )
    found: dict[tuple[int, str], set[int]] = defaultdict(set)
    for subject_id, recipient, offset in rows.values_list("subject_id", "recipient", "offset"):
        found[subject_id, recipient].add(offset)
    return found


def _count(subsidies: Sequence[EquipmentSubsidy], what: str) -> str:
    names = [one.convention.dossier.collectivite.name for one in subsidies[:NAMED]]
    more = len(subsidies) - len(names)
    listed = french_list([*names, f"{more} autres"] if more else names)
    return f"{plural(len(subsidies), one='dossier')} {what}{f' : {listed}' if listed else ''}."
