"""Situations of expense statements and invoices, by traits and by the services that lead to them.

StatementFactory(subsidy=subsidy)                            # opened, nothing certified
InvoiceFactory(subsidy=subsidy, expenses={one: "7900.50"})   # accepted, its copy too, one line a class
justify(subsidy, "7900.50", "8000")                          # through the services, up to the check of the DANE
"""

import datetime as dt
from decimal import Decimal
from io import BytesIO
from typing import Any

import factory
from factory.django import DjangoModelFactory
from pypdf import PdfReader

from deployments.models import MobileClass
from plannumerique.files import pdf
from plannumerique.files.enums import Readers
from plannumerique.files.models import IssuedDocument, StoredFile
from plannumerique.lib.money import ht_from_ttc
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Role
from subsidies.enums import ExpenseCategory, InvoiceState, PieceKind
from subsidies.models import EquipmentSubsidy, ExpenseStatement, Invoice, InvoiceLine
from subsidies.services import invoices, service_fait, statement
from subsidies.services.invoices import InvoiceContent, LineContent
from tests.factories import UserFactory, actor_for, siren, siret
from tests.factories_projects import PieceFactory
from tests.factories_subsidies import SERVICE_FAIT_ON, EquipmentSubsidyFactory, actor_of
from tests.papers import IssuedDocumentFactory, at

RECEIVED_ON = dt.date(2016, 10, 3)
INVOICED_ON = dt.date(2016, 10, 5)
CERTIFIED_ON = dt.date(2016, 10, 11)
VAT = Decimal("0.2")
SUPPLIER = siret(siren(1, prefix="9000"))


class StatementFactory(DjangoModelFactory):
    class Meta:
        model = ExpenseStatement

    class Params:
        certified = factory.Trait(
            document=factory.LazyAttribute(
                lambda one: IssuedDocumentFactory(
                    subject=one.subsidy, kind="expense_statement", title="État récapitulatif", issued_at=at(CERTIFIED_ON)
                )
            ),
            certified_on=CERTIFIED_ON,
            certified_by=factory.SubFactory(UserFactory),
            certified_name="Lou EXEMPLE",
            certified_capacity="Maire",
        )
        on_paper = factory.Trait(
            certified=True,
            certified_on_paper=True,
            signed_piece=factory.LazyAttribute(
                lambda one: PieceFactory(
                    subject=one.subsidy,
                    kind=PieceKind.SIGNED_STATEMENT,
                    waiting=True,
                    label="État signé",
                    readers=Readers.COLLECTIVITE,
                )
            ),
        )

    subsidy = factory.SubFactory(EquipmentSubsidyFactory, acompte_paid=True)
    thread = factory.LazyAttribute(lambda one: one.subsidy.thread)
    version = 1


class InvoiceFactory(DjangoModelFactory):
    """An invoice already accepted, at 20 %; `expenses`: TTC by class, a third of 24 000 € each unless told."""

    class Meta:
        model = Invoice

    class Params:
        waiting = factory.Trait(state=InvoiceState.DEPOSITED, checked_by=None)
        without_copy = factory.Trait(waiting=True, piece=None)
        rejected = factory.Trait(state=InvoiceState.REJECTED, motive="Matériel étranger à la convention.")
        withdrawn = factory.Trait(state=InvoiceState.WITHDRAWN, checked_by=None)

    expenses: dict[MobileClass, Any] | None = None
    subsidy = factory.SubFactory(EquipmentSubsidyFactory, acompte_paid=True)
    thread = factory.LazyAttribute(lambda one: one.subsidy.thread)
    state = InvoiceState.ACCEPTED
    number = factory.Sequence(lambda number: f"FA-2016-{number + 1:04}")
    supplier_name = "Numérique Exemple SARL"
    supplier_siret = SUPPLIER
    invoiced_on = INVOICED_ON
    checked_by = factory.SubFactory(UserFactory)
    version = 1

    @factory.lazy_attribute
    def piece(self: Any) -> Any:
        trait = {InvoiceState.DEPOSITED: {"waiting": True}, InvoiceState.REJECTED: {"rejected": True}}.get(self.state, {})
        return PieceFactory(subject=self.subsidy, kind=PieceKind.INVOICE, label=f"Facture {self.number}", **trait)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, expenses: Any, **kwargs: Any) -> Invoice:
        classes = kwargs["subsidy"].convention.mobile_classes.order_by("school__search", "number")
        shares = {one: Decimal(ttc) for one, ttc in (expenses or dict.fromkeys(classes, "8000")).items()}
        lines = [(one, ht_from_ttc(ttc, rate=VAT), ttc) for one, ttc in shares.items()]
        ht, ttc = sum(line[1] for line in lines), sum(line[2] for line in lines)
        kwargs = {"amount_ht": ht, "amount_vat": ttc - ht, "amount_ttc": ttc, "line_count": len(lines), **kwargs}
        invoice = super()._create(model_class, *args, **kwargs)
        InvoiceLine.objects.bulk_create(
            InvoiceLine(
                invoice=invoice,
                mobile_class=one,
                category=ExpenseCategory.TERMINALS,
                amount_ht=line_ht,
                vat_rate=VAT,
                amount_ttc=line_ttc,
            )
            for one, line_ht, line_ttc in lines
        )
        return invoice


