"""Situations of conventions, from the draft to the archive: `ConventionFactory(signed_recteur=True, schools=2)`."""

import datetime as dt
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from conventions.enums import ConventionState as S
from conventions.enums import PieceKind
from conventions.models import Convention, CoveredClass, CoveredSchool
from conventions.rules import project_amount
from plannumerique.files.enums import Readers
from plannumerique.files.models import IssuedDocument, Piece, StoredFile
from plannumerique.organisations.actor import Actor
from projects.campaign_templates import worded_for
from projects.campaign_texts.conventions import TEXTS
from projects.models import Application, CampaignText
from tests.factories import SchoolFactory, siret
from tests.factories_projects import ApplicationFactory, DossierFactory, PieceFactory

PARIS = ZoneInfo("Europe/Paris")
SETTLED = dt.date(2016, 7, 11)
REQUESTED, RECEIVED, GIVEN = dt.date(2016, 7, 12), dt.date(2016, 7, 13), dt.date(2016, 7, 20)
EXECUTORY = dt.date(2016, 7, 22)
SIGNED_BY_COLLECTIVITE, SIGNED_BY_RECTEUR = dt.date(2016, 7, 25), dt.date(2016, 7, 28)
NOTIFIED = dt.date(2016, 8, 1)

# Visibly fictitious accounts with their right keys: a comptable public (Banque de France), an EPLE (Trésor), a private bank.
PUBLIC_IBAN = "FR7630001002022500000000076"
EPLE_IBAN = "FR7610071250000000100012395"
PRIVATE_IBAN = "FR7630004000010000012345617"

_FIELDS: dict[str, dict[str, Any]] = {
    "ready": {
        "iban": PUBLIC_IBAN,
        "bic": "BDFEFRPPCCT",
        "iban_holder": "Trésorerie d’exemple",
        "deployment_from": dt.date(2016, 9, 1),
        "deployment_until": dt.date(2016, 12, 16),
        "steering": "Un comité de suivi par trimestre.",
    },
    "settled": {"settled_on": SETTLED},
    "cbr_requested": {"cbr_requested_on": REQUESTED, "cbr_received_on": RECEIVED},
    "cbr_given": {"cbr_sense": "favourable", "cbr_given_on": GIVEN},
    "deliberated": {
        "deliberation_organ": "conseil_municipal",
        "deliberation_number": "2016-42",
        "deliberation_on": dt.date(2016, 7, 18),
        "published_on": dt.date(2016, 7, 20),
        "prefecture_on": EXECUTORY,
        "executory_on": EXECUTORY,
    },
    "signed_collectivite": {
        "collectivite_signed_on": SIGNED_BY_COLLECTIVITE,
        "collectivite_signatory": "Dominique EXEMPLE",
        "collectivite_capacity": "maire",
    },
    "signed_recteur": {
        "recteur_signed_on": SIGNED_BY_RECTEUR,
        "recteur_signatory": "Alix EXEMPLE",
        "recteur_capacity": "secrétaire générale d’académie",
        "recteur_delegation": "arrêté d’exemple du 1er janvier 2016",
    },
    "notified": {"notified_on": NOTIFIED},
    "terminated": {"terminated_on": dt.date(2016, 9, 30)},
}
_SIGNED = ("ready", "settled", "deliberated", "signed_collectivite", "signed_recteur")
# What a convention in that state has lived through.
_LIVED: dict[S, tuple[str, ...]] = {
    S.DRAFT: (),
    S.NEGOTIATION: ("ready",),
    S.SETTLED: ("ready", "settled"),
    S.CBR_REQUESTED: ("ready", "settled", "cbr_requested"),
    S.CBR_GIVEN: ("ready", "settled", "cbr_requested", "cbr_given"),
    S.DELIBERATED: _SIGNED[:3],
    S.SIGNED_COLLECTIVITE: _SIGNED[:4],
    S.SIGNED_RECTEUR: _SIGNED,
    S.NOTIFIED: (*_SIGNED, "notified"),
    S.IN_EXECUTION: (*_SIGNED, "notified"),
    S.SETTLED_UP: (*_SIGNED, "notified"),
    S.ARCHIVED: (*_SIGNED, "notified"),
    S.ABANDONED: ("ready",),
    S.TERMINATED: (*_SIGNED, "notified", "terminated"),
}
_numbers = count(1)


