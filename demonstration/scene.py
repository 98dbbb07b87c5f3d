"""What a step acts on: the rows of one dossier, read afresh each time, since the play may have been stopped in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from conventions.models import Convention
from deployments.models import MobileClass
from plannumerique.organisations.models import Collectivite
from projects.models import Application, Campaign, Dossier
from subsidies.models import EquipmentSubsidy, Payment, ResourcesSubsidy


class ClassName(NamedTuple):
    """The key that follows a class from its forecast to the solde."""

    uai: str
    number: int


@dataclass(frozen=True, slots=True)
class Place:
    """A school of a dossier: its collège référent, what it asks for each class (TTC), what it wants to do."""

    uai: str
    college: str
    forecasts: Sequence[str]
    title: str
    bandwidth: int = 20


@dataclass(frozen=True, slots=True)
class Scene:
    campaign: Campaign
    key: str
    number: int
    siren: str
    phase: int
    places: Sequence[Place]

    @property
    def collectivite(self) -> Collectivite:
        return Collectivite.objects.get(siren=self.siren)

    @property
    def dossier(self) -> Dossier:
        rows = Dossier.objects.select_related("thread", "campaign__academie", "collectivite")
        return rows.get(campaign=self.campaign, collectivite__siren=self.siren)

    def applications(self) -> list[Application]:
        rows = Application.objects.filter(dossier=self.dossier).select_related("school", "thread", "campaign", "phase")
        return list(rows.order_by("pk"))

    def application(self, uai: str) -> Application:
        return Application.objects.live().select_related("school").get(dossier=self.dossier, school__uai=uai)

    @property
    def convention(self) -> Convention:
        return Convention.objects.live().select_related("thread", "document", "dossier__collectivite").get(dossier=self.dossier)

    @property
    def subsidy(self) -> EquipmentSubsidy:
        rows = EquipmentSubsidy.objects.select_related("thread", "campaign", "convention__terms", "convention__dossier")
        return rows.get(convention=self.convention)

    def classes(self) -> dict[ClassName, MobileClass]:
        rows = MobileClass.objects.filter(convention=self.convention).select_related("school")
        return {ClassName(one.school.uai, one.number): one for one in rows.order_by("school__search", "number")}

    def grants(self) -> list[ResourcesSubsidy]:
        return list(ResourcesSubsidy.objects.filter(convention=self.convention).select_related("payee").order_by("pk"))

    def payments(self) -> list[Payment]:
        """Of the subsidy and of the grants."""
        return list(Payment.objects.filter(thread=self.dossier.thread).order_by("pk"))
