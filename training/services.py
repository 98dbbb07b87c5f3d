import datetime as dt

from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import save_or_refuse
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.models import School
from projects.models import Campaign
from training.enums import SessionKind
from training.models import Session
from training.permissions import can_schedule


def schedule(
    *, campaign: Campaign, kind: SessionKind, place: School, starts_at: dt.datetime, seats: int, actor: Actor
) -> Session:
    """Announce a session in a school of the campaign's académie."""
    session = Session(academie=campaign.academie, campaign=campaign, kind=kind, place=place, starts_at=starts_at, seats=seats)
    can_schedule.demand(actor, session)
    if place.departement.academie_id != campaign.academie_id:
        raise Refused(
            f"L’établissement {place} n’est pas dans l’{campaign.academie} : choisissez une école ou un collège de l’académie."
        )
    if starts_at < actor.at:
        raise Refused("Cette session aurait déjà commencé : choisissez un jour et une heure à venir.")
    save_or_refuse(session)
    return session
