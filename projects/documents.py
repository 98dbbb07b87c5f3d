"""The letters of an application, and the parts that every act of a campaign takes from its rows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

from django.utils import timezone

from plannumerique.files import services as files
from plannumerique.files.enums import Readers
from plannumerique.files.letters import Addressee, Letter, Row, Sender, Signature, Table
from plannumerique.files.models import IssuedDocument
from plannumerique.lib.dates import clock_time, plain_date
from plannumerique.lib.money import ZERO, euros, percentage
from plannumerique.lib.text import as_school, typeset
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import CollectiviteKind
from plannumerique.organisations.models import Collectivite
from projects.enums import ActKind
from projects.models import Application, Campaign, Signatory
from projects.rules import CapUnit, ClassExpense, ClassKey, FundingTerms, provisional_subsidy

DANE = "Délégation académique au numérique éducatif"
DAF = "Direction des affaires financières"

# How the acts of a kind are numbered: a code within the campaign, four digits without a gap.
CODES: dict[ActKind, str] = {
    ActKind.RECEIPT: "AR",
    ActKind.SELECTION: "SEL",
    ActKind.NON_SELECTION: "NSE",
    ActKind.CONVENTION: "CONV",
    ActKind.DECISION: "DEC",
    ActKind.ACOMPTE: "ACO",
    ActKind.SERVICE_FAIT: "SF",
    ActKind.SOLDE: "SOL",
    ActKind.PAYMENT_NOTICE: "AV",
    ActKind.RESOURCES: "RES",
}


_HEAD_OF = {
    CollectiviteKind.COMMUNE: "maire",
    CollectiviteKind.EPCI: "président",
    CollectiviteKind.SYNDICAT: "président",
    CollectiviteKind.DEPARTEMENT: "président du conseil départemental",
    CollectiviteKind.OTHER: "représentant légal",
}


# --- What every act takes from its campaign ---


def series(campaign: Campaign, act: ActKind) -> str:
    return f"{campaign.academie.code}-{campaign.code}-{CODES[act]}"


def reference(campaign: Campaign, act: ActKind) -> str:
    return f"{campaign.code}-{CODES[act]}-{{number:04}}"


def sender(campaign: Campaign, *, service: str = DANE) -> Sender:
    academie = campaign.academie
    email = academie.daf_email if service == DAF else academie.dane_email
    return Sender(academie=academie.name, service=service, address=academie.address, email=email, head=academie.head)


def head_of(collectivite: Collectivite) -> str:
    return _HEAD_OF[CollectiviteKind(collectivite.kind)]


def addressee(collectivite: Collectivite) -> Addressee:
    name = collectivite.in_words.removeprefix("la ")
    return Addressee(
        name=name[:1].upper() + name[1:],
        capacity=f"Madame, Monsieur le {head_of(collectivite)}",
        address=collectivite.address,
    )


def signature(campaign: Campaign, act: ActKind, *, actor: Actor) -> Signature | None:
    """Who signs that act on the actor's day, as the campaign's rows say; None leaves a blank that refuses the issue."""
    found = Signatory.objects.in_force(actor.today).filter(campaign=campaign, act=act).order_by("-starts_on", "-pk").first()
    if found is None:
        return None
    head = campaign.academie.head
    return Signature(name=found.name, capacity=found.capacity, delegation=found.delegation, on_behalf_of=head)


def texts(campaign: Campaign, act: ActKind) -> dict[str, str]:
    """The académie's own words for that act, by slot; one query."""
    return dict(campaign.texts.filter(act=act).values_list("slot", "text"))


def lines_of(text: str) -> tuple[str, ...]:
    """A text typed one item a line: visas, articles."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def rates_in_words(terms: FundingTerms) -> str:
    """« 50 % », or « 70 % jusqu’à 200 000,00 €, puis 50 % au-delà »."""
    *limited, last = terms.tiers
    if not limited:
        return percentage(last.rate)
    steps = [f"{percentage(tier.rate)} jusqu’à {euros(tier.up_to or ZERO)}" for tier in limited]
    return f"{', puis '.join(steps)}, puis {percentage(last.rate)} au-delà"


def cap_in_words(terms: FundingTerms) -> str:
    """The ceiling, HT or TTC, and the rate, under a table that applies them."""
    unit = "" if terms.cap_unit is CapUnit.PER_CLASS else f", les plafonds se compensant {terms.cap_unit.label}"
    return typeset(
        f"Dépense retenue dans la limite de {euros(terms.expense_cap)} {terms.tax_basis.label} par classe mobile{unit} ; "
        f"taux de prise en charge : {rates_in_words(terms)}."
    )


def forecast_table(
    forecasts: list[ClassExpense], *, terms: FundingTerms, caption: str, names: Mapping[ClassKey, str] | None = None
) -> Table:
    """Class by class: forecast, base that the cap retains, State's share, what stays with the collectivité."""
    funding = provisional_subsidy(forecasts, terms=terms)
    return Table(
        caption=caption,
        columns=("Classe mobile", f"Dépense prévue {terms.tax_basis.label}", "Base retenue", "Part de l’État", "Reste à charge"),
        rows=tuple(
            Row(
                label=(names or {}).get(line.key, str(line.key)),
                cells=(line.expense, line.retained_base, line.subsidy, line.own_share),
            )
            for line in funding.lines
        ),
        total=Row(label="Total", cells=(funding.expense, funding.retained_base, funding.total, funding.own_share)),
        note=cap_in_words(terms),
    )