def stored_file(**fields: Any) -> StoredFile:
    return StoredFile.objects.create(
        **{
            "file": "exemple/absent",
            "original_name": "exemple.pdf",
            "content_type": "application/pdf",
            "size": 1000,
            "sha256": "0" * 64,
            "uploaded_at": dt.datetime(2016, 7, 1, 10, 0, tzinfo=PARIS),
            **fields,
        }
    )


def draft_file(actor: Actor) -> StoredFile:
    """What the person has just sent with her form."""
    return stored_file(uploaded_by=actor.user)


def convention_texts(campaign: Any) -> None:
    CampaignText.objects.bulk_create(
        [
            CampaignText(campaign=campaign, act=act, slot=slot, text=worded_for(campaign.academie, text))
            for (act, slot), text in TEXTS.items()
        ],
        ignore_conflicts=True,
    )


class ConventionFactory(DjangoModelFactory):
    """A draft that covers one school and its three classes, at 8 000 €. A trait per state goes further along the life.

    `schools`, `classes` (by school) and `expense` make its size; any field may be given besides. `cbr=True` adds a favourable
    opinion to a state past it, `deliberation=True` a délibération to a state before it, `signed_copy=True` the scan of both
    signatures; `referent=False` leaves the schools without collège.
    """

    class Meta:
        model = Convention

    class Params:
        negotiation = factory.Trait(state=S.NEGOTIATION)
        settled = factory.Trait(state=S.SETTLED)
        cbr_requested = factory.Trait(state=S.CBR_REQUESTED, schools=12)
        cbr_given = factory.Trait(state=S.CBR_GIVEN, schools=12)
        deliberated = factory.Trait(state=S.DELIBERATED)
        signed_collectivite = factory.Trait(state=S.SIGNED_COLLECTIVITE)
        signed_recteur = factory.Trait(state=S.SIGNED_RECTEUR)
        notified = factory.Trait(state=S.NOTIFIED)
        in_execution = factory.Trait(state=S.IN_EXECUTION)
        settled_up = factory.Trait(state=S.SETTLED_UP)
        archived = factory.Trait(state=S.ARCHIVED)
        abandoned = factory.Trait(state=S.ABANDONED)
        terminated = factory.Trait(state=S.TERMINATED)

    state = S.DRAFT
    schools = 1
    classes = 3
    expense = Decimal("8000")
    cbr = False
    deliberation = False
    referent = True
    signed_copy = False
    dossier = factory.SubFactory(DossierFactory)
    thread = factory.LazyAttribute(lambda one: one.dossier.thread)
    campaign = factory.LazyAttribute(lambda one: one.dossier.campaign)
    terms = factory.LazyAttribute(lambda one: one.campaign.current_terms())
    version = 1

    @classmethod
    def _create(
        cls,
        model_class: Any,
        *args: Any,
        state: S,
        schools: int,
        classes: int,
        expense: Decimal,
        cbr: bool,
        deliberation: bool,
        referent: bool,
        signed_copy: bool,
        **fields: Any,
    ) -> Convention:
        root = {name: fields.pop(name) for name in ("dossier", "thread", "campaign", "terms", "version")}
        convention_texts(root["campaign"])
        convention = super()._create(model_class, *args, **root)
        lived = [*_LIVED[S(state)], *(["cbr_requested", "cbr_given"] if cbr else []), *(["deliberated"] if deliberation else [])]
        contracted = "signed_recteur" in lived
        for _ in range(schools):
            _cover(convention, classes, Decimal(expense), contracted=contracted, referent=referent, live=state not in _DEAD)
        values = {name: value for stage in lived for name, value in _FIELDS[stage].items()}
        Convention.objects.filter(pk=convention.pk).update(
            **{**values, **_computed(convention, lived, signed_copy=signed_copy), "state": state, **fields}
        )
        return Convention.objects.select_related("thread", *Convention.passage_related).get(pk=convention.pk)


_DEAD = (S.ABANDONED, S.TERMINATED)


