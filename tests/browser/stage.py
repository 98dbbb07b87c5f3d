"""The people and places of the nominal thread: a commune of Doubs, its school, the services of the académie."""

import datetime as dt
from dataclasses import dataclass

from plannumerique.accounts.models import User
from plannumerique.organisations.models import Academie, Collectivite, School
from projects import services as projects
from projects.campaign_templates import AAP_2016
from projects.models import Campaign
from tests.factories import (
    PASSWORD,
    AcademieFactory,
    CirconscriptionFactory,
    CollectiviteFactory,
    DepartementFactory,
    MembershipFactory,
    SchoolFactory,
    UserFactory,
    siren,
    siret,
)

SINCE = dt.date(2015, 9, 1)


@dataclass(frozen=True)
class Stage:
    campaign: Campaign
    collectivite: Collectivite
    school: School
    college: School
    editeur: User
    signataire: User
    director: User
    ien: User
    agent: User
    dan: User
    gestionnaire: User
    valideur: User
    recteur: User


def set_stage() -> Stage:
    academie = AcademieFactory()
    doubs = DepartementFactory(academie=academie)
    circonscription = CirconscriptionFactory(departement=doubs, name="Besançon 4")
    commune = CollectiviteFactory(
        departement=doubs, name="Ornans", address="26 rue Pierre-Vernier\n25290 Ornans", population=4_400
    )
    school = SchoolFactory(
        collectivite=commune, name="École élémentaire Courbet", commune_name="Ornans", circonscription=circonscription
    )
    college = SchoolFactory(
        college=True,
        name="Collège Pierre-Vernier",
        commune_name="Ornans",
        departement=doubs,
        siret=siret(siren(18, prefix="1925")),
    )
    return Stage(
        campaign=_campaign(academie),
        collectivite=commune,
        school=school,
        college=college,
        editeur=_person("Lou", editeur=True, collectivite=commune),
        signataire=_person("Camille", signataire=True, collectivite=commune, capacity="Maire"),
        director=_person("Alix", director=True, school=school),
        ien=_person("Noa", ien=True, circonscription=circonscription),
        agent=_person("Sacha", agent_dane=True, academie=academie),
        dan=_person("Dominique", dan=True, academie=academie),
        gestionnaire=_person("Claude", gestionnaire_daf=True, academie=academie),
        valideur=_person("Maxime", valideur_daf=True, academie=academie),
        recteur=_person("Andréa", recteur=True, academie=academie),
    )


def _person(first_name: str, **membership: object) -> User:
    user = UserFactory(first_name=first_name, email=f"{first_name.lower().replace('é', 'e')}@exemple.invalid", password=PASSWORD)
    MembershipFactory(user=user, starts_on=SINCE, **membership)
    return user


def _campaign(academie: Academie) -> Campaign:
    delegate = projects.SignatoryAs(
        name="Jo EXEMPLE",
        capacity="secrétaire générale d’académie",
        delegation="arrêté d’exemple du 1er septembre 2015",
        starts_on=SINCE,
    )
    campaign = projects.open_campaign(AAP_2016, academie=academie, signatories=[delegate])
    campaign.imputation = {"programme": "0214", "centre financier": "0214-EXEM-BESA", "activité": "021400EXEMPLE"}
    campaign.save(update_fields=["imputation"])
    return campaign
