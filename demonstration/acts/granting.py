"""The resources of each school, paid to its collège."""

from demonstration import invented
from demonstration.scene import Scene
from plannumerique.organisations.actor import Actor
from subsidies.models import ResourcesSubsidy
from subsidies.services import (
    references,
    resources,
)


def notify_grants(scene: Scene, actor: Actor) -> None:
    for grant in scene.grants():
        resources.notify_grant(grant_id=grant.pk, actor=actor, on=actor.today)


def record_college_account(scene: Scene, actor: Actor, *, college: str) -> None:
    for grant in scene.grants():
        if grant.payee.uai == college:
            number = int(college[:7])
            resources.record_college_account(
                grant_id=grant.pk,
                actor=actor,
                siret=invented.siret_of_nobody(number),
                iban=invented.account_of_college(number),
                bic="TRPUFRP1XXX",
            )


def prepare_grants(scene: Scene, actor: Actor) -> None:
    for rank, grant in enumerate(scene.grants(), start=1):
        ej = invented.ej(scene.number * 100 + rank)
        references.record_ej(model=ResourcesSubsidy, subsidy_id=grant.pk, actor=actor, ej_number=ej)
        resources.prepare_grant_payment(grant_id=grant.pk, actor=actor)
