"""The certificate for the payment of the solde."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from plannumerique.files.letters import Row, Table
from plannumerique.files.models import IssuedDocument
from plannumerique.organisations.actor import Actor
from projects.enums import ActKind
from subsidies.documents.payments import PaymentCertificate, certificate_parts, issue_about_payment
from subsidies.documents.service_fait import classes_table
from subsidies.models import Payment
from subsidies.readings.claims import definitive_of, names_of_classes
from subsidies.readings.promises import promise_of
from subsidies.rules import Definitive


@dataclass(frozen=True, kw_only=True)
class SoldeCertificate(PaymentCertificate):
    kind = "solde"
    title = "Certificat pour le versement du solde"
    act = "le certificat du solde"
    template = "subsidies/pdf/solde.html"
    labels: ClassVar[Mapping[str, str]] = {
        "complete_on": "la date à laquelle les pièces sont complètes",
        "constated_on": "la date de constatation du service fait",
        "service_fait": "le numéro du certificat de service fait",
        "rule": "les dates de justification et de solde (campagne)",
    }

    complete_on: date | None
    constated_on: date | None
    service_fait: str
    rule: str
    classes: Table
    definitive: Decimal
    already_paid: Decimal


def issue_certificate(payment: Payment, *, actor: Actor) -> IssuedDocument:
    """Called by services.payments, in the passage that validates a request of kind SOLDE."""
    subsidy = payment.equipment
    assert subsidy is not None  # payment_of_one_subsidy holds it
    definitive = definitive_of(subsidy)
    received = {one.key: one.received_on for one in subsidy.convention.mobile_classes.select_related("school")}
    certificate = IssuedDocument.objects.about(subsidy).of_kind(ActKind.SERVICE_FAIT.value).in_force().order_by("-pk").first()
    promise = promise_of(subsidy, today=actor.today)
    letter = SoldeCertificate(
        **{**certificate_parts(payment, ActKind.SOLDE, actor=actor), "computation": _computation(payment, definitive)},  # type: ignore[arg-type]
        complete_on=subsidy.complete_on,
        constated_on=subsidy.service_fait_on,
        service_fait=certificate.reference if certificate else subsidy.service_fait_reference,
        rule=promise.sentence if promise else "",
        classes=classes_table(definitive, names_of_classes(subsidy), received),
        definitive=definitive.amount,
        already_paid=payment.already_paid,
    )
    return issue_about_payment(letter, payment, ActKind.SOLDE, actor=actor)


def _computation(payment: Payment, definitive: Definitive) -> Table:
    """From the definitive subsidy to the solde; the classes have a table of their own."""
    return Table(
        caption="Calcul du solde",
        columns=("Élément", "Montant"),
        rows=(
            Row(label="Subvention définitive", cells=(definitive.amount,), note=definitive.explanation),
            Row(label="Déjà versé", cells=(-payment.already_paid,)),
        ),
        total=Row(label="Solde à payer", cells=(payment.amount,)),
    )
