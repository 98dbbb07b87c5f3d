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
from plannumerique.organisations.enums import COLLECTIVITE, Role
from plannumerique.organisations.models import Membership
from projects.documents import DAF, DANE
from projects.enums import DeadlineCode
from projects.models import CampaignDeadline
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
    academie = deadline.campaign.academie
    dans = Membership.objects.in_force(today).filter(academie=academie, role=Role.DAN, user__is_active=True)
    if unjustified or unconstated:
        summary = (_count(unjustified, "sans justificatifs complets"), _count(unconstated, "à constater par le DAN"))
        to_do = "Relancez les collectivités et constatez le service fait des dossiers complets."
        for recipient in dict.fromkeys([academie.dane_email, *dans.values_list("user__email", flat=True)]):
            yield from _to_service(deadline, recipient, summary, to_do=to_do, signed_by=DANE, today=today)


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
    yield from _to_service(deadline, deadline.campaign.academie.daf_email, summary, to_do=to_do, signed_by=DAF, today=today)


def _each_collectivite(
    deadline: CampaignDeadline, subsidies: Sequence[EquipmentSubsidy], *, today: dt.date
) -> Iterator[DueReminder]:
    settled = _settled(EquipmentSubsidy, deadline)
    recipients = _recipients(subsidies, today=today)
    for subsidy in subsidies:
        collectivite = subsidy.convention.dossier.collectivite
        for recipient in recipients[collectivite.pk] or [collectivite.email]:
            choice = due_reminders(
                today,
                deadline=deadline.as_rule(),
                offsets=deadline.offsets,
                settled=settled[subsidy.pk, recipient],
                since=subsidy.notified_on,
            )
            if choice.send is not None and recipient:
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
    deadline: CampaignDeadline, recipient: str, summary: tuple[str, ...], *, to_do: str, signed_by: str, today: dt.date
) -> Iterator[DueReminder]:
    rule = deadline.as_rule()
    settled = _settled(CampaignDeadline, deadline)[deadline.pk, recipient]
    choice = due_reminders(today, deadline=rule, offsets=deadline.offsets, settled=settled)
    if choice.send is None or not recipient:
        return
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


def _recipients(subsidies: Sequence[EquipmentSubsidy], *, today: dt.date) -> dict[int, list[str]]:
    """Who works for each collectivité that day; one query."""
    ids = {one.convention.dossier.collectivite_id for one in subsidies}
    people = Membership.objects.in_force(today).filter(collectivite_id__in=ids, role__in=COLLECTIVITE, user__is_active=True)
    found: dict[int, list[str]] = defaultdict(list)
    for collectivite_id, email in people.order_by("pk").values_list("collectivite_id", "user__email"):
        if email not in found[collectivite_id]:
            found[collectivite_id].append(email)
    return found


def _count(subsidies: Sequence[EquipmentSubsidy], what: str) -> str:
    names = [one.convention.dossier.collectivite.name for one in subsidies[:NAMED]]
    more = len(subsidies) - len(names)
    listed = french_list([*names, f"{more} autres"] if more else names)
    return f"{plural(len(subsidies), one='dossier')} {what}{f' : {listed}' if listed else ''}."
