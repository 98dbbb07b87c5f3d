"""What the page of an expense statement shows: its state, its amounts unfolded class by class, what can be done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.text import capfirst

from plannumerique.journal.machine import obstacles
from plannumerique.lib.dates import plain_date
from plannumerique.lib.money import ZERO
from plannumerique.organisations.actor import Actor
from plannumerique.ui.pieces import Action, AmountLine, Amounts, Badge, Fact, Tone
from projects.rules import ClassKey, Funding, FundingError, public_aid_warning
from subsidies.enums import InvoiceState
from subsidies.models import EquipmentSubsidy, ExpenseStatement, Invoice
from subsidies.permissions import can_certify_statement, can_edit_statement, can_record_signed_statement
from subsidies.readings.claims import claim_of, definitive_of, names_of_classes
from subsidies.rules import Definitive, InvoicedAmount, solde_due, trop_percu
from subsidies.services.statement import READY_TO_CERTIFY

S = InvoiceState
TONES: dict[str, Tone] = {
    S.DEPOSITED: Tone.INFO,
    S.ACCEPTED: Tone.SUCCESS,
    S.REJECTED: Tone.ERROR,
    S.WITHDRAWN: Tone.NEUTRAL,
}


def badge_of(invoice: Invoice) -> Badge:
    return Badge(capfirst(invoice.state_in_words), TONES[invoice.state])


def facts_of(statement: ExpenseStatement) -> list[Fact]:
    facts = [Fact("Certification", badge=_certification(statement), note=_certified_by(statement))]
    if statement.document is not None:
        facts.append(Fact("État établi", f"n° {statement.document.reference}", url=statement.document.get_absolute_url()))
    if statement.signed_piece is not None:
        facts.append(Fact("État signé", "copie numérisée", url=statement.signed_piece.get_absolute_url()))
    aid = statement.other_public_aid
    return [*facts, Fact("Autres aides publiques", amount=aid, note=statement.other_public_aid_detail)]


def _certification(statement: ExpenseStatement) -> Badge:
    return Badge("Certifié exact", Tone.SUCCESS) if statement.is_certified else Badge("À certifier", Tone.WARNING)


def _certified_by(statement: ExpenseStatement) -> str:
    if statement.certified_on is None:
        return ""
    how = "sur papier" if statement.certified_on_paper else "en ligne"
    return f"Le {plain_date(statement.certified_on)}, {how}, par {statement.certified_name}, {statement.certified_capacity}."


# --- Amounts ---


@dataclass(frozen=True, slots=True)
class ClassAmounts:
    """What one class was invoiced, and what becomes of it; the three last figures stand on the campaign's basis."""

    label: str
    ht: Decimal
    ttc: Decimal
    retained_base: Decimal
    state_share: Decimal
    own_share: Decimal

    @property
    def vat(self) -> Decimal:
        return self.ttc - self.ht


def class_table(funding: Funding, invoiced: Iterable[InvoicedAmount], names: Mapping[ClassKey, str]) -> list[ClassAmounts]:
    """A line a class, then their total."""
    by_class = {ClassKey(one.uai, one.number): one for one in invoiced}
    rows = [
        ClassAmounts(
            names[line.key],
            by_class[line.key].ht,
            by_class[line.key].ttc,
            line.retained_base,
            line.subsidy,
            line.own_share,
        )
        for line in funding.lines
    ]
    ht, ttc = sum((row.ht for row in rows), ZERO), sum((row.ttc for row in rows), ZERO)
    return [*rows, ClassAmounts("Total", ht, ttc, funding.retained_base, funding.total, funding.own_share)]


def class_amounts(funding: Funding, names: Mapping[ClassKey, str]) -> list[Amounts]:
    """One amount a class: what it cost, what the cap retains, the State's share, what stays with the collectivité."""
    return [
        Amounts(
            names[line.key],
            line.subsidy,
            lines=(
                AmountLine(f"Dépense {line.basis.label}", line.expense),
                AmountLine("Plafond par classe", line.cap),
                AmountLine("Base retenue", line.retained_base),
                AmountLine("Part de l’État", line.subsidy, note=line.explanation, strong=True),
                AmountLine("Reste à la charge de la collectivité", line.own_share),
            ),
        )
        for line in funding.lines
    ]


@dataclass(frozen=True, slots=True)
class ClaimAmounts:
    total: Amounts
    classes: list[Amounts]
    table: list[ClassAmounts]


