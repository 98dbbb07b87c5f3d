"""What the pages of a mobile class show."""

from django.utils.text import capfirst

from deployments.enums import MobileClassState
from deployments.models import MobileClass
from plannumerique.lib.dates import plain_date
from plannumerique.ui.pieces import Badge, Fact, Tone

S = MobileClassState

TONES: dict[str, Tone] = {S.PLANNED: Tone.INFO, S.RECEIVED: Tone.SUCCESS, S.RENOUNCED: Tone.NEUTRAL}


def badge_of(mobile_class: MobileClass) -> Badge:
    return Badge(capfirst(mobile_class.get_state_display()), TONES[mobile_class.state])


def facts_of(mobile_class: MobileClass) -> list[Fact]:
    facts = [
        Fact("École", str(mobile_class.school), note=mobile_class.school.uai),
        Fact("Collectivité", mobile_class.convention.dossier.collectivite.name),
        Fact("État", badge=badge_of(mobile_class)),
    ]
    if mobile_class.received_on is None:
        return [*facts, Fact("Livraison attendue au plus tard le", on=mobile_class.delivery_expected_on)]
    facts += [
        Fact("Reçue le", on=mobile_class.received_on, note=_recorded_by(mobile_class)),
        Fact("Bon de livraison", mobile_class.delivery_note or "numéro non indiqué"),
        Fact("Réserves", mobile_class.reservations or "aucune"),
    ]
    if mobile_class.certified_on is not None:
        facts.append(Fact("Service fait constaté le", on=mobile_class.certified_on))
    return facts


def _recorded_by(mobile_class: MobileClass) -> str:
    return f"Réception enregistrée par {mobile_class.received_by}." if mobile_class.received_by else ""


def sentence_of(mobile_class: MobileClass) -> str:
    """Where the class stands, in the words of a person who does not handle subsidies."""
    if mobile_class.state == S.RECEIVED and mobile_class.received_on is not None:
        return f"La classe mobile est dans l’école depuis le {plain_date(mobile_class.received_on)}."
    if mobile_class.state == S.RENOUNCED:
        return "La collectivité a renoncé à équiper cette classe."
    if mobile_class.delivery_expected_on is None:
        return "La classe mobile est prévue par la convention."
    return f"La classe mobile est prévue par la convention : livraison au plus tard le {plain_date(mobile_class.delivery_expected_on)}."
