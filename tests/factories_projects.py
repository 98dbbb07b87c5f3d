"""Situations of campaigns, dossiers and applications, by traits."""

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from plannumerique.files.enums import Readers
from plannumerique.files.models import Piece, StoredFile
from plannumerique.journal.models import Thread, ThreadSchool
from projects.enums import ActKind, Anchor, ApplicationState, DeadlineCode, PieceKind, PointState
from projects.models import (
    Application,
    Campaign,
    CampaignDeadline,
    CampaignText,
    ClassForecast,
    CompletionPoint,
    Criterion,
    Dossier,
    Phase,
    SelectionSession,
    Signatory,
    TermsVersion,
)
from tests.factories import AcademieFactory, CollectiviteFactory, SchoolFactory

PARIS = ZoneInfo("Europe/Paris")
IN_PHASE = dt.datetime(2016, 6, 1, 10, 0, tzinfo=PARIS)
CLOSING = dt.datetime(2016, 6, 17, 23, 59, tzinfo=PARIS)


class TermsVersionFactory(DjangoModelFactory):
    class Meta:
        model = TermsVersion

    number = 1
    cap_unit = "per_class"
    expense_cap = Decimal("8000")
    tiers = [{"up_to": None, "rate": "0.50"}]
    max_units_per_school = 3
    resources_grant = Decimal("500")
    acompte_rate = Decimal("0.5")
    tax_basis = "ttc"
    rounding = "down"
    cbr_threshold = Decimal("250000")
    cbr_on = "project_expense"
    waiver_threshold = Decimal("30")
    public_aid_limit = Decimal("0.8")


class PhaseFactory(DjangoModelFactory):
    class Meta:
        model = Phase
        django_get_or_create = ["campaign", "number"]

    campaign = factory.SubFactory("tests.factories_projects.CampaignFactory")
    number = 3
    label = factory.LazyAttribute(lambda one: f"Phase {one.number}")
    opens_at = dt.datetime(2016, 5, 1, 8, 0, tzinfo=PARIS)
    closes_at = CLOSING


class CampaignFactory(DjangoModelFactory):
    """AAP 2016 of Besançon, with its figures, its calendar, one phase open until 17 June, texts and signatories."""

    class Meta:
        model = Campaign
        django_get_or_create = ["academie", "code"]
        skip_postgeneration_save = True

    academie = factory.SubFactory(AcademieFactory)
    code = "AAP-2016"
    year = 2016
    label = "Appel à projets 2016"
    programme = "Plan numérique pour l’école"
    mail_subject = "plan numérique national premier degré"
    expenses_from = dt.date(2016, 6, 17)
    imputation = {"programme": "exemple"}
    comptable = "Directeur régional des finances publiques d’exemple"
    tribunal = factory.SelfAttribute("academie.tribunal")

    @factory.post_generation
    def rows(self: Any, create: bool, extracted: Any, **terms: Any) -> None:
        if not create or self.terms_versions.exists():
            return
        TermsVersionFactory(campaign=self, **terms)
        PhaseFactory(campaign=self)
        for code, on, offsets in (
            (DeadlineCode.CONVENTION, dt.date(2016, 9, 1), [-45, -21, -7, 0]),
            (DeadlineCode.JUSTIFICATION, dt.date(2016, 10, 15), [-30, -15, -7, -1]),
            (DeadlineCode.SOLDE, dt.date(2016, 12, 7), [-21, -10, -5]),
            (DeadlineCode.SOLDE_NEXT_YEAR, dt.date(2017, 3, 1), []),
        ):
            CampaignDeadline.objects.create(campaign=self, code=code, on=on, offsets=offsets)
        for act in ActKind:
            Signatory.objects.create(
                campaign=self,
                act=act,
                name="Alix EXEMPLE",
                capacity="secrétaire générale d’académie",
                delegation="arrêté d’exemple du 1er janvier 2016",
                starts_on=dt.date(2015, 1, 1),
            )
            CampaignText.objects.create(
                campaign=self, act=act, slot="recourse", text="Voies et délais de recours : texte d’exemple."
            )


class DossierFactory(DjangoModelFactory):
    class Meta:
        model = Dossier

    campaign = factory.SubFactory(CampaignFactory)
    collectivite = factory.SubFactory(CollectiviteFactory)
    version = 1

    @factory.lazy_attribute
    def thread(self: Any) -> Thread:
        return Thread.objects.create(
            academie=self.campaign.academie, collectivite=self.collectivite, title=str(self.collectivite), opened_at=IN_PHASE
        )


# As the use cases say it, which tests/portal/test_who_reads_what.py holds.
READERS_OF_PIECES = {
    **dict.fromkeys(("rib", "new_rib"), Readers.ACCOUNT),
    **dict.fromkeys(("signed_by_collectivite", "original"), Readers.SIGNATORIES),
    **dict.fromkeys(("cbr_opinion", "cbr_overruled", "purchase_order", "groupement"), Readers.COLLECTIVITE),
    **dict.fromkeys(("invoice", "signed_statement"), Readers.COLLECTIVITE),
}


