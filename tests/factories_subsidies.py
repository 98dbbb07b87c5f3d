"""Situations of notified conventions, subsidies, orders and payments, by traits.

EquipmentSubsidyFactory()                                  # « à décider », its convention notified, one accepted order
EquipmentSubsidyFactory(acompte_paid=True)                 # with its decision, its paid payment
EquipmentSubsidyFactory(convention__costs=[["6333.33"]])   # one school, one class
PaymentFactory(equipment=subsidy, validated=True)
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from conventions.enums import ConventionState, DeliberatingOrgan
from conventions.models import Convention, CoveredClass, CoveredSchool
from deployments.models import MobileClass
from plannumerique.accounts.models import User
from plannumerique.lib.money import ZERO
from plannumerique.organisations.enums import Role
from projects.campaign_templates import worded_for
from projects.campaign_texts.subsidies import TEXTS
from projects.enums import ActKind
from projects.models import CampaignText
from projects.rules import ClassExpense, provisional_subsidy
from subsidies.enums import PaymentKind, PaymentState, PieceState, PurchaseChannel, ResourcesState, SubsidyState, Supplied
from subsidies.enums import PieceKind as SubsidyPieceKind
from subsidies.models import EquipmentSubsidy, OrderAllocation, Payment, PurchaseOrder, ResourcesSubsidy
from subsidies.rules import acompte_due
from tests.factories import SchoolFactory, UserFactory, actor_for, siren, siret
from tests.factories_projects import ApplicationFactory, DossierFactory, PieceFactory
from tests.papers import IssuedDocumentFactory, at

NOTIFIED_ON = dt.date(2016, 8, 30)
ORDERED_ON = dt.date(2016, 9, 2)
DECIDED_ON = dt.date(2016, 9, 12)
DECISION_NOTIFIED_ON = dt.date(2016, 9, 16)
ACOMPTE_PAID_ON = dt.date(2016, 9, 28)
COMPLETE_ON = dt.date(2016, 10, 12)
SERVICE_FAIT_ON = dt.date(2016, 10, 14)
SOLDE_PAID_ON = dt.date(2016, 11, 30)

COMPTABLE_PUBLIC, TRESOR, ORDINARY_BANK = "30001", "10071", "30003"


def iban(account: int = 1, *, bank: str = COMPTABLE_PUBLIC) -> str:
    """A French IBAN with its right key, at the Banque de France unless told."""
    bban = f"{bank}00999{account:011}44"
    digits = "".join(str(int(sign, 36)) for sign in f"{bban}FR00")
    return f"FR{98 - int(digits) % 97:02}{bban}"


class CollegeFactory(SchoolFactory):
    """A collège with its SIRET, as the annuaire gives it: who can be paid."""

    college = True
    siret = factory.Sequence(lambda number: siret(siren(number, prefix="1925")))


class ConventionFactory(DjangoModelFactory):
    """A convention notified on 30 August 2016, its classes planned; `costs`: the forecasts of each school's classes."""

    class Meta:
        model = Convention

    class Params:
        in_execution = factory.Trait(state=ConventionState.IN_EXECUTION)
        settled_up = factory.Trait(state=ConventionState.SETTLED_UP)
        signed = factory.Trait(state=ConventionState.SIGNED_RECTEUR, notified_on=None, classes_planned=False)

    costs: Sequence[Sequence[str | int]] = ((8000, 8000, 8000),)
    classes_planned = True
    dossier = factory.SubFactory(DossierFactory)
    thread = factory.LazyAttribute(lambda one: one.dossier.thread)
    campaign = factory.LazyAttribute(lambda one: one.dossier.campaign)
    terms = factory.LazyAttribute(lambda one: one.campaign.current_terms())
    state = ConventionState.NOTIFIED
    siret = factory.LazyAttribute(lambda one: siret(one.dossier.collectivite.siren))
    iban = factory.Sequence(iban)
    bic = "BDFEFRPPCCT"
    iban_holder = "Service de gestion comptable d’exemple"
    deployment_from = dt.date(2016, 9, 1)
    deployment_until = dt.date(2016, 12, 16)
    settled_on = dt.date(2016, 8, 22)
    project_amount = factory.LazyAttribute(lambda one: sum((Decimal(cost) for school in one.costs for cost in school), ZERO))
    document = factory.LazyAttribute(lambda one: IssuedDocumentFactory(subject=one.dossier, kind=ActKind.CONVENTION.value))
    deliberation_organ = DeliberatingOrgan.CONSEIL_MUNICIPAL
    deliberation_number = "2016-42"
    deliberation_on = dt.date(2016, 6, 27)
    published_on = dt.date(2016, 6, 29)
    prefecture_on = dt.date(2016, 6, 29)
    executory_on = dt.date(2016, 6, 29)
    collectivite_signed_on = dt.date(2016, 8, 24)
    collectivite_signatory = "Lou EXEMPLE"
    collectivite_capacity = "maire"
    collectivite_copy = factory.LazyAttribute(lambda one: PieceFactory(subject=one.dossier, kind="signed_by_collectivite"))
    recteur_signed_on = dt.date(2016, 8, 26)
    recteur_signatory = "Alix EXEMPLE"
    recteur_capacity = "secrétaire générale d’académie"
    notified_on = NOTIFIED_ON
    version = 1

    @factory.lazy_attribute
    def subsidy_max(self: Any) -> Decimal:
        expenses = [
            ClassExpense(f"{rank:08}", number, Decimal(cost))
            for rank, school in enumerate(self.costs)
            for number, cost in enumerate(school, start=1)
        ]
        return provisional_subsidy(expenses, terms=self.terms.as_rule()).total

    @classmethod
    def _create(cls, model_class: Any, *args: Any, costs: Any, classes_planned: bool, **kwargs: Any) -> Convention:
        word_the_acts(kwargs["campaign"])
        convention = super()._create(model_class, *args, **kwargs)
        for expenses in costs:
            _cover(convention, [Decimal(one) for one in expenses], classes_planned=classes_planned)
        return convention


