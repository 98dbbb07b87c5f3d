"""The certificate of the service fait: which classes, which expense, which definitive subsidy, and which rule dates the solde."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from deployments.models import MobileClass
from plannumerique.files import services as files
from plannumerique.files.enums import Readers
from plannumerique.files.letters import Letter, Row, Signature, Table
from plannumerique.files.models import IssuedDocument
from plannumerique.lib.text import starts_lower, typeset
from plannumerique.organisations.actor import Actor
from projects import documents as acts
from projects.documents import DAF
from projects.enums import ActKind
from projects.rules import ClassKey
from subsidies.documents.common import convention_in_words, paragraphs
from subsidies.documents.payments import decision_in_words
from subsidies.models import EquipmentSubsidy
from subsidies.permissions import can_certify_service_fait
from subsidies.readings.claims import names_of_classes
from subsidies.readings.promises import due_in_words, promise_of
from subsidies.rules import Definitive


@dataclass(frozen=True, kw_only=True)
class ServiceFaitCertificate(Letter):
    kind = "service_fait"
    title = "Certificat de service fait"
    act = "le certificat de service fait"
    template = "subsidies/pdf/service_fait.html"
    labels: ClassVar[Mapping[str, str]] = {
        "programme": "le nom du programme",
        "collectivite": "la collectivité",
        "convention": "le numéro et la date de la convention",
        "decision": "le numéro et la date de la décision",
        "statement": "le numéro de l’état récapitulatif",
        "complete_on": "la date à laquelle les pièces sont complètes",
        "constated_by": "la personne qui constate",
        "rule": "les dates de justification et de solde (campagne)",
    }

    programme: str
    campaign: str
    collectivite: str
    convention: str
    decision: str
    statement: str
    certified_by: str
    complete_on: date | None
    constated_on: date
    constated_by: str
    constated_capacity: str
    rule: str
    classes: Table
    set_aside: Table | None
    explanation: str
    definitive: Decimal
    already_paid: Decimal
    reservations: str
    deliveries_with_reservations: tuple[str, ...]
    body: tuple[str, ...] = ()
    replaced: str = ""


def issue_service_fait(subsidy: EquipmentSubsidy, definitive: Definitive, *, actor: Actor) -> IssuedDocument:
    """In the passage of the constatation, once its dates and amounts are on the subsidy."""
    earlier = IssuedDocument.objects.about(subsidy).of_kind(ActKind.SERVICE_FAIT.value).in_force().order_by("-pk").first()
    return files.issue(
        _certificate(subsidy, definitive, earlier, actor=actor),
        thread=subsidy.thread,
        subject=subsidy,
        actor=actor,
        readers=Readers.COLLECTIVITE,
        series=acts.series(subsidy.campaign, ActKind.SERVICE_FAIT),
        reference=acts.reference(subsidy.campaign, ActKind.SERVICE_FAIT),
        replaces=earlier,
    )


def _certificate(
    subsidy: EquipmentSubsidy, definitive: Definitive, earlier: IssuedDocument | None, *, actor: Actor
) -> ServiceFaitCertificate:
    campaign, convention, statement = subsidy.campaign, subsidy.convention, subsidy.statement
    assert subsidy.service_fait_on is not None  # the move has just set it
    names = names_of_classes(subsidy)
    received = {one.key: one for one in convention.mobile_classes.select_related("school")}
    return ServiceFaitCertificate(
        sender=acts.sender(campaign),
        place=campaign.academie.city,
        dated=actor.today,
        subject=f"{campaign.mail_subject} – constatation du service fait",
        signature=_signature(subsidy, actor=actor),
        copies=(convention.dossier.collectivite.in_words, DAF),
        programme=campaign.programme,
        campaign=campaign.label,
        collectivite=convention.dossier.collectivite.in_words,
        convention=convention_in_words(convention),
        decision=decision_in_words(subsidy),
        statement=statement.document.reference if statement.document else "",
        certified_by=f"{statement.certified_name}, {starts_lower(statement.certified_capacity)}",
        complete_on=subsidy.complete_on,
        constated_on=subsidy.service_fait_on,
        constated_by=actor.name,
        constated_capacity=_capacity(subsidy, actor=actor),
        rule=due_in_words(subsidy, promise_of(subsidy, today=actor.today)),
        classes=classes_table(definitive, names, {key: one.received_on for key, one in received.items()}),
        set_aside=_set_aside(definitive, names),
        explanation=definitive.explanation,
        definitive=definitive.amount,
        already_paid=subsidy.paid_total,
        reservations=subsidy.service_fait_reservations,
        deliveries_with_reservations=_reservations_of(definitive, names, received),
        body=paragraphs(campaign, ActKind.SERVICE_FAIT).get("body", ()),
        replaced=typeset(f"Ce certificat annule et remplace le certificat n° {earlier.reference}.") if earlier else "",
    )


def _reservations_of(
    definitive: Definitive, names: Mapping[ClassKey, str], received: Mapping[ClassKey, MobileClass]
) -> tuple[str, ...]:
    certified = _keys(definitive)
    return tuple(
        typeset(f"{names[key]} : {one.reservations}") for key, one in received.items() if one.reservations and key in certified
    )


def classes_table(definitive: Definitive, names: Mapping[ClassKey, str], received_on: Mapping[ClassKey, date | None]) -> Table:
    """Class by class, as the rules explain it: expense, base that the cap retains, the State's share."""
    funding = definitive.justified
    basis = funding.lines[0].basis.label if funding.lines else ""
    return Table(
        caption="Classes mobiles dont le service fait est constaté",
        columns=(
            "Classe mobile",
            "Reçue le",
            f"Dépense justifiée {basis}".strip(),
            "Base retenue",
            "Part de l’État",
            "Reste à charge",
        ),
        rows=tuple(
            Row(
                label=names[line.key],
                cells=(received_on.get(line.key), line.expense, line.retained_base, line.subsidy, line.own_share),
            )
            for line in funding.lines
        ),
        total=Row(label="Total", cells=(None, funding.expense, funding.retained_base, funding.total, funding.own_share)),
    )


def _set_aside(definitive: Definitive, names: Mapping[ClassKey, str]) -> Table | None:
    if not definitive.set_aside:
        return None
    return Table(
        caption="Dépenses écartées : classes dont le service fait n’est pas constaté",
        columns=("Classe mobile", "Dépense"),
        rows=tuple(Row(label=names[one.key], cells=(one.expense,)) for one in definitive.set_aside),
    )


def _capacity(subsidy: EquipmentSubsidy, *, actor: Actor) -> str:
    grant = can_certify_service_fait.grant(actor, subsidy)
    return (grant.capacity or str(grant.role.label)) if grant else ""


def _signature(subsidy: EquipmentSubsidy, *, actor: Actor) -> Signature:
    """Whoever attests signs; the delegation is the campaign's when it was given to that very person."""
    named = acts.signature(subsidy.campaign, ActKind.SERVICE_FAIT, actor=actor)
    delegation = named.delegation if named and named.name.casefold() == actor.name.casefold() else ""
    capacity = _capacity(subsidy, actor=actor)
    return Signature(
        name=actor.name,
        capacity=capacity[:1].upper() + capacity[1:],
        delegation=delegation,
        on_behalf_of=subsidy.campaign.academie.head,
        on=actor.today,
    )


def _keys(definitive: Definitive) -> set[ClassKey]:
    return {line.key for line in definitive.justified.lines}