class PieceFactory(DjangoModelFactory):
    """A piece already checked, unless the trait says that it waits."""

    class Meta:
        model = Piece

    class Params:
        subject = None
        waiting = factory.Trait(state="deposited", checked_at=None)
        rejected = factory.Trait(state="rejected", motive="illisible")

    thread = factory.LazyAttribute(lambda one: one.subject.thread)
    subject_kind = factory.LazyAttribute(lambda one: one.subject._meta.label_lower)
    subject_id = factory.LazyAttribute(lambda one: one.subject.pk)
    kind = PieceKind.QUOTE
    label = factory.LazyAttribute(lambda one: str(one.kind))
    readers = factory.LazyAttribute(lambda one: READERS_OF_PIECES.get(str(one.kind), Readers.DOSSIER))
    state = "accepted"
    deposited_at = IN_PHASE
    checked_at = IN_PHASE
    version = 1

    @factory.lazy_attribute
    def file(self: Any) -> StoredFile:
        return StoredFile.objects.create(
            file="exemple/absent",
            original_name="exemple.pdf",
            content_type="application/pdf",
            size=1000,
            sha256="0" * 64,
            uploaded_at=IN_PHASE,
            attached_at=IN_PHASE,
        )


class ApplicationFactory(DjangoModelFactory):
    """A line of a draft, empty. `written`: both parts and the pieces are there; the other traits go further along the life."""

    class Meta:
        model = Application

    class Params:
        written = factory.Trait(
            project_title="Écrire à plusieurs",
            project="Un projet d’exemple.",
            team="Trois enseignants d’exemple.",
            college_link="Des séances communes.",
            reform="Le socle commun, de la lecture à la publication.",
            academic_plan="L’éducation aux médias, priorité de l’académie.",
            pedagogy_on=dt.date(2016, 5, 20),
            referent_college=factory.SubFactory(SchoolFactory, college=True),
            bandwidth=20,
            wifi="installed",
            filtering="amon",
            costs=(Decimal("8000"),) * 3,
            pieces=True,
        )
        submitted = factory.Trait(written=True, state=ApplicationState.SUBMITTED, submitted_at=IN_PHASE)
        to_complete = factory.Trait(submitted=True, state=ApplicationState.TO_COMPLETE)
        admissible = factory.Trait(submitted=True, state=ApplicationState.ADMISSIBLE)
        waiting = factory.Trait(submitted=True, state=ApplicationState.WAITING_LIST, selection_on=dt.date(2016, 7, 4))
        retained = factory.Trait(
            submitted=True,
            state=ApplicationState.RETAINED,
            retained_classes=3,
            selection_on=dt.date(2016, 7, 4),
            selection_list="liste d’exemple",
        )
        taken_over = factory.Trait(retained=True, submitted_at=None, taken_over_on=dt.date(2016, 7, 11))
        covered = factory.Trait(retained=True, under_convention=True)
        contracted = factory.Trait(covered=True, state=ApplicationState.CONTRACTED)

    costs = ()
    pieces = False
    dossier = factory.SubFactory(DossierFactory)
    thread = factory.LazyAttribute(lambda one: one.dossier.thread)
    campaign = factory.LazyAttribute(lambda one: one.dossier.campaign)
    phase = factory.LazyAttribute(lambda one: PhaseFactory(campaign=one.campaign))
    school = factory.LazyAttribute(lambda one: SchoolFactory(collectivite=one.dossier.collectivite))
    version = 1

    @classmethod
    def _create(cls, model_class: Any, *args: Any, costs: Any, pieces: bool, **kwargs: Any) -> Application:
        application = super()._create(model_class, *args, **kwargs)
        ThreadSchool.objects.get_or_create(thread=application.thread, school=application.school)
        ClassForecast.objects.bulk_create(
            ClassForecast(application=application, number=number, expense=Decimal(cost))
            for number, cost in enumerate(costs, start=1)
        )
        if pieces and not Piece.objects.filter(thread=application.thread).exists():
            for kind in PieceKind:
                PieceFactory(subject=application.dossier, kind=kind)
        return application


class CompletionPointFactory(DjangoModelFactory):
    class Meta:
        model = CompletionPoint

    class Params:
        answered = factory.Trait(
            state=PointState.ANSWERED,
            answer="Deux bornes, posées cet été.",
            answered_by=factory.SubFactory("tests.factories.UserFactory"),
            answered_on=dt.date(2016, 6, 3),
        )
        dropped = factory.Trait(state=PointState.DROPPED)

    application = factory.SubFactory(ApplicationFactory, to_complete=True)
    thread = factory.LazyAttribute(lambda one: one.application.thread)
    anchor = Anchor.WIFI
    request = "Combien de bornes ?"
    asked_by = factory.SubFactory("tests.factories.UserFactory")
    asked_on = dt.date(2016, 6, 1)
    version = 1


class CriterionFactory(DjangoModelFactory):
    class Meta:
        model = Criterion

    campaign = factory.SubFactory(CampaignFactory)
    rank = factory.Sequence(lambda number: number + 1)
    label = factory.LazyAttribute(lambda one: f"Critère {one.rank}")
    weight = 1


class SelectionSessionFactory(DjangoModelFactory):
    class Meta:
        model = SelectionSession

    phase = factory.SubFactory(PhaseFactory)
    campaign = factory.LazyAttribute(lambda one: one.phase.campaign)
    label = "Commission d’exemple"
    held_on = dt.date(2016, 6, 28)
    opened_by = factory.SubFactory("tests.factories.UserFactory")