def word_the_acts(campaign: Any) -> None:
    """The texts that the campaign's template loads, since an act that lacks its words is not issued."""
    if not campaign.texts.filter(act=ActKind.DECISION, slot="visas").exists():
        CampaignText.objects.bulk_create(
            [
                CampaignText(campaign=campaign, act=act, slot=slot, text=worded_for(campaign.academie, text))
                for (act, slot), text in TEXTS.items()
            ],
            ignore_conflicts=True,
        )


def _cover(convention: Convention, expenses: list[Decimal], *, classes_planned: bool) -> None:
    application = ApplicationFactory(
        contracted=True,
        dossier=convention.dossier,
        costs=expenses,
        retained_classes=len(expenses),
        referent_college=CollegeFactory(),
    )
    covered = CoveredSchool.objects.create(
        convention=convention,
        campaign=convention.campaign,
        school=application.school,
        referent_college=application.referent_college,
        resources_grant=convention.terms.resources_grant,
    )
    for number, expense in enumerate(expenses, start=1):
        one = CoveredClass.objects.create(covered_school=covered, application=application, number=number, expense=expense)
        if classes_planned:
            MobileClass(
                thread=convention.thread,
                convention=convention,
                covered_class=one,
                school=covered.school,
                number=number,
                delivery_expected_on=convention.deployment_until,
                version=1,
            ).save()