def _cover(
    convention: Convention, classes: int, expense: Decimal, *, contracted: bool, referent: bool, live: bool
) -> CoveredSchool:
    trait = {"contracted": True} if contracted else {"covered": True}
    if not live and not contracted:
        trait = {"retained": True}
    application = ApplicationFactory(dossier=convention.dossier, **trait, costs=(expense,) * classes, retained_classes=classes)
    covered = CoveredSchool.objects.create(
        convention=convention,
        campaign=convention.campaign,
        school=application.school,
        referent_college=application.referent_college if referent else None,
        resources_grant=convention.terms.resources_grant,
        live=live,
    )
    cover_classes(covered, application, (expense,) * classes)
    return covered


def cover_one_more(convention: Convention, *, classes: int) -> CoveredSchool:
    """Another school of the dossier, under the same draft."""
    return _cover(convention, classes, Decimal("8000"), contracted=False, referent=True, live=True)


def cover_classes(covered: CoveredSchool, application: Application, expenses: tuple[Decimal, ...]) -> None:
    """Priced by the rules, when they accept the project."""
    CoveredClass.objects.bulk_create(
        CoveredClass(covered_school=covered, application=application, number=number, expense=expense)
        for number, expense in enumerate(expenses, start=1)
    )
    try:
        lines = {line.key: line for line in covered.convention.funding().lines}
    except ValueError:
        return
    for one in CoveredClass.objects.of_convention(covered.convention_id):
        line = lines[one.as_rule().key]
        CoveredClass.objects.filter(pk=one.pk).update(retained_base=line.retained_base, subsidy=line.subsidy)


def _computed(convention: Convention, lived: list[str], *, signed_copy: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "ready" in lived:
        found["siret"] = siret(convention.dossier.collectivite.siren)
        found["rib"] = piece_of(convention, PieceKind.RIB)
    if "settled" in lived:
        funding = convention.funding()
        found["project_amount"] = project_amount(funding, terms=convention.terms.as_rule())
        found["subsidy_max"] = funding.total
        found["resources_total"] = convention.terms.resources_grant * convention.covered_schools.count()
        found["document"] = document_of(convention, signed="notified" in lived or signed_copy)
    if "cbr_requested" in lived:
        found["cbr_amount"] = found["project_amount"]
    if "cbr_given" in lived:
        found["cbr_piece"] = piece_of(convention, PieceKind.CBR_OPINION)
    if "deliberated" in lived:
        found["deliberation_piece"] = piece_of(convention, PieceKind.DELIBERATION)
    if "signed_collectivite" in lived:
        found["collectivite_copy"] = piece_of(convention, PieceKind.SIGNED_BY_COLLECTIVITE)
    return found


def piece_of(convention: Convention, kind: PieceKind, **fields: Any) -> Piece:
    return PieceFactory(subject=convention, kind=kind.value, label=kind.label.capitalize(), **fields)


def document_of(convention: Convention, *, signed: bool = False, pending: bool = False) -> IssuedDocument:
    """A text issued and rendered, without the cost of rendering it; `pending`: still to be laid out."""
    number = next(_numbers)
    bytes_of_it = {} if pending else {"file": stored_file(), "sha256": "0" * 64, "state": "signed" if signed else "rendered"}
    signature = {
        "signed_file": stored_file(),
        "signatory_name": "Alix EXEMPLE",
        "signatory_capacity": "secrétaire générale d’académie",
        "signed_on": SIGNED_BY_RECTEUR,
    }
    return IssuedDocument.objects.create(
        thread=convention.thread,
        subject_kind=convention._meta.label_lower,
        subject_id=convention.pk,
        readers=Readers.SIGNATORIES,
        kind="convention",
        title="Convention de partenariat",
        series="essai-CONV",
        number=number,
        reference=f"essai-CONV-{number:04}",
        template="conventions/pdf/convention.html",
        snapshot={},
        issued_at=dt.datetime.combine(SETTLED, dt.time(10, 0), tzinfo=PARIS),
        verification_code=f"ESSAI{number:07}",
        version=1,
        **bytes_of_it,
        **(signature if signed else {}),
    )


def college() -> Any:
    return SchoolFactory(college=True)
