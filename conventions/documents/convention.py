"""The convention as it is signed: twelve articles and five annexes, from the convention's own rows and the campaign's words."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import ClassVar, TypedDict

from conventions.documents.annexes import annexes_of, covered_by, funding_of
from conventions.models import Convention
from plannumerique.files import services as files
from plannumerique.files.enums import Readers
from plannumerique.files.letters import Letter, Signature, Table
from plannumerique.files.models import IssuedDocument
from plannumerique.lib.dates import plain_date
from plannumerique.lib.identifiers import spaced_iban, spaced_siren
from plannumerique.lib.money import ZERO, percentage
from plannumerique.lib.text import plural, typeset
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.models import Collectivite
from projects.documents import head_of, lines_of, rates_in_words, reference, sender, series, signature, texts
from projects.enums import ActKind, DeadlineCode
from projects.models import Campaign
from projects.rules import Funding, FundingTerms

ACT = ActKind.CONVENTION


@dataclass(frozen=True, kw_only=True)
class Party:
    """A signatory as the block of signatures shows it; the collectivité's name is written by hand."""

    party: str
    capacity: str
    name: str = ""
    delegation: str = ""
    on_behalf_of: str = "le recteur"


@dataclass(frozen=True, kw_only=True)
class Authorisation:
    """The délibération, when it is known before the text is settled."""

    organ: str
    number: str
    on: date
    received_on: date | None


@dataclass(frozen=True, kw_only=True)
class Payment:
    """When the subsidy is paid, in the words of the campaign's calendar."""

    labels: ClassVar[Mapping[str, str]] = {"comptable": "le comptable assignataire (campagne)"}

    acompte_rate: str
    justified: str
    paid: str
    paid_later: str
    comptable: str


@dataclass(frozen=True, kw_only=True)
class Account:
    labels: ClassVar[Mapping[str, str]] = {
        "holder": "le titulaire du compte",
        "siret": "le SIRET",
        "iban": "l’IBAN",
    }

    holder: str
    siret: str
    iban: str
    bic: str = ""


@dataclass(frozen=True, kw_only=True)
class Words:
    """The articles that the campaign words, one paragraph a line."""

    labels: ClassVar[Mapping[str, str]] = {
        "organisation": "le texte de l’article 2 (campagne)",
        "state_commitments": "le texte de l’article 3 (campagne)",
        "collectivite_commitments": "le texte de l’article 4 (campagne)",
        "steering": "le texte de l’article 7 (campagne)",
        "control": "le texte de l’article 8 (campagne)",
        "duration": "le texte de l’article 9 (campagne)",
        "amendments": "le texte de l’article 10 (campagne)",
        "termination": "le texte de l’article 11 (campagne)",
        "disputes": "le texte de l’article 12 (campagne)",
    }
    worded: ClassVar[Mapping[str, str]] = {
        "resources": "le texte des ressources (campagne)",
        "payment": "le texte du paiement (campagne)",
    }

    organisation: tuple[str, ...]
    state_commitments: tuple[str, ...]
    collectivite_commitments: tuple[str, ...]
    resources: tuple[str, ...]
    payment: tuple[str, ...]
    steering: tuple[str, ...]
    control: tuple[str, ...]
    duration: tuple[str, ...]
    amendments: tuple[str, ...]
    termination: tuple[str, ...]
    disputes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ConventionLetter(Letter):
    kind = "convention"
    title = "Convention de partenariat"
    act = "la convention"
    template = "conventions/pdf/convention.html"
    labels = {
        "visas": "les visas (texte de la campagne)",
        "state_signatory": "le signataire de la convention (campagne)",
        "tribunal": "le tribunal administratif (campagne)",
        "subsidy_max": "la subvention maximale",
        "deployment_from": "le début du déploiement",
        "deployment_until": "la fin du déploiement",
    }

    programme: str
    campaign: str
    dossier: str
    collectivite: str
    collectivite_address: str
    state_address: str
    siren: str
    head: str
    authorisation: Authorisation | None
    schools: int
    classes: int
    tax_basis: str
    expense: Decimal | None
    retained_base: Decimal | None
    subsidy_max: Decimal | None
    own_share: Decimal | None
    cap: Decimal
    cap_unit: str
    rates: str
    limit: str
    resources_grant: Decimal
    resources_total: Decimal
    payment: Payment
    words: Words
    steering: tuple[str, ...]
    deployment_from: date | None
    deployment_until: date | None
    tribunal: str
    covered: Table
    infrastructure: Table
    calendar: Table
    financing: Table | None
    account: Account
    state_signatory: str
    signatures: tuple[Party, ...]


def issue_convention(convention: Convention, *, actor: Actor) -> IssuedDocument:
    """The text that both parties will sign; it cancels and replaces the one issued before it, if any."""
    earlier = IssuedDocument.objects.about(convention).of_kind(ACT.value).in_force().order_by("-pk").first()
    return files.issue(
        convention_letter(convention, actor=actor),
        thread=convention.thread,
        subject=convention,
        actor=actor,
        series=series(convention.campaign, ACT),
        reference=reference(convention.campaign, ACT),
        # Annexe E bears the account to credit.
        readers=Readers.SIGNATORIES,
        replaces=earlier,
    )