def classes_of(subsidy: EquipmentSubsidy) -> list[MobileClass]:
    return list(subsidy.convention.mobile_classes.select_related("school").order_by("school__search", "number"))


def receive(*classes: MobileClass, on: dt.date = RECEIVED_ON) -> None:
    """The equipment is in the schools, recorded by somebody of theirs; the services of deployments have their own tests."""
    by = UserFactory()
    for one in classes:
        MobileClass.objects.filter(pk=one.pk).update(state="received", received_on=on, received_by=by)


def an_invoice(**changes: Any) -> InvoiceContent:
    """What a supplier printed for one class: 7 900,50 € TTC at 20 %."""
    printed = {
        "number": "FA-2016-001",
        "supplier_name": "Numérique Exemple SARL",
        "supplier_siret": SUPPLIER,
        "invoiced_on": INVOICED_ON,
        "amount_ht": Decimal("6583.75"),
        "amount_vat": Decimal("1316.75"),
        "amount_ttc": Decimal("7900.50"),
    }
    return InvoiceContent(**{**printed, **changes})


def a_line(mobile_class: MobileClass, ht: str = "6583.75", ttc: str | None = None, **changes: Any) -> LineContent:
    terms = {"category": ExpenseCategory.TERMINALS, "vat_rate": VAT, "amount_ttc": Decimal(ttc) if ttc else None}
    return LineContent(mobile_class_id=mobile_class.pk, amount_ht=Decimal(ht), **{**terms, **changes})


def draft_of(actor: Any, *, name: str = "facture.pdf", data: bytes | None = None) -> StoredFile:
    """A file that this person has just sent."""
    return StoredFile.objects.keep(
        data or f"%PDF-1.4 {name}".encode(),
        name=name,
        content_type="image/png" if name.endswith(".png") else "application/pdf",
        at=actor.at,
        verdict="not_scanned",
        by=actor.user,
    )


# --- The people and the story of a statement, through the services ---


def signataire_of(subsidy: EquipmentSubsidy, *, on: dt.date = CERTIFIED_ON, capacity: str = "Maire") -> Actor:
    return actor_for(Role.SIGNATAIRE, subsidy.thread.collectivite, at=at(on), capacity=capacity)


def printed(document: IssuedDocument) -> str:
    """The text of an issued document as it will be laid out, its lines joined."""
    pages = PdfReader(BytesIO(pdf.layout(document).data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def fresh(subsidy: EquipmentSubsidy) -> EquipmentSubsidy:
    return EquipmentSubsidy.objects.get(pk=subsidy.pk)


def spend(subsidy: EquipmentSubsidy, expenses: dict[MobileClass, str], *, on: dt.date = CERTIFIED_ON, vat: Decimal = VAT) -> None:
    """One invoice a class, entered by the collectivité; amounts TTC."""
    editor = actor_of(subsidy, Role.EDITEUR, on=on)
    for rank, (one, amount) in enumerate(expenses.items(), start=1):
        ttc = Decimal(amount)
        ht = ht_from_ttc(ttc, rate=vat)
        content = an_invoice(number=f"FA {subsidy.pk} {rank}", amount_ht=ht, amount_vat=ttc - ht, amount_ttc=ttc)
        line = a_line(one, str(ht), str(ttc), vat_rate=vat)
        copy = draft_of(editor, name=f"facture-{subsidy.pk}-{rank}.pdf")
        invoices.enter_invoice(subsidy=subsidy, actor=editor, content=content, lines=[line], copy=copy)


def certify_and_deposit(subsidy: EquipmentSubsidy, *, on: dt.date = CERTIFIED_ON) -> None:
    pk = ExpenseStatement.objects.get(subsidy=subsidy).pk
    statement.certify_statement(statement_id=pk, actor=signataire_of(subsidy, on=on))
    statement.deposit_statement(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.EDITEUR, on=on))


def accept_all(subsidy: EquipmentSubsidy, *, on: dt.date = CERTIFIED_ON) -> None:
    agent = actor_of(subsidy, Role.AGENT_DANE, on=on)
    for pk in subsidy.invoices.awaiting_check().values_list("pk", flat=True):
        invoices.accept_invoice(invoice_id=pk, actor=agent)


def justify(subsidy: EquipmentSubsidy, *amounts: str, complete_on: dt.date = CERTIFIED_ON) -> None:
    """The first classes cost these amounts TTC, are received, and the whole is deposited and checked."""
    classes = classes_of(subsidy)[: len(amounts)]
    spend(subsidy, dict(zip(classes, amounts, strict=True)), on=complete_on)
    receive(*classes)
    certify_and_deposit(subsidy, on=complete_on)
    accept_all(subsidy, on=complete_on)


def constate(subsidy: EquipmentSubsidy, *, on: dt.date = SERVICE_FAIT_ON, reservations: str = "") -> EquipmentSubsidy:
    dan = actor_of(subsidy, Role.DAN, on=on)
    service_fait.certify_service_fait(subsidy_id=subsidy.pk, actor=dan, reservations=reservations)
    return fresh(subsidy)


def ready_for_service_fait(**traits: Any) -> EquipmentSubsidy:
    """Deposited on 12 October 2016, every invoice accepted, every class received."""
    subsidy = EquipmentSubsidyFactory(**{"justified": True, **traits})
    StatementFactory(subsidy=subsidy, certified=True)
    InvoiceFactory(subsidy=subsidy)
    receive(*classes_of(subsidy))
    return subsidy