def claim_amounts(subsidy: EquipmentSubsidy) -> ClaimAmounts | None:
    """What the statement justifies as it stands, and class by class; None as long as it holds nothing."""
    invoiced = list(subsidy.invoices.counted().invoiced_amounts())
    try:
        claim = claim_of(subsidy, invoiced)
    except FundingError as error:
        return ClaimAmounts(Amounts("Subvention que l’état justifie à ce jour", None, note=str(error)), [], [])
    if not claim.justified.lines:
        return None
    names = names_of_classes(subsidy)
    return ClaimAmounts(
        total_amounts("Subvention que l’état justifie à ce jour", claim, subsidy),
        class_amounts(claim.justified, names),
        class_table(claim.justified, invoiced, names),
    )


def past_amounts(subsidy: EquipmentSubsidy) -> ClaimAmounts | None:
    """What was justified on paper before the portal: what each class has cost, without HT, VAT nor invoices."""
    if subsidy.service_fait_taken_over_on is None:
        return None
    definitive = definitive_of(subsidy)
    return ClaimAmounts(
        total_amounts("Subvention définitive", definitive, subsidy),
        class_amounts(definitive.justified, names_of_classes(subsidy)),
        [],
    )


def total_amounts(label: str, definitive: Definitive, subsidy: EquipmentSubsidy) -> Amounts:
    paid = subsidy.paid_total
    excess = trop_percu(definitive=definitive.amount, paid=paid)
    last = (
        AmountLine("Trop-perçu, à rendre", excess, strong=True)
        if excess
        else AmountLine("Solde", solde_due(definitive=definitive.amount, paid=paid), strong=True)
    )
    return Amounts(
        label,
        definitive.amount,
        lines=(
            AmountLine("Dépense des classes", definitive.justified.expense),
            AmountLine("Parts de l’État, classe par classe", definitive.justified.total),
            AmountLine(
                "Montant de la décision", subsidy.decided_amount, note="" if subsidy.decided_amount else "pas encore décidé"
            ),
            AmountLine("Maximum de la convention", definitive.convention_maximum),
            AmountLine("Subvention", definitive.amount, note=f"limitée par {definitive.limited_by.label}"),
            AmountLine("Déjà versé", -paid if paid else ZERO),
            last,
        ),
        unfolded=True,
    )


def aid_warning(statement: ExpenseStatement) -> str | None:
    """Whether the aids declared, with the State's, leave too little to the collectivité; no query when there are none."""
    if not statement.other_public_aid:
        return None
    try:
        claim = claim_of(statement.subsidy, statement.subsidy.invoices.counted().invoiced_amounts())
    except FundingError:
        return None
    return public_aid_warning(
        statement.other_public_aid + claim.amount,
        expense=claim.justified.expense,
        terms=statement.subsidy.convention.terms.as_rule(),
    )


# --- What can be done ---


def statement_actions(statement: ExpenseStatement, actor: Actor) -> list[Action]:
    """The acts that move no state, beside the moves of the subsidy: each with what stands in its way."""
    actions = []
    pk = statement.subsidy_id
    if can_edit_statement(actor, statement):
        hint = (
            "L’état est certifié exact : ce qui change une facture lui retire cette certification."
            if statement.is_certified
            else ""
        )
        actions.append(
            Action(
                "Ajouter une facture",
                reverse("subsidies:enter_invoice", args=[pk]),
                hint=hint,
                primary=not statement.is_certified,
            )
        )
    missing = tuple(obstacles(statement.subsidy, READY_TO_CERTIFY))
    if not statement.is_certified and can_certify_statement(actor, statement):
        actions.append(
            Action("Certifier exact en ligne", reverse("subsidies:certify_statement", args=[pk]), obstacles=missing, primary=True)
        )
    if not statement.is_certified and can_edit_statement(actor, statement):
        label = "Établir de nouveau l’état à signer" if statement.document else "Établir l’état à signer sur papier"
        actions.append(Action(label, reverse("subsidies:lay_out_statement", args=[pk]), obstacles=missing))
    if not statement.is_certified and statement.document and can_record_signed_statement(actor, statement):
        actions.append(
            Action(
                "Enregistrer l’état signé sur papier",
                reverse("subsidies:record_signed_statement", args=[pk]),
                obstacles=missing,
                hint="Le document établi par le portail, signé, numérisé ou photographié.",
            )
        )
    return actions
