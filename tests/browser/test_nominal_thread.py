"""The nominal thread, from the opening of the dossier to the paid solde, each step by the person whose job it is.

Golden case A: three classes of 8 000 € foreseen; 7 900,50, 8 000 and 9 100 € justified; 6 000 € of acompte, 5 950,25 € of solde.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import pytest

from plannumerique import clock
from plannumerique.notices.enums import MailState
from plannumerique.notices.models import OutboxMail
from subsidies.models import EquipmentSubsidy
from tests.browser.acts_of_the_academie import (
    accept_the_invoices,
    accept_the_order,
    accept_the_rib,
    admit,
    certify_the_service_fait,
    check_the_pieces,
    open_the_convention,
    record_the_signed_copy_and_notify,
    retain,
    settle_the_convention,
    sign_for_the_state,
    sign_the_decision,
    take_note_of_the_deliberation,
)
from tests.browser.acts_of_the_collectivite import (
    bring_the_pieces,
    certify_exact,
    deposit,
    deposit_the_order,
    deposit_the_statement,
    describe_the_classes,
    enter_the_invoices,
    give_the_account_and_the_calendar,
    open_the_dossier,
    record_the_deliberation,
    request_the_acompte,
    sign_on_paper,
)
from tests.browser.acts_of_the_daf import (
    close,
    liquidate_the_solde,
    notify_the_decision,
    notify_the_grant,
    open_payment,
    prepare_the_acompte,
    prepare_the_decision,
    prepare_the_grant,
    record_paid,
    validate,
)
from tests.browser.acts_of_the_school import receive_the_classes, write_the_pedagogical_part
from tests.browser.conftest import LogIn, Paper
from tests.browser.people import Person
from tests.browser.stage import Stage, set_stage
from tests.browser.worker import Worker
from tests.notices.receiver import Receiver


@dataclass
class Cast:
    """The people of one dossier; each logs in the first time that she is needed."""

    stage: Stage
    log_in: LogIn

    @cached_property
    def editeur(self) -> Person:
        return self.log_in(self.stage.editeur)

    @cached_property
    def signataire(self) -> Person:
        return self.log_in(self.stage.signataire)

    @cached_property
    def director(self) -> Person:
        return self.log_in(self.stage.director)

    @cached_property
    def agent(self) -> Person:
        return self.log_in(self.stage.agent)

    @cached_property
    def dan(self) -> Person:
        return self.log_in(self.stage.dan)

    @cached_property
    def recteur(self) -> Person:
        return self.log_in(self.stage.recteur)

    @cached_property
    def gestionnaire(self) -> Person:
        return self.log_in(self.stage.gestionnaire)

    @cached_property
    def valideur(self) -> Person:
        return self.log_in(self.stage.valideur)


@pytest.fixture
def cast(log_in: LogIn) -> Cast:
    return Cast(set_stage(), log_in)


def on(day: int, month: int) -> None:
    """That day of 2016, for the whole portal."""
    clock.shift_to(dt.date(2016, month, day))


def test_a_dossier_goes_from_its_opening_to_the_paid_solde(cast: Cast, worker: Worker, smtp: Receiver, paper: Paper) -> None:
    candidature(cast, paper)
    selection(cast, worker)
    convention(cast, worker, paper)
    decision(cast, worker, paper)
    acompte_and_grant(cast)
    justification(cast, paper)
    solde(cast)

    worker.wait_until_idle()
    read_every_letter(cast.editeur, cast.gestionnaire)

    subsidy = EquipmentSubsidy.objects.get()
    assert (subsidy.state, str(subsidy.paid_total)) == ("closed", "11950.25")
    assert not OutboxMail.objects.exclude(state=MailState.SENT).exists()
    assert len(smtp.received) == OutboxMail.objects.count() > 10


def candidature(cast: Cast, paper: Paper) -> None:
    on(20, 5)
    open_the_dossier(cast.editeur, cast.stage)
    describe_the_classes(cast.editeur)
    bring_the_pieces(cast.editeur, paper)

    on(25, 5)
    write_the_pedagogical_part(cast.director, cast.stage)

    on(10, 6)
    deposit(cast.editeur, cast.stage)


def selection(cast: Cast, worker: Worker) -> None:
    on(20, 6)
    check_the_pieces(cast.agent)
    admit(cast.agent, cast.stage)

    on(5, 7)
    retain(cast.agent, cast.stage)
    open_the_convention(cast.agent)
    worker.wait_until_idle()
    cast.editeur.goes_to("Dossiers", "Ornans")
    cast.editeur.reads_letter("Accusé de réception de candidature", "24 000,00 €", "12 000,00 €")
    cast.editeur.reads_letter("Lettre de sélection", "24 000,00 €", "12 000,00 €", "500,00 €")


def convention(cast: Cast, worker: Worker, paper: Paper) -> None:
    on(8, 7)
    give_the_account_and_the_calendar(cast.editeur, cast.stage, paper)

    on(11, 7)
    accept_the_rib(cast.agent)
    settle_the_convention(cast.dan)

    on(15, 7)
    record_the_deliberation(cast.editeur, paper)
    take_note_of_the_deliberation(cast.agent)

    on(20, 7)
    worker.wait_until_idle()
    sign_on_paper(cast.signataire, paper)

    on(25, 7)
    sign_for_the_state(cast.recteur)

    on(27, 7)
    record_the_signed_copy_and_notify(cast.agent, paper)


def decision(cast: Cast, worker: Worker, paper: Paper) -> None:
    on(22, 8)
    deposit_the_order(cast.editeur, cast.stage, paper)

    on(24, 8)
    accept_the_order(cast.agent)

    on(26, 8)
    prepare_the_decision(cast.gestionnaire)

    on(29, 8)
    sign_the_decision(cast.recteur)

    on(31, 8)
    worker.wait_until_idle()
    notify_the_decision(cast.gestionnaire, paper)
    notify_the_grant(cast.gestionnaire, cast.stage)


def acompte_and_grant(cast: Cast) -> None:
    on(1, 9)
    request_the_acompte(cast.editeur)

    on(2, 9)
    prepare_the_acompte(cast.gestionnaire)
    prepare_the_grant(cast.gestionnaire, cast.stage)

    on(5, 9)
    validate(cast.valideur, "Acompte", "6 000,00 €")
    validate(cast.valideur, "Dotation de ressources", "500,00 €")

    on(12, 9)
    record_paid(cast.gestionnaire, "Acompte", "6 000,00 €", dp="4000000001")
    record_paid(cast.gestionnaire, "Dotation de ressources", "500,00 €", dp="4000000002")


def justification(cast: Cast, paper: Paper) -> None:
    on(19, 9)
    receive_the_classes(cast.director, cast.stage)

    on(3, 10)
    enter_the_invoices(cast.editeur, cast.stage, paper)
    certify_exact(cast.signataire)

    on(5, 10)
    deposit_the_statement(cast.editeur)

    on(7, 10)
    accept_the_invoices(cast.agent)

    on(10, 10)
    certify_the_service_fait(cast.dan)


def solde(cast: Cast) -> None:
    on(14, 11)
    liquidate_the_solde(cast.gestionnaire)

    on(16, 11)
    validate(cast.valideur, "Solde", "5 950,25 €")

    on(24, 11)
    record_paid(cast.gestionnaire, "Solde", "5 950,25 €", dp="4000000003")

    on(25, 11)
    close(cast.gestionnaire)


def read_every_letter(editeur: Person, gestionnaire: Person) -> None:
    """Those that were not read on the way."""
    editeur.goes_to("Dossiers", "Ornans")
    editeur.reads_letter("Décision attributive de subvention", "12 000,00 €", "24 000,00 €")
    editeur.reads_letter("Certificat de service fait", "11 950,25 €", "7 900,50 €", "9 100,00 €")

    open_payment(gestionnaire, "Acompte")
    gestionnaire.reads_letter("Certificat pour le versement de l’acompte", "6 000,00 €", "12 000,00 €")
    gestionnaire.reads_letter("Avis de versement", "6 000,00 €")
    open_payment(gestionnaire, "Solde")
    gestionnaire.reads_letter("Certificat pour le versement du solde", "11 950,25 €", "6 000,00 €", "5 950,25 €")
    gestionnaire.reads_letter("Avis de versement", "5 950,25 €")
    open_payment(gestionnaire, "Dotation de ressources")
    gestionnaire.reads_letter("Avis de versement", "500,00 €")
    gestionnaire.goes_to("Dossiers", "Ornans")
    gestionnaire.reads_letter("Notification de la dotation de ressources", "500,00 €")