class EquipmentSubsidyFactory(DjangoModelFactory):
    """A subsidy « à décider » whose only order is accepted; one trait per state, each with what leads to it."""

    class Meta:
        model = EquipmentSubsidy

    class Params:
        prepared = factory.Trait(state=SubsidyState.DECISION_PREPARED, decided_amount=factory.SelfAttribute("convention_max"))
        signed = factory.Trait(
            prepared=True,
            state=SubsidyState.DECISION_SIGNED,
            decision_signed_on=DECIDED_ON,
            decision_signatory="Alix EXEMPLE",
            decision_capacity="secrétaire générale d’académie",
            decision_document=True,
            ej_number=factory.Sequence(lambda number: f"2100{number:06}"),
        )
        notified = factory.Trait(
            signed=True, state=SubsidyState.NOTIFIED, notified_on=DECISION_NOTIFIED_ON, notification_proof="AR d’exemple"
        )
        acompte_requested = factory.Trait(
            notified=True, state=SubsidyState.ACOMPTE_REQUESTED, acompte_requested_on=dt.date(2016, 9, 19)
        )
        acompte_paid = factory.Trait(acompte_requested=True, state=SubsidyState.ACOMPTE_PAID, pay_acompte=True)
        justified = factory.Trait(
            acompte_paid=True,
            state=SubsidyState.JUSTIFIED,
            complete_on=COMPLETE_ON,
            justified_by=factory.SubFactory(UserFactory),
        )
        to_complete = factory.Trait(acompte_paid=True, state=SubsidyState.TO_COMPLETE)
        service_fait = factory.Trait(
            justified=True,
            state=SubsidyState.SERVICE_FAIT,
            service_fait_on=SERVICE_FAIT_ON,
            service_fait_by=factory.SubFactory(UserFactory),
            justified_amount=factory.LazyAttribute(lambda one: one.convention.project_amount),
            definitive_amount=factory.SelfAttribute("decided_amount"),
        )
        solde_liquidated = factory.Trait(service_fait=True, state=SubsidyState.SOLDE_LIQUIDATED)
        solde_paid = factory.Trait(service_fait=True, state=SubsidyState.SOLDE_PAID, pay_solde=True)
        closed = factory.Trait(solde_paid=True, state=SubsidyState.CLOSED, closed_on=dt.date(2016, 12, 12))
        overpaid = factory.Trait(service_fait=True, state=SubsidyState.OVERPAID, definitive_amount=Decimal("5000"))
        cancelled = factory.Trait(state=SubsidyState.CANCELLED)
        held = factory.Trait(held_since=dt.date(2016, 9, 20), held_motive="Contrôle d’exemple en cours.")

    orders = 1
    decision_document = False
    pay_acompte = False
    pay_solde = False
    convention = factory.SubFactory(ConventionFactory, in_execution=True)
    thread = factory.LazyAttribute(lambda one: one.convention.thread)
    campaign = factory.LazyAttribute(lambda one: one.convention.campaign)
    convention_max = factory.LazyAttribute(lambda one: one.convention.subsidy_max)
    acompte_rate = factory.LazyAttribute(lambda one: one.convention.terms.acompte_rate)
    version = 1

    @classmethod
    def _create(
        cls, model_class: Any, *args: Any, orders: int, decision_document: bool, pay_acompte: bool, pay_solde: bool, **kwargs: Any
    ) -> EquipmentSubsidy:
        # The decision refers to a number before its row exists: the paid total follows its payments.
        kwargs.setdefault("decision_reference", "AAP-2016-DEC-0001" if decision_document else "")
        acompte = _acompte(kwargs) if pay_acompte else ZERO
        solde = kwargs["definitive_amount"] - acompte if pay_solde else ZERO
        kwargs.setdefault("paid_total", acompte + solde)
        subsidy = super()._create(model_class, *args, **kwargs)
        for _ in range(orders):
            PurchaseOrderFactory(subsidy=subsidy, accepted=True)
        if decision_document:
            IssuedDocumentFactory(
                subject=subsidy, kind=ActKind.DECISION.value, reference=subsidy.decision_reference, issued_at=at(DECIDED_ON)
            )
        if pay_acompte:
            PaymentFactory(equipment=subsidy, paid=True, amount=acompte, already_paid=ZERO)
        if pay_solde:
            PaymentFactory(
                equipment=subsidy,
                kind=PaymentKind.SOLDE,
                paid=True,
                amount=solde,
                already_paid=acompte,
                prepared_on=dt.date(2016, 11, 21),
                validated_on=dt.date(2016, 11, 22),
                paid_on=SOLDE_PAID_ON,
            )
        return subsidy


