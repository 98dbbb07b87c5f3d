"""What the acts of a subsidy share: the convention that they refer to, the imputation, the calendar of the campaign."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst

from conventions.models import Convention
from plannumerique.files.letters import Addressee, Row, Table
from plannumerique.lib.dates import plain_date
from plannumerique.lib.text import typeset
from plannumerique.organisations.models import School
from projects.documents import lines_of, texts
from projects.enums import ActKind, DeadlineCode
from projects.models import Campaign

# As a comptable reads them; the database keeps no order, and what is not named here comes last.
BUDGET_LINES = ("Programme", "Action", "Domaine fonctionnel", "Centre financier", "Centre de coûts", "Activité")


@dataclass(frozen=True, kw_only=True)
class Account:
    """Whom the money goes to, as the comptable needs it."""

    labels = {"payee": "le bénéficiaire", "siret": "le SIRET du bénéficiaire", "iban": "l’IBAN du bénéficiaire"}

    payee: str
    siret: str
    iban: str
    bic: str = ""
    holder: str = ""


def account_of(convention: Convention) -> Account:
    return Account(
        payee=convention.dossier.collectivite.in_words,
        siret=convention.siret,
        iban=convention.iban,
        bic=convention.bic,
        holder=convention.iban_holder,
    )


def imputation_of(campaign: Campaign, *, ej_number: str = "") -> Table | None:
    """The budget lines of the campaign, in its own words; None, which refuses the act, as long as one is to be filled."""
    lines: Mapping[str, Any] = campaign.imputation
    if not campaign.is_imputation_filled():
        return None
    named = {capfirst(str(label).replace("_", " ")): str(value) for label, value in lines.items()}
    rows = [Row(label=label, cells=(named[label],)) for label in sorted(named, key=_budget_rank)]
    if ej_number:
        rows.append(Row(label="Engagement juridique (EJ)", cells=(ej_number,)))
    return Table(caption="Lignes budgétaires", columns=("Élément", "Valeur"), rows=tuple(rows))


def _budget_rank(label: str) -> int:
    return BUDGET_LINES.index(label) if label in BUDGET_LINES else len(BUDGET_LINES)


def convention_in_words(convention: Convention) -> str:
    """« la convention n° AAP-2016-CONV-0003 signée le 25 août 2016 », or nothing, which refuses the act."""
    if not convention.reference or convention.recteur_signed_on is None:
        return ""
    return typeset(f"la convention n° {convention.reference} signée le {plain_date(convention.recteur_signed_on)}")


def deliberation_in_words(convention: Convention) -> str:
    """« délibération n° 2016-42 du 27 juin 2016 du conseil municipal, reçue en préfecture le 29 juin 2016 »."""
    if convention.deliberation_on is None:
        return ""
    number = f" n° {convention.deliberation_number}" if convention.deliberation_number else ""
    organ = f" ({convention.get_deliberation_organ_display()})" if convention.deliberation_organ else ""
    received = f", reçue en préfecture le {plain_date(convention.prefecture_on)}" if convention.prefecture_on else ""
    return typeset(f"délibération{number} du {plain_date(convention.deliberation_on)}{organ}{received}")


@dataclass(frozen=True, kw_only=True)
class SoldeCalendar:
    """When the file must be complete and the service fait constaté, and when the solde is paid then, or otherwise."""

    labels = {
        "complete": "la date limite de justification (campagne)",
        "paid": "la date limite de versement du solde (campagne)",
        "otherwise": "la date de reprise des versements de solde (campagne)",
    }

    complete: str
    paid: str
    otherwise: str


def solde_calendar_of(campaign: Campaign) -> SoldeCalendar:
    justification = campaign.deadline(DeadlineCode.JUSTIFICATION)
    solde = campaign.deadline(DeadlineCode.SOLDE)
    reopening = campaign.deadline(DeadlineCode.SOLDE_NEXT_YEAR)
    return SoldeCalendar(
        complete=justification.label if justification else "",
        paid=solde.before_or_on if solde else "",
        otherwise=f"à partir du {plain_date(reopening.on)}" if reopening else "",
    )


def paragraphs(campaign: Campaign, act: ActKind) -> dict[str, tuple[str, ...]]:
    """The campaign's words for an act, slot by slot, one paragraph a line; one query."""
    return {slot: lines_of(text) for slot, text in texts(campaign, act).items()}


def college_addressee(college: School) -> Addressee:
    place = f"{college.postal_code} {college.commune_name}".strip()
    address = "\n".join(filter(None, [college.address, place]))
    return Addressee(name=college.name, capacity="Madame, Monsieur le chef d’établissement", address=address)
