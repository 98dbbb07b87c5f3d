"""The award decision: what is granted, on what, how it is paid, what must be justified, what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar, TypedDict

from conventions.models import Convention
from conventions.rules import CbrSense
from plannumerique.files import services as files
from plannumerique.files.enums import Readers
from plannumerique.files.letters import Act, Row, Signature, Table
from plannumerique.files.models import IssuedDocument
from plannumerique.lib.dates import plain_date
from plannumerique.lib.money import percentage
from plannumerique.lib.text import plural, typeset
from plannumerique.organisations.actor import Actor
from projects import documents as acts
from projects.documents import DAF, rates_in_words
from projects.enums import ActKind
from projects.models import Signatory
from subsidies.documents.common import (
    Account,
    SoldeCalendar,
    account_of,
    convention_in_words,
    deliberation_in_words,
    imputation_of,
    paragraphs,
    solde_calendar_of,
)
from subsidies.models import EquipmentSubsidy
from subsidies.readings.claims import names_of_classes
from subsidies.rules import acompte_due


@dataclass(frozen=True, kw_only=True)
class Decision(Act):
    kind = "decision"
    title = "Décision attributive de subvention"
    act = "la décision attributive"
    template = "subsidies/pdf/decision.html"
    labels: ClassVar[Mapping[str, str]] = {
        "programme": "le nom du programme",
        "beneficiary": "le bénéficiaire",
        "convention": "le numéro et la date de la convention",
        "deliberation": "la délibération de la collectivité",
        "amount": "le montant de la décision",
        "imputation": "l’imputation budgétaire (campagne)",
        "comptable": "le comptable assignataire (campagne)",
        "eligible": "la nature des dépenses éligibles (texte de la campagne)",
        "justification": "les justificatifs à produire (texte de la campagne)",
        "reversement": "les cas de reversement (texte de la campagne)",
        "execution": "l’article d’exécution (texte de la campagne)",
        "recourse": "les voies et délais de recours (texte de la campagne)",
    }

    programme: str
    campaign: str
    beneficiary: str
    convention: str
    deliberation: str
    schools: int
    classes: int
    amount: Decimal | None
    convention_max: Decimal
    rate: str
    basis: str
    funding: Table
    acompte_rate: str
    acompte: Decimal
    calendar: SoldeCalendar
    deployment_until: date | None
    imputation: Table | None
    comptable: str
    account: Account
    eligible: tuple[str, ...]
    justification: tuple[str, ...]
    reversement: tuple[str, ...]
    execution: tuple[str, ...]
    list_of_schools: Table
    replaced: str = ""


def decision_letter(subsidy: EquipmentSubsidy, *, actor: Actor, signature: Signature | None) -> Decision:
    """The decision as it stands, for the draft on screen as for the issue."""
    campaign, convention = subsidy.campaign, subsidy.convention
    terms = convention.terms.as_rule()
    words = paragraphs(campaign, ActKind.DECISION)
    expenses = convention.expenses()
    decided = subsidy.decided_amount
    return Decision(
        sender=acts.sender(campaign, service=DAF),
        place=campaign.academie.city,
        dated=subsidy.decision_signed_on or actor.today,
        addressee=acts.addressee(convention.dossier.collectivite),
        subject=f"{campaign.programme} – {campaign.label} – {convention.dossier.collectivite}",
        visas=(*words.get("visas", ()), *_own_visas(subsidy, signature)),
        signature=signature,
        **_worded(words, by_default=campaign.academie.authority),
        programme=campaign.programme,
        campaign=campaign.label,
        beneficiary=convention.dossier.collectivite.in_words,
        convention=convention_in_words(convention),
        deliberation=deliberation_in_words(convention),
        schools=len({one.uai for one in expenses}),
        classes=len(expenses),
        amount=decided,
        convention_max=subsidy.convention_max,
        rate=rates_in_words(terms),
        basis=terms.tax_basis.label,
        funding=acts.forecast_table(
            expenses, terms=terms, caption="Calcul de la subvention prévisionnelle", names=names_of_classes(subsidy)
        ),
        acompte_rate=percentage(subsidy.acompte_rate) if subsidy.acompte_rate else "",
        acompte=acompte_due(decided or Decimal(0), terms=terms),
        calendar=solde_calendar_of(campaign),
        deployment_until=convention.deployment_until,
        imputation=imputation_of(campaign, ej_number=subsidy.ej_number),
        comptable=campaign.comptable,
        account=account_of(convention),
        list_of_schools=_list_of_schools(convention),
        replaced=_replaced(subsidy),
    )


class _Worded(TypedDict):
    """The articles that the campaign words."""

    authority: str
    recourse: str
    copies: tuple[str, ...]
    eligible: tuple[str, ...]
    justification: tuple[str, ...]
    reversement: tuple[str, ...]
    execution: tuple[str, ...]


def _worded(words: Mapping[str, tuple[str, ...]], *, by_default: str) -> _Worded:
    """`by_default`: the authority of the académie, where the campaign words none."""
    return _Worded(
        authority=" ".join(words.get("authority", ())) or by_default,
        recourse="\n".join(words.get("recourse", ())),
        copies=words.get("copies", ()),
        eligible=words.get("eligible", ()),
        justification=words.get("justification", ()),
        reversement=words.get("reversement", ()),
        execution=words.get("execution", ()),
    )


def issue_decision(subsidy: EquipmentSubsidy, *, actor: Actor) -> IssuedDocument:
    """Number and freeze the decision, last thing in the passage that signs it; a second one cancels and replaces the first."""
    signature = Signature(
        name=subsidy.decision_signatory,
        capacity=subsidy.decision_capacity,
        delegation=subsidy.decision_delegation,
        on_behalf_of=subsidy.campaign.academie.head,
        on=subsidy.decision_signed_on,
    )
    campaign = subsidy.campaign
    return files.issue(
        decision_letter(subsidy, actor=actor, signature=signature),
        thread=subsidy.thread,
        subject=subsidy,
        actor=actor,
        series=acts.series(campaign, ActKind.DECISION),
        reference=acts.reference(campaign, ActKind.DECISION),
        readers=Readers.SIGNATORIES,
        replaces=decision_in_force(subsidy),
    )


def decision_in_force(subsidy: EquipmentSubsidy) -> IssuedDocument | None:
    return IssuedDocument.objects.about(subsidy).of_kind(ActKind.DECISION.value).in_force().order_by("-pk").first()


def default_signatory(subsidy: EquipmentSubsidy, *, on: date) -> Signatory | None:
    """Who signs the decisions of the campaign on that day, to prefill the form."""
    rows = Signatory.objects.in_force(on).filter(campaign=subsidy.campaign, act=ActKind.DECISION)
    return rows.order_by("-starts_on", "-pk").first()


def _own_visas(subsidy: EquipmentSubsidy, signature: Signature | None) -> list[str]:
    """The visas that only this dossier has: its convention, its délibération, its avis, the delegation."""
    convention = subsidy.convention
    visas = []
    if convention_in_words(convention):
        visas.append(f"Vu {convention_in_words(convention)} entre l’État et {convention.dossier.collectivite.in_words}")
    if deliberation_in_words(convention):
        visas.append(f"Vu la {deliberation_in_words(convention)}")
    if convention.cbr_given_on is not None and convention.cbr_sense:
        sense = CBR_IN_WORDS[CbrSense(convention.cbr_sense)]
        visas.append(
            f"Vu l’{convention.campaign.get_cbr_nature_display()} {sense} du contrôleur budgétaire en région "
            f"du {plain_date(convention.cbr_given_on)}"
        )
    if convention.cbr_overruled_on is not None:
        visas.append(f"Vu la décision motivée de passer outre du {plain_date(convention.cbr_overruled_on)}")
    if signature is not None and signature.delegation:
        visas.append(
            f"Vu l’{signature.delegation}" if signature.delegation.startswith("arrêté") else f"Vu {signature.delegation}"
        )
    return [typeset(visa) for visa in visas]


CBR_IN_WORDS = {
    CbrSense.FAVOURABLE: "favorable",
    CbrSense.RESERVED: "favorable avec réserves",
    CbrSense.UNFAVOURABLE: "défavorable",
}


def _list_of_schools(convention: Convention) -> Table:
    covered = convention.covered_schools.select_related("school").prefetch_related("classes").order_by("school__search")
    return Table(
        caption="Écoles et classes mobiles",
        columns=("École", "UAI", "Classes mobiles"),
        rows=tuple(
            Row(label=str(one.school), cells=(one.school.uai, plural(len(one.classes.all()), one="classe"))) for one in covered
        ),
    )


def _replaced(subsidy: EquipmentSubsidy) -> str:
    earlier = decision_in_force(subsidy)
    if earlier is None:
        return ""
    return typeset(f"La présente décision annule et remplace la décision n° {earlier.reference}.")
