"""A dossier with two schools, somebody of each role around it, and what they write to each other."""

import uuid
from dataclasses import dataclass

from plannumerique.files.models import StoredFile
from plannumerique.journal.models import Thread
from plannumerique.messages.enums import Audience
from plannumerique.messages.models import Message
from plannumerique.messages.services import writing
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import LEVEL_OF_ROLE, Level, Role
from plannumerique.organisations.models import School
from projects.models import Dossier
from tests.factories import CirconscriptionFactory, SchoolFactory, actor_for
from tests.factories_projects import ApplicationFactory, DossierFactory

# Who stands around a dossier; the second director is of its other school, the last two of elsewhere.
ROLES = {
    "dane": Role.AGENT_DANE,
    "dan": Role.DAN,
    "daf": Role.GESTIONNAIRE_DAF,
    "valideur": Role.VALIDEUR_DAF,
    "recteur": Role.RECTEUR,
    "dsi": Role.DSI,
    "administrator": Role.ADMINISTRATOR,
    "dsden": Role.DSDEN,
    "ien": Role.IEN,
    "erun": Role.ERUN,
    "editeur": Role.EDITEUR,
    "signataire": Role.SIGNATAIRE,
    "mandataire": Role.MANDATAIRE,
    "director": Role.DIRECTOR,
    "other_director": Role.DIRECTOR,
    "college": Role.COLLEGE_REFERENT,
    "foreign_editeur": Role.EDITEUR,
    "foreign_director": Role.DIRECTOR,
}


@dataclass(frozen=True)
class Around:
    """The dossier and its people; `who("daf")` makes the account the first time that it is asked for."""

    dossier: Dossier
    school: School
    other_school: School
    people: dict[str, Actor]

    @property
    def thread(self) -> Thread:
        return self.dossier.thread

    def who(self, name: str) -> Actor:
        if name not in self.people:
            self.people[name] = actor_for(ROLES[name], self._place(name))
        return self.people[name]

    def everybody(self) -> dict[str, Actor]:
        return {name: self.who(name) for name in ROLES}

    def _place(self, name: str) -> object:
        if name.startswith("foreign") or name == "college":
            return None
        return {
            Level.ACADEMIE: self.dossier.campaign.academie,
            Level.DEPARTEMENT: self.school.departement,
            Level.CIRCONSCRIPTION: self.school.circonscription,
            Level.COLLECTIVITE: self.dossier.collectivite,
            Level.SCHOOL: self.other_school if name == "other_director" else self.school,
        }[LEVEL_OF_ROLE[ROLES[name]]]


def around() -> Around:
    """The IEN has the first school alone in her circonscription."""
    dossier: Dossier = DossierFactory()
    first: School = SchoolFactory(collectivite=dossier.collectivite, circonscription=CirconscriptionFactory())
    other: School = SchoolFactory(collectivite=dossier.collectivite)
    for school in (first, other):
        ApplicationFactory(dossier=dossier, school=school)
    return Around(dossier, first, other, {})


def says(
    thread: Thread,
    actor: Actor,
    audience: Audience = Audience.ALL,
    *,
    school: School | None = None,
    text: str = "Bonjour.",
    attachment: StoredFile | None = None,
) -> Message:
    with writing(thread=thread, audience=audience, school=school, text=text, key=uuid.uuid4(), actor=actor) as message:
        message.attachment = attachment
    return message
