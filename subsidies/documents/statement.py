"""The expense statement as the collectivité prints it to sign it, or as it has certified it on line."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from plannumerique.files import services as files
from plannumerique.files.enums import Readers
from plannumerique.files.letters import Letter, Row, Table
from plannumerique.files.models import IssuedDocument
from plannumerique.lib.dates import short_date
from plannumerique.lib.money import ZERO
from plannumerique.lib.text import typeset
from plannumerique.organisations.actor import Actor
from projects import documents as acts
from subsidies.documents.common import convention_in_words
from subsidies.models import ExpenseStatement, InvoiceLine

KIND = "expense_statement"
CODE = "ER"


@dataclass(frozen=True, kw_only=True)
class StatementLetter(Letter):
    """The collectivité's own document: what it spent, line by line, and the words « certifié exact »."""

    kind = KIND
    title = "État récapitulatif des dépenses"
    act = "l’état récapitulatif"
    template = "subsidies/pdf/statement.html"
    labels: ClassVar[Mapping[str, str]] = {
        "collectivite": "la collectivité",
        "convention": "le numéro et la date de la convention",
        "classes": "les dépenses, classe par classe",
    }

    programme: str
    campaign: str
    collectivite: str
    siret: str
    convention: str
    basis: str
    classes: tuple[Table, ...]
    totals: Table
    other_public_aid: Decimal
    other_public_aid_detail: str
    certified_on: date | None
    certified_name: str
    certified_capacity: str


def issue_statement(statement: ExpenseStatement, *, actor: Actor) -> IssuedDocument:
    subsidy = statement.subsidy
    campaign, convention = subsidy.campaign, subsidy.convention
    lines = list(_lines(statement))
    letter = StatementLetter(
        sender=acts.sender(campaign),
        place=campaign.academie.city,
        dated=actor.today,
        programme=campaign.programme,
        campaign=campaign.label,
        collectivite=convention.dossier.collectivite.in_words,
        siret=convention.siret,
        convention=convention_in_words(convention),
        basis=convention.terms.as_rule().tax_basis.label,
        classes=tuple(_by_class(lines)),
        totals=_totals(lines),
        other_public_aid=statement.other_public_aid,
        other_public_aid_detail=statement.other_public_aid_detail,
        certified_on=statement.certified_on,
        certified_name=statement.certified_name,
        certified_capacity=statement.certified_capacity,
    )
    earlier = IssuedDocument.objects.about(statement).of_kind(KIND).in_force().order_by("-pk").first()
    return files.issue(
        letter,
        thread=statement.thread,
        subject=statement,
        actor=actor,
        series=f"{campaign.academie.code}-{campaign.code}-{CODE}",
        reference=f"{campaign.code}-{CODE}-{{number:04}}",
        readers=Readers.COLLECTIVITE,
        replaces=earlier,
    )


def _lines(statement: ExpenseStatement) -> Iterable[InvoiceLine]:
    return (
        InvoiceLine.objects.filter(invoice__in=statement.subsidy.invoices.counted())
        .select_related("invoice", "mobile_class__school")
        .order_by("mobile_class__school__search", "mobile_class__number", "invoice__invoiced_on", "pk")
    )


def _by_class(lines: Iterable[InvoiceLine]) -> Iterable[Table]:
    """One table a class: every line that it is charged with, and what they make."""
    classes: dict[int, list[InvoiceLine]] = defaultdict(list)
    for line in lines:
        classes[line.mobile_class_id].append(line)
    for group in classes.values():
        yield Table(
            caption=typeset(str(group[0].mobile_class)),
            columns=("Fournisseur et facture", "Date", "Nature", "HT", "TVA", "TTC", "Mandat"),
            rows=tuple(_row(line) for line in group),
            total=Row(label="Total de la classe", cells=("", "", *_sums(group), "")),
        )


def _row(line: InvoiceLine) -> Row:
    invoice = line.invoice
    dated = f" du {short_date(invoice.mandat_on)}" if invoice.mandat_on else ""
    return Row(
        label=typeset(f"{invoice.supplier_name}, n° {invoice.number}"),
        note=line.label,
        cells=(
            invoice.invoiced_on,
            line.get_category_display(),
            line.amount_ht,
            line.amount_ttc - line.amount_ht,
            line.amount_ttc,
            f"{invoice.mandat_number}{dated}" if invoice.mandat_number else "–",
        ),
    )


def _totals(lines: Iterable[InvoiceLine]) -> Table:
    every = list(lines)
    schools: dict[str, list[InvoiceLine]] = defaultdict(list)
    for line in every:
        schools[str(line.mobile_class.school)].append(line)
    return Table(
        caption="Totaux par école",
        columns=("École", "HT", "TVA", "TTC"),
        rows=tuple(Row(label=school, cells=_sums(group)) for school, group in schools.items()),
        total=Row(label="Total général", cells=_sums(every)),
    )


def _sums(lines: Iterable[InvoiceLine]) -> tuple[Decimal, Decimal, Decimal]:
    every = list(lines)
    ht = sum((line.amount_ht for line in every), ZERO)
    ttc = sum((line.amount_ttc for line in every), ZERO)
    return ht, ttc - ht, ttc