def _acompte(fields: dict[str, Any]) -> Decimal:
    return acompte_due(fields["decided_amount"], terms=fields["convention"].terms.as_rule())


class PurchaseOrderFactory(DjangoModelFactory):
    """An order of the whole convention, to be checked, from an invented supplier; its parts are equal."""

    class Meta:
        model = PurchaseOrder

    class Params:
        accepted = factory.Trait(state=PieceState.ACCEPTED, checked_by=factory.SubFactory(UserFactory))
        rejected = factory.Trait(state=PieceState.REJECTED, checked_by=factory.SubFactory(UserFactory))
        early = factory.Trait(ordered_on=dt.date(2016, 6, 16))
        incomplete_kit = factory.Trait(container=Supplied.MISSING)

    subsidy = factory.SubFactory(EquipmentSubsidyFactory, orders=0)
    thread = factory.LazyAttribute(lambda one: one.subsidy.thread)
    number = factory.Sequence(lambda number: f"BC-2016-{number + 1:04}")
    supplier_name = "Numérique Exemple SARL"
    supplier_siret = factory.LazyFunction(lambda: siret(siren(1, prefix="9000")))
    channel = PurchaseChannel.ALONE
    ordered_on = ORDERED_ON
    deposited_on = dt.date(2016, 9, 5)
    amount_ttc = factory.LazyAttribute(lambda one: one.subsidy.convention.project_amount)
    amount_ht = factory.LazyAttribute(lambda one: (one.amount_ttc / Decimal("1.2")).quantize(Decimal("0.01")))
    terminals = Supplied.ORDERED
    teacher_terminal = Supplied.ORDERED
    container = Supplied.ORDERED
    administration = Supplied.OWNED
    version = 1

    @factory.lazy_attribute
    def piece(self: Any) -> Any:
        trait = {PieceState.DEPOSITED: {"waiting": True}, PieceState.REJECTED: {"rejected": True}}.get(self.state, {})
        return PieceFactory(subject=self.subsidy, kind=SubsidyPieceKind.PURCHASE_ORDER, label="Bon de commande", **trait)

    state = PieceState.DEPOSITED

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> PurchaseOrder:
        order = super()._create(model_class, *args, **kwargs)
        classes = list(order.subsidy.convention.mobile_classes.order_by("pk"))
        part = (order.amount_ttc / len(classes)).quantize(Decimal("0.01"))
        for rank, one in enumerate(classes):
            share = order.amount_ttc - part * rank if rank == len(classes) - 1 else part
            OrderAllocation.objects.create(order=order, mobile_class=one, amount_ttc=share)
        return order


class ResourcesSubsidyFactory(DjangoModelFactory):
    """The grant of one school of a notified convention, to be notified to its collège."""

    class Meta:
        model = ResourcesSubsidy

    class Params:
        with_account = factory.Trait(iban=factory.Sequence(lambda number: iban(number, bank=TRESOR)), bic="TRPUFRP1")
        notified = factory.Trait(
            with_account=True,
            state=ResourcesState.NOTIFIED,
            notified_on=dt.date(2016, 9, 20),
            reference="AAP-2016-RES-0001",
            ej_number="2100999999",
        )
        paid = factory.Trait(notified=True, state=ResourcesState.PAID, paid_total=factory.SelfAttribute("amount"), pay=True)
        cancelled = factory.Trait(state=ResourcesState.CANCELLED)

    pay = False
    convention = factory.SubFactory(ConventionFactory, in_execution=True)
    thread = factory.LazyAttribute(lambda one: one.convention.thread)
    campaign = factory.LazyAttribute(lambda one: one.convention.campaign)
    school = factory.LazyAttribute(lambda one: one.convention.covered_schools.first().school)
    payee = factory.LazyAttribute(lambda one: one.convention.covered_schools.get(school=one.school).referent_college)
    siret = factory.LazyAttribute(lambda one: one.payee.siret)
    amount = factory.LazyAttribute(lambda one: one.convention.terms.resources_grant)
    version = 1

    @classmethod
    def _create(cls, model_class: Any, *args: Any, pay: bool, **kwargs: Any) -> ResourcesSubsidy:
        grant = super()._create(model_class, *args, **kwargs)
        if pay:
            PaymentFactory(resources=grant, paid=True, already_paid=ZERO)
        return grant