def convention_letter(convention: Convention, *, actor: Actor) -> ConventionLetter:
    """Also the draft, at any stage: what is still missing is a blank, which refuses the issue."""
    campaign, collectivite = convention.campaign, convention.dossier.collectivite
    terms = convention.terms.as_rule()
    worded = texts(campaign, ACT)
    schools, classes = covered_by(convention)
    funding = funding_of(convention)
    signed = signature(campaign, ACT, actor=actor)
    return ConventionLetter(
        sender=sender(campaign),
        place=campaign.academie.city,
        dated=actor.today,
        visas=_paragraphs(worded, "visas"),
        programme=campaign.programme,
        campaign=campaign.label,
        dossier=convention.dossier.reference,
        collectivite=collectivite.in_words,
        collectivite_address=_inline(collectivite.address),
        state_address=_inline(campaign.academie.address),
        siren=spaced_siren(collectivite.siren),
        head=head_of(collectivite),
        authorisation=_authorisation(convention),
        schools=len(schools),
        classes=len(classes),
        **_figures(funding),
        **_limits(terms),
        resources_total=sum((one.resources_grant for one in schools), ZERO),
        payment=_payment(campaign, terms),
        words=_words(worded),
        steering=tuple(typeset(line) for line in lines_of(convention.steering)),
        deployment_from=convention.deployment_from,
        deployment_until=convention.deployment_until,
        tribunal=campaign.tribunal,
        **annexes_of(convention, schools, classes, funding),
        account=_account(convention),
        state_signatory=signed.name if signed else "",
        signatures=_parties(collectivite, signed),
    )


# --- Parties ---


def _inline(address: str) -> str:
    return ", ".join(lines_of(address))


def _authorisation(convention: Convention) -> Authorisation | None:
    if convention.deliberation_on is None:
        return None
    return Authorisation(
        organ=convention.get_deliberation_organ_display(),
        number=convention.deliberation_number,
        on=convention.deliberation_on,
        received_on=convention.prefecture_on,
    )


def _parties(collectivite: Collectivite, signed: Signature | None) -> tuple[Party, ...]:
    theirs = Party(party=f"Pour {collectivite.in_words}", capacity=f"Le {head_of(collectivite)}")
    if signed is None:
        return (theirs,)
    ours = Party(
        party="Pour l’État",
        capacity=signed.capacity,
        name=signed.name,
        delegation=signed.delegation,
        on_behalf_of=signed.on_behalf_of,
    )
    return (ours, theirs)


def _account(convention: Convention) -> Account:
    return Account(
        holder=convention.iban_holder,
        siret=spaced_siren(convention.siret),
        iban=spaced_iban(convention.iban),
        bic=convention.bic,
    )


# --- Figures ---


class _Figures(TypedDict):
    expense: Decimal | None
    retained_base: Decimal | None
    subsidy_max: Decimal | None
    own_share: Decimal | None


def _figures(funding: Funding | None) -> _Figures:
    """A subsidy that comes to nothing is a blank, as one that cannot be computed."""
    if funding is None:
        return _Figures(expense=None, retained_base=None, subsidy_max=None, own_share=None)
    return _Figures(
        expense=funding.expense,
        retained_base=funding.retained_base,
        subsidy_max=funding.total or None,
        own_share=funding.own_share,
    )


class _Limits(TypedDict):
    tax_basis: str
    cap: Decimal
    cap_unit: str
    rates: str
    limit: str
    resources_grant: Decimal


def _limits(terms: FundingTerms) -> _Limits:
    return _Limits(
        tax_basis=terms.tax_basis.label,
        cap=terms.expense_cap,
        cap_unit=terms.cap_unit.label,
        rates=rates_in_words(terms),
        limit=plural(terms.max_units_per_school, one="classe mobile", many="classes mobiles"),
        resources_grant=terms.resources_grant,
    )


# --- Articles ---


def _payment(campaign: Campaign, terms: FundingTerms) -> Payment:
    justification = campaign.deadline(DeadlineCode.JUSTIFICATION)
    solde = campaign.deadline(DeadlineCode.SOLDE)
    later = campaign.deadline(DeadlineCode.SOLDE_NEXT_YEAR)
    return Payment(
        acompte_rate=percentage(terms.acompte_rate) if terms.acompte_rate else "",
        justified=justification.label if justification else "",
        paid=solde.before_or_on if solde else "",
        paid_later=plain_date(later.on) if later else "",
        comptable=campaign.comptable,
    )


def _words(worded: Mapping[str, str]) -> Words:
    return Words(**{slot: _paragraphs(worded, slot) for slot in (field.name for field in fields(Words))})


def _paragraphs(worded: Mapping[str, str], slot: str) -> tuple[str, ...]:
    """Typed by the académie with ordinary spaces, set in the letter with the right ones."""
    return tuple(typeset(line) for line in lines_of(worded.get(slot, "")))
