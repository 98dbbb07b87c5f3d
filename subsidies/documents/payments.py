"""The certificate that goes with an acompte, and the notice sent to whoever was paid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from conventions.models import Convention
from plannumerique.files import services as files
from plannumerique.files.enums import Readers
from plannumerique.files.letters import Addressee, Letter, Row, Table
from plannumerique.files.models import IssuedDocument
from plannumerique.lib.dates import plain_date
from plannumerique.lib.text import typeset
from plannumerique.organisations.actor import Actor
from projects import documents as acts
from projects.documents import DAF
from projects.enums import ActKind
from projects.models import Campaign
from subsidies.documents.common import Account, college_addressee, convention_in_words, imputation_of, paragraphs
from subsidies.enums import PaymentKind
from subsidies.models import EquipmentSubsidy, Payment


@dataclass(frozen=True, kw_only=True)
class PaymentCertificate(Letter):
    """What the comptable reads with a payment request: the same parts for an acompte and for a solde."""

    labels: ClassVar[Mapping[str, str]] = {
        "programme": "le nom du programme",
        "convention": "le numéro et la date de la convention",
        "decision": "le numéro et la date de la décision",
        "ej_number": "le numéro d’engagement juridique (EJ)",
        "imputation": "l’imputation budgétaire (campagne)",
        "comptable": "le comptable assignataire (campagne)",
        "signature": "le signataire de l’acte (campagne)",
        "prepared_by": "la personne qui a préparé la demande",
        "validated_by": "la personne qui a validé la demande",
    }

    programme: str
    convention: str
    decision: str
    amount: Decimal
    computation: Table
    account: Account
    transfer_label: str
    ej_number: str
    exercise: int
    imputation: Table | None
    comptable: str
    prepared_by: str
    validated_by: str
    replaced: str = ""


@dataclass(frozen=True, kw_only=True)
class AcompteCertificate(PaymentCertificate):
    kind = "acompte"
    title = "Certificat pour le versement de l’acompte"
    act = "le certificat de l’acompte"
    template = "subsidies/pdf/acompte.html"
    labels: ClassVar[Mapping[str, str]] = {"requested_on": "la date de la demande de la collectivité"}

    requested_on: date | None
    acompte_rate: Decimal
    orders: Table


def issue_acompte_certificate(payment: Payment, *, actor: Actor) -> IssuedDocument:
    """In the passage that validates the request, once the validator is known."""
    subsidy = payment.equipment
    assert subsidy is not None  # payment_of_one_subsidy holds it
    letter = AcompteCertificate(
        **certificate_parts(payment, ActKind.ACOMPTE, actor=actor),  # type: ignore[arg-type]
        requested_on=subsidy.acompte_requested_on,
        acompte_rate=subsidy.acompte_rate,
        orders=_orders(subsidy),
    )
    return issue_about_payment(letter, payment, ActKind.ACOMPTE, actor=actor)


def certificate_parts(payment: Payment, act: ActKind, *, actor: Actor) -> dict[str, object]:
    """The parts of a certificate that every kind of payment of a subsidy shares."""
    subsidy = payment.equipment
    assert subsidy is not None  # payment_of_one_subsidy holds it
    campaign, convention = subsidy.campaign, subsidy.convention
    earlier = replaced_by_this(payment, act)
    return {
        "sender": acts.sender(campaign, service=DAF),
        "place": campaign.academie.city,
        "dated": actor.today,
        "addressee": Addressee(name=campaign.comptable),
        "subject": f"{campaign.programme} – {campaign.label} – {payment.payee_name}",
        "signature": acts.signature(campaign, act, actor=actor),
        "programme": campaign.programme,
        "convention": convention_in_words(convention),
        "decision": decision_in_words(subsidy),
        "amount": payment.amount,
        "computation": computation_of(payment),
        "account": account_of_payment(payment),
        "transfer_label": payment.transfer_label,
        "ej_number": payment.ej_number,
        "exercise": payment.exercise,
        "imputation": imputation_of(campaign),
        "comptable": campaign.comptable,
        "prepared_by": str(payment.preparer or ""),
        "validated_by": str(payment.validator or ""),
        "replaced": typeset(f"Ce certificat annule et remplace le certificat n° {earlier.reference}.") if earlier else "",
    }


def decision_in_words(subsidy: EquipmentSubsidy) -> str:
    if not subsidy.decision_reference or subsidy.decision_signed_on is None:
        return ""
    return typeset(f"la décision attributive n° {subsidy.decision_reference} du {plain_date(subsidy.decision_signed_on)}")


def computation_of(payment: Payment) -> Table:
    """The lines kept with the payment, then what it comes to."""
    return Table(
        caption="Calcul",
        columns=("Élément", "Montant"),
        rows=tuple(Row(label=one["label"], cells=(Decimal(one["amount"]),), note=one["note"]) for one in payment.explanation),
        total=Row(label="Montant à payer", cells=(payment.amount,)),
    )


def account_of_payment(payment: Payment) -> Account:
    return Account(
        payee=payee_in_words(payment),
        siret=payment.payee_siret,
        iban=payment.iban,
        bic=payment.bic,
        holder=payment.iban_holder,
    )


def payee_in_words(payment: Payment) -> str:
    """« la commune d’Ornans », or the collège that a grant goes to."""
    return payment.payee_name if payment.resources else payment.subsidy.credited.in_words


def _orders(subsidy: EquipmentSubsidy) -> Table:
    orders = subsidy.orders.accepted().order_by("ordered_on", "pk")
    return Table(
        caption="Bons de commande acceptés",
        columns=("Bon de commande", "Fournisseur", "Date", "Montant TTC"),
        rows=tuple(Row(label=one.number, cells=(one.supplier_name, one.ordered_on, one.amount_ttc)) for one in orders),
    )


def issue_about_payment(
    letter: Letter, payment: Payment, act: ActKind, *, actor: Actor, bears_account: bool = True
) -> IssuedDocument:
    """For the payee alone, collectivité or collège, and for the académie."""
    campaign, grant = payment.subsidy.campaign, payment.resources
    bare, whole = (Readers.COLLEGE, Readers.COLLEGE_ACCOUNT) if grant else (Readers.COLLECTIVITE, Readers.ACCOUNT)
    return files.issue(
        letter,
        thread=payment.thread,
        subject=payment,
        actor=actor,
        series=acts.series(campaign, act),
        reference=acts.reference(campaign, act),
        readers=whole if bears_account else bare,
        college=grant.payee if grant else None,
        replaces=replaced_by_this(payment, act),
    )


def replaced_by_this(payment: Payment, act: ActKind) -> IssuedDocument | None:
    """The same act made for an earlier request of the same subsidy and kind, rejected since."""
    same = {"equipment": payment.equipment} if payment.equipment_id else {"resources": payment.resources}
    others = Payment.objects.filter(kind=payment.kind, **same).exclude(pk=payment.pk)
    documents = IssuedDocument.objects.of_kind(act.value).in_force().filter(subject_kind=Payment._meta.label_lower)
    return documents.filter(subject_id__in=list(others.values_list("pk", flat=True))).order_by("-pk").first()


# --- Notice to the payee ---


@dataclass(frozen=True, kw_only=True)
class PaymentNotice(Letter):
    kind = "payment_notice"
    title = "Avis de versement"
    act = "l’avis de versement"
    template = "subsidies/pdf/payment_notice.html"
    labels: ClassVar[Mapping[str, str]] = {
        "programme": "le nom du programme",
        "payee": "le bénéficiaire",
        "convention": "le numéro et la date de la convention",
        "paid_on": "la date du paiement",
        "dp_number": "le numéro de demande de paiement (DP)",
        "signature": "le signataire de l’acte (campagne)",
    }

    programme: str
    campaign: str
    payee: str
    nature: str
    amount: Decimal
    convention: str
    decision: str
    paid_on: date | None
    dp_number: str
    transfer_label: str
    already_paid: Decimal
    ceiling: Decimal
    school: str = ""
    for_a_college: bool = False
    body: tuple[str, ...] = ()


NATURES = {
    PaymentKind.ACOMPTE: "acompte sur la subvention d’équipement",
    PaymentKind.SOLDE: "solde de la subvention d’équipement",
    PaymentKind.RESOURCES: "dotation de ressources numériques",
}


def issue_payment_notice(payment: Payment, *, actor: Actor) -> IssuedDocument:
    """Tells the payee what to look for on its account, and its comptable what to take in."""
    subsidy = payment.subsidy
    campaign, convention = subsidy.campaign, subsidy.convention
    grant = payment.resources
    letter = PaymentNotice(
        sender=acts.sender(campaign, service=DAF),
        place=campaign.academie.city,
        dated=actor.today,
        addressee=_addressee(payment, convention),
        subject=f"{campaign.mail_subject} – avis de versement",
        signature=acts.signature(campaign, ActKind.PAYMENT_NOTICE, actor=actor),
        copies=_copies(campaign),
        programme=campaign.programme,
        campaign=campaign.label,
        payee=payee_in_words(payment),
        nature=NATURES[PaymentKind(payment.kind)],
        amount=payment.amount,
        convention=convention_in_words(convention),
        decision=decision_in_words(subsidy) if isinstance(subsidy, EquipmentSubsidy) else "",
        paid_on=payment.paid_on,
        dp_number=payment.dp_number,
        transfer_label=payment.transfer_label,
        already_paid=payment.already_paid,
        ceiling=payment.ceiling,
        school=f"{grant.school.name} ({grant.school.uai}), à {grant.school.commune_name}" if grant else "",
        for_a_college=grant is not None,
        body=paragraphs(campaign, ActKind.PAYMENT_NOTICE).get("body", ()),
    )
    return issue_about_payment(letter, payment, ActKind.PAYMENT_NOTICE, actor=actor, bears_account=False)


def _addressee(payment: Payment, convention: Convention) -> Addressee:
    if payment.resources is not None:
        return college_addressee(payment.resources.payee)
    return acts.addressee(convention.dossier.collectivite)


def _copies(campaign: Campaign) -> tuple[str, ...]:
    return paragraphs(campaign, ActKind.PAYMENT_NOTICE).get("copies", ())