class PaymentFactory(DjangoModelFactory):
    """A payment request of an acompte, prepared; `PaymentFactory(resources=grant)` is that of a grant."""

    class Meta:
        model = Payment

    class Params:
        validated = factory.Trait(
            state=PaymentState.VALIDATED, validated_on=dt.date(2016, 9, 26), validator=factory.SubFactory(UserFactory)
        )
        paid = factory.Trait(
            validated=True,
            state=PaymentState.PAID,
            paid_on=ACOMPTE_PAID_ON,
            dp_number=factory.Sequence(lambda number: f"1000{number:06}"),
        )
        rejected = factory.Trait(state=PaymentState.REJECTED)

    equipment = None
    resources = None
    kind = factory.LazyAttribute(lambda one: PaymentKind.RESOURCES if one.resources else PaymentKind.ACOMPTE)
    thread = factory.LazyAttribute(lambda one: (one.equipment or one.resources).thread)
    state = PaymentState.PREPARED
    ceiling = factory.LazyAttribute(lambda one: one.resources.amount if one.resources else one.equipment.decided_amount)
    already_paid = factory.LazyAttribute(lambda one: (one.equipment or one.resources).paid_total)
    explanation = factory.LazyAttribute(lambda one: [{"label": "Montant", "amount": str(one.amount), "note": "exemple"}])
    payee_name = factory.LazyAttribute(
        lambda one: one.resources.payee.name if one.resources else one.equipment.convention.dossier.collectivite.name
    )
    payee_siret = factory.LazyAttribute(lambda one: one.resources.siret if one.resources else one.equipment.convention.siret)
    iban = factory.LazyAttribute(lambda one: one.resources.iban if one.resources else one.equipment.convention.iban)
    transfer_label = factory.LazyAttribute(lambda one: f"PLAN NUMERIQUE SIRET {one.payee_siret} CONV EXEMPLE")
    ej_number = factory.LazyAttribute(lambda one: (one.equipment or one.resources).ej_number or "2100000001")
    exercise = 2016
    prepared_on = dt.date(2016, 9, 23)
    preparer = factory.SubFactory(UserFactory)
    version = 1

    @factory.lazy_attribute
    def amount(self: Any) -> Decimal:
        if self.resources:
            return self.resources.amount
        if self.kind == PaymentKind.SOLDE:
            return self.equipment.definitive_amount - self.equipment.paid_total
        return acompte_due(self.equipment.decided_amount, terms=self.equipment.convention.terms.as_rule())


def actor_of(subsidy: Any, role: Role, *, on: dt.date = dt.date(2016, 9, 23), user: User | None = None) -> Any:
    """Somebody who holds that role where the subsidy is: académie, collectivité, school or collège."""
    thread = subsidy.thread
    where = {
        Role.EDITEUR: thread.collectivite,
        Role.SIGNATAIRE: thread.collectivite,
        Role.MANDATAIRE: thread.collectivite,
        Role.DIRECTOR: thread.schools.first(),
        Role.COLLEGE_REFERENT: getattr(subsidy, "payee", None) or thread.schools.first(),
    }.get(role, thread.academie)
    return actor_for(role, where, at=at(on), user=user)
