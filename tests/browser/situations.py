"""One dossier at each stage of the thread, and somebody of each role who works on all of them."""

import datetime as dt

from django.db import transaction

from plannumerique.accounts.models import User
from plannumerique.files.models import Piece, StoredFile
from plannumerique.journal.models import Thread
from plannumerique.messages.enums import Audience
from plannumerique.notices import services as notices
from plannumerique.notices.enums import MailState
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import LEVEL_OF_ROLE, Level, Role
from plannumerique.organisations.models import Academie, Circonscription, Collectivite, Departement, School
from projects.enums import Anchor
from subsidies.enums import PieceKind
from subsidies.models import EquipmentSubsidy
from subsidies.services.account import propose_account
from tests.conversations import says
from tests.factories import AT, PASSWORD, AcademieFactory, CirconscriptionFactory, MembershipFactory, UserFactory, actor_for
from tests.factories_conventions import ConventionFactory
from tests.factories_projects import (
    ApplicationFactory,
    CompletionPointFactory,
    CriterionFactory,
    PieceFactory,
    SelectionSessionFactory,
)
from tests.factories_statement import InvoiceFactory, StatementFactory, ready_for_service_fait
from tests.factories_subsidies import (
    EquipmentSubsidyFactory,
    PaymentFactory,
    PurchaseOrderFactory,
    ResourcesSubsidyFactory,
    actor_of,
    iban,
)
from tests.files.sample import pdf_bytes
from tests.notices.conftest import message, to
from tests.papers import at, draft

# A day on which the whole thread is in the past, and everything that is pending still open.
TODAY = dt.date(2016, 12, 1)


def every_situation() -> None:
    # The phase is closed: a derogation lets the drafts be deposited.
    for written in (True, False):
        ApplicationFactory(written=written, late_derogation="Panne du réseau de l’école.")
    for stage in ("submitted", "to_complete", "waiting", "retained"):
        ApplicationFactory(**{stage: True})
    CriterionFactory(campaign=ApplicationFactory(admissible=True).campaign)
    SelectionSessionFactory(envelope=12000)
    for anchor in (Anchor.WIFI, Anchor.TEAM, Anchor.QUOTE):
        CompletionPointFactory(anchor=anchor, answered=anchor == Anchor.WIFI)
    PieceFactory(subject=ApplicationFactory(submitted=True, pieces=False).dossier, waiting=True)
    for stage in ("negotiation", "settled", "cbr_requested", "cbr_given", "deliberated", "signed_collectivite"):
        ConventionFactory(**{stage: True, "schools": 1})
    ConventionFactory()
    ConventionFactory(cbr_given=True, cbr_sense="unfavourable")
    Piece.objects.filter(pk=ConventionFactory(negotiation=True).rib_id).update(state="deposited", checked_at=None)
    ConventionFactory(signed_recteur=True, signed_copy=True)

    PurchaseOrderFactory(subsidy=EquipmentSubsidyFactory(orders=0))
    EquipmentSubsidyFactory(orders=0)
    EquipmentSubsidyFactory(acompte_requested=True)
    EquipmentSubsidyFactory()
    for stage in ("prepared", "signed", "notified", "service_fait", "solde_paid", "overpaid", "held"):
        EquipmentSubsidyFactory(**{stage: True})
    PaymentFactory(equipment=EquipmentSubsidyFactory(acompte_requested=True))
    PaymentFactory(equipment=EquipmentSubsidyFactory(acompte_requested=True), validated=True)
    spending = EquipmentSubsidyFactory(acompte_paid=True)
    StatementFactory(subsidy=spending)
    InvoiceFactory(subsidy=spending, waiting=True, piece=_copy(spending))
    ready_for_service_fait()
    grant = ResourcesSubsidyFactory(convention=spending.convention, school=spending.convention.covered_schools.get().school)
    PaymentFactory(resources=grant, kind="resources")
    ResourcesSubsidyFactory()
    ResourcesSubsidyFactory(notified=True, iban="", bic="")
    ResourcesSubsidyFactory(notified=True)
    circonscription = CirconscriptionFactory()
    School.objects.ecoles().update(circonscription=circonscription)
    _an_account_to_confirm()
    _mails()
    _messages_everywhere()


def _an_account_to_confirm() -> None:
    subsidy = EquipmentSubsidyFactory(notified=True)
    editeur = actor_of(subsidy, Role.EDITEUR)
    propose_account(
        subsidy=subsidy,
        actor=editeur,
        iban=iban(4242),
        bic="BDFEFRPPCCT",
        holder="Trésorerie d’exemple",
        rib=draft(editeur.user, at=editeur.at, name="rib.pdf"),
    )


def _mails() -> None:
    """One that leaves in its time, one that did not leave."""
    for key in ("convention:1:signed", "convention:2:signed"):
        with transaction.atomic():
            mail = notices.queue(
                key=key,
                kind="convention_signed",
                to=to("mairie@exemple.invalid"),
                reply_to="ce.dane@exemple.invalid",
                message=message(),
                thread=Thread.objects.first(),
                at=AT,
            )
    OutboxMail.objects.filter(pk=mail.pk).update(state=MailState.FAILED, last_error="550 boîte inconnue")


def _messages_everywhere() -> None:
    """In each dossier, one to all with its file, one to its first school, and a note."""
    agent = actor_for(Role.AGENT_DANE, AcademieFactory())
    for thread in Thread.objects.all():
        file = StoredFile.objects.first()
        says(thread, agent, text="Bonjour,\nvoici le plan : https://exemple.invalid/" + "plan-" * 30, attachment=file)
        if school := thread.schools.first():
            says(thread, agent, Audience.SCHOOL, school=school, text="Les prises sont-elles posées ?")
        says(thread, agent, Audience.INTERNAL, text="À relire avec la DAF.")


def _copy(subsidy: EquipmentSubsidy) -> Piece:
    """The copy of an invoice with its bytes, which are shown beside its form."""
    stored = StoredFile.objects.keep(
        pdf_bytes("Facture"),
        name="facture.pdf",
        content_type="application/pdf",
        at=at(TODAY),
        verdict="not_scanned",
        attached=True,
    )
    return PieceFactory(subject=subsidy, kind=PieceKind.INVOICE, label="Facture", waiting=True, file=stored)


def somebody(role: Role) -> User:
    """Who holds that role in every organisation where it can be held."""
    level = LEVEL_OF_ROLE[role]
    everywhere = {
        Level.ACADEMIE: Academie.objects.filter(pk=AcademieFactory().pk),
        Level.DEPARTEMENT: Departement.objects.all(),
        Level.CIRCONSCRIPTION: Circonscription.objects.all(),
        Level.COLLECTIVITE: Collectivite.objects.filter(schools__kind="ecole").distinct(),
        Level.SCHOOL: School.objects.filter(kind="college" if role is Role.COLLEGE_REFERENT else "ecole"),
    }[level]
    user = UserFactory(first_name="Camille", email=f"{role.value}@exemple.invalid", password=PASSWORD)
    for organisation in everywhere:
        MembershipFactory(user=user, **{role.value: True, level.value: organisation})
    return user