# --- The letters of an application ---


@dataclass(frozen=True, kw_only=True)
class ApplicationLetter(Letter):
    labels: ClassVar[Mapping[str, str]] = {
        "school": "l’école",
        "programme": "le nom du programme",
        "signature": "le signataire de l’acte (campagne)",
    }

    programme: str
    campaign: str
    collectivite: str
    school: str
    uai: str
    commune: str
    phase: str
    body: tuple[str, ...] = ()
    forecast: Table | None = None


@dataclass(frozen=True, kw_only=True)
class Receipt(ApplicationLetter):
    kind = "receipt"
    title = "Accusé de réception de candidature"
    act = "l’accusé de réception"
    template = "projects/pdf/receipt.html"

    deposited_at: str
    classes: int
    expense: Decimal
    basis: str


@dataclass(frozen=True, kw_only=True)
class SelectionLetter(ApplicationLetter):
    kind = "selection"
    title = "Lettre de sélection"
    act = "la lettre de sélection"
    template = "projects/pdf/selection.html"
    labels = {"selection_list": "la liste ou la séance de sélection"}

    selection_list: str
    local: bool
    classes_asked: int
    classes: int
    subsidy: Decimal
    resources: Decimal


@dataclass(frozen=True, kw_only=True)
class NonSelectionLetter(ApplicationLetter):
    kind = "non_selection"
    title = "Lettre de non-sélection"
    act = "la lettre de non-sélection"
    template = "projects/pdf/non_selection.html"
    labels = {"motive": "le motif", "recourse": "les voies de recours (texte de la campagne)"}

    selection_list: str
    local: bool
    motive: str


def issue_receipt(application: Application, *, actor: Actor) -> IssuedDocument:
    """The acknowledgement of a deposit; a later deposit of the same line cancels and replaces it."""
    assert application.submitted_at is not None
    deposited = timezone.localtime(application.submitted_at)
    forecasts, terms = application.expenses(), application.campaign.current_terms().as_rule()
    letter = Receipt(
        **_common(application, ActKind.RECEIPT, actor=actor),
        forecast=forecast_table(forecasts, terms=terms, caption="Dépenses prévues"),
        deposited_at=f"{plain_date(deposited)} à {clock_time(deposited)}",
        classes=len(forecasts),
        expense=sum((one.expense for one in forecasts), ZERO),
        basis=terms.tax_basis.label,
    )
    return issue(letter, ActKind.RECEIPT, application, actor=actor)


def issue_selection_letter(application: Application, act: ActKind, *, actor: Actor, motive: str = "") -> IssuedDocument:
    if act is ActKind.NON_SELECTION:
        rejected = NonSelectionLetter(
            **_common(application, act, actor=actor),
            selection_list=application.selection_list,
            local=application.campaign.local_selection,
            motive=motive,
        )
        return issue(
            replace(rejected, recourse=texts(application.campaign, act).get("recourse", "")), act, application, actor=actor
        )
    terms = application.campaign.current_terms().as_rule()
    retained = application.expenses(limit=application.retained_classes)
    letter = SelectionLetter(
        **_common(application, act, actor=actor),
        forecast=forecast_table(retained, terms=terms, caption="Classes mobiles retenues"),
        selection_list=application.selection_list,
        local=application.campaign.local_selection,
        classes_asked=application.classes_asked(),
        classes=len(retained),
        subsidy=provisional_subsidy(retained, terms=terms).total,
        resources=terms.resources_grant,
    )
    return issue(letter, act, application, actor=actor)


def issue(letter: ApplicationLetter, act: ActKind, application: Application, *, actor: Actor) -> IssuedDocument:
    earlier = IssuedDocument.objects.about(application).of_kind(letter.kind).in_force().order_by("-pk").first()
    return files.issue(
        letter,
        thread=application.thread,
        subject=application,
        readers=Readers.SCHOOL,
        school=application.school,
        actor=actor,
        series=series(application.campaign, act),
        reference=reference(application.campaign, act),
        replaces=earlier,
    )


def _common(application: Application, act: ActKind, *, actor: Actor) -> dict[str, Any]:
    campaign, school = application.campaign, application.school
    return {
        "sender": sender(campaign),
        "place": campaign.academie.city,
        "dated": actor.today,
        "addressee": addressee(application.dossier.collectivite),
        "subject": f"{campaign.mail_subject} – {as_school(school.name)}, {school.commune_name}",
        "signature": signature(campaign, act, actor=actor),
        "programme": campaign.programme,
        "campaign": campaign.label,
        "collectivite": application.dossier.collectivite.in_words,
        "school": school.name,
        "uai": school.uai,
        "commune": school.commune_name,
        "phase": application.phase.label,
        "body": lines_of(texts(campaign, act).get("body", "")),
    }
