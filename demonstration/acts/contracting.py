"""From the draft of the convention to its notification."""

import datetime as dt

from conventions import services as conventions
from conventions.enums import DeliberatingOrgan
from conventions.rules import CbrSense
from demonstration import invented, people
from demonstration.acts.common import paper, there
from demonstration.scene import Scene
from plannumerique.lib.text import de
from plannumerique.organisations.actor import Actor
from subsidies.services.convention import notify_convention as notify_and_open


def open_convention(scene: Scene, actor: Actor) -> None:
    conventions.open_convention(dossier=scene.dossier, actor=actor)


def negotiate(scene: Scene, actor: Actor) -> None:
    conventions.negotiate(convention_id=scene.convention.pk, actor=actor)


def describe_payee(scene: Scene, actor: Actor) -> None:
    holder = f"Trésorerie d’exemple, commune {de(scene.collectivite.name)}"
    iban = invented.account_of_commune(scene.number)
    rib = paper(scene, actor, "RIB FICTIF", f"Titulaire : {holder}", f"IBAN : {iban}", name="rib.pdf", issuer="Banque de France")
    convention = scene.convention
    conventions.describe_payee(
        convention_id=convention.pk,
        actor=actor,
        siret=invented.siret(scene.siren),
        iban=iban,
        iban_holder=holder,
        bic="BDFEFRPPXXX",
        file=rib,
    )
    conventions.describe_deployment(
        convention_id=convention.pk,
        actor=actor,
        deployment_from=dt.date(2016, 9, 1),
        deployment_until=dt.date(2016, 12, 16),
        steering="Un comité de suivi réunit chaque trimestre la commune, la DANE et les directions d’école.",
    )


def check_rib(scene: Scene, actor: Actor) -> None:
    convention = scene.convention
    conventions.check_piece(convention=convention, piece=there(convention.rib), actor=actor, accepted=True)


def settle(scene: Scene, actor: Actor) -> None:
    conventions.settle(convention_id=scene.convention.pk, actor=actor)


def request_cbr(scene: Scene, actor: Actor) -> None:
    conventions.request_cbr(convention_id=scene.convention.pk, actor=actor, on=actor.today)


def record_cbr_reception(scene: Scene, actor: Actor) -> None:
    conventions.record_cbr_reception(convention_id=scene.convention.pk, actor=actor, on=actor.today)


def record_cbr_request(scene: Scene, actor: Actor) -> None:
    question = "Le contrôleur demande le calendrier des livraisons et l’échéancier des crédits de paiement."
    conventions.record_cbr_request(convention_id=scene.convention.pk, actor=actor, on=actor.today, question=question)


def record_cbr_answer(scene: Scene, actor: Actor) -> None:
    answer = "Livraisons de septembre à novembre ; acompte en septembre, solde en mars au plus tôt."
    conventions.record_cbr_answer(convention_id=scene.convention.pk, actor=actor, on=actor.today, answer=answer)


def record_cbr_opinion(scene: Scene, actor: Actor, *, sense: CbrSense, motive: str) -> None:
    file = paper(
        scene, actor, "AVIS FICTIF", f"Sens de l’avis : {sense.label}", motive, name="avis-cbr.pdf", issuer="Contrôle budgétaire"
    )
    conventions.record_cbr_opinion(
        convention_id=scene.convention.pk, actor=actor, sense=sense, on=actor.today, file=file, comment=motive
    )


def tell_next_sitting(scene: Scene, actor: Actor, *, on: dt.date) -> None:
    conventions.tell_next_sitting(convention_id=scene.convention.pk, actor=actor, on=on)


def record_deliberation(scene: Scene, actor: Actor, *, on: dt.date) -> None:
    """On the day that it is executory: published and received at the préfecture."""
    number = f"2016-{scene.number:02}-EXEMPLE"
    words = ("Le conseil municipal autorise le maire à signer la convention.", f"Séance du {on:%d/%m/%Y}.")
    conventions.record_deliberation(
        convention_id=scene.convention.pk,
        actor=actor,
        organ=DeliberatingOrgan.CONSEIL_MUNICIPAL,
        number=number,
        on=on,
        published_on=actor.today,
        prefecture_on=actor.today,
        file=paper(scene, actor, "DÉLIBÉRATION FICTIVE", f"Délibération n° {number}", *words, name="deliberation.pdf"),
    )


def check_deliberation(scene: Scene, actor: Actor) -> None:
    convention = scene.convention
    conventions.check_piece(convention=convention, piece=there(convention.deliberation_piece), actor=actor, accepted=True)


def receive_deliberation(scene: Scene, actor: Actor) -> None:
    conventions.receive_deliberation(convention_id=scene.convention.pk, actor=actor)


def sign_for_collectivite(scene: Scene, actor: Actor) -> None:
    conventions.sign_for_collectivite(
        convention_id=scene.convention.pk,
        actor=actor,
        on=actor.today,
        signatory=actor.name,
        capacity="Maire",
        file=paper(scene, actor, "CONVENTION FICTIVE", f"Signé : {actor.name}, maire", name="convention-signee.pdf"),
    )


def check_signed_copy(scene: Scene, actor: Actor) -> None:
    convention = scene.convention
    conventions.check_piece(convention=convention, piece=there(convention.collectivite_copy), actor=actor, accepted=True)


def sign_for_recteur(scene: Scene, actor: Actor, *, late: str) -> None:
    """On paper: the scan bears both signatures."""
    words = (f"Signé : le maire {de(scene.collectivite.name)}", f"Signé : {actor.name}, {people.RECTEUR.capacity}")
    conventions.sign_for_recteur(
        convention_id=scene.convention.pk,
        actor=actor,
        on=actor.today,
        signatory=actor.name,
        capacity=people.RECTEUR.capacity,
        late_motive=late,
        file=paper(scene, actor, "CONVENTION FICTIVE", *words, name="convention-deux-signatures.pdf"),
    )


def notify_convention(scene: Scene, actor: Actor) -> None:
    notify_and_open(convention_id=scene.convention.pk, actor=actor, on=actor.today)
