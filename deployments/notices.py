"""The mails of deliveries."""

import datetime as dt

from django.urls import reverse

from deployments.models import MobileClass
from plannumerique.lib.dates import plain_date
from plannumerique.notices import services as notices
from plannumerique.notices.services import Message
from plannumerique.organisations import recipients
from plannumerique.organisations.enums import Role
from projects.documents import DANE


def tell_the_ien(mobile_class: MobileClass, *, at: dt.datetime) -> None:
    """The IEN learns that a school of hers is equipped: one mail a school and a day, however many classes came together."""
    school, campaign = mobile_class.school, mobile_class.convention.campaign
    if mobile_class.received_on is None:
        return
    message = Message(
        programme=campaign.mail_subject,
        subject=f"matériel reçu à l’{school.in_words}",
        happened=(
            f"L’{school.in_words} a reçu le {plain_date(mobile_class.received_on)} du matériel prévu par la convention.",
            "Chaque classe mobile reçue a sa page, avec son bon de livraison et les réserves éventuelles.",
        ),
        path=f"{reverse('deployments:classes')}?q={school.uai}",
        link_label="Voir les classes mobiles de l’école",
        signed_by=DANE,
    )
    notices.queue(
        key=f"reception:{mobile_class.convention_id}:{school.pk}:{mobile_class.received_on.isoformat()}",
        kind="reception",
        to=recipients.of(school.circonscription, Role.IEN, on=at.date()),
        message=message,
        reply_to=mobile_class.thread.academie.dane_email,
        at=at,
        thread=mobile_class.thread,
    )
