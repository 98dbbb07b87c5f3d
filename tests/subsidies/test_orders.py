"""Purchase orders: the collectivité deposits their copies, the DANE checks them, the first one puts the convention in execution."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from conventions.enums import ConventionState
from conventions.models import Convention
from plannumerique.files.models import Piece
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.journal.passages import Stale
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from subsidies.enums import PieceState, PurchaseChannel, Supplied
from subsidies.models import PurchaseOrder
from subsidies.services.orders import (
    Order,
    accept_order,
    deposit_order,
    edit_order,
    grant_early_order,
    reject_order,
    reopen_order,
)
from tests.factories import actor_for, siren, siret
from tests.factories_subsidies import ConventionFactory, EquipmentSubsidyFactory, PurchaseOrderFactory, actor_of
from tests.papers import draft

pytestmark = pytest.mark.django_db

NOBODY_ORDERED = {"orders": 0, "convention__costs": [[8000, 8000]]}


def an_order(subsidy, *, amount_ttc="16000.00", shares=None, **changes):
    classes = list(subsidy.convention.mobile_classes.order_by("pk"))
    parts = shares or {one.pk: Decimal(amount_ttc) / len(classes) for one in classes}
    fields = {
        "number": "BC-42",
        "supplier_name": "Numérique Exemple SARL",
        "supplier_siret": siret(siren(1, prefix="9000")),
        "channel": PurchaseChannel.UGAP,
        "coordinator": "",
        "ordered_on": dt.date(2016, 9, 2),
        "amount_ht": (Decimal(amount_ttc) / Decimal("1.2")).quantize(Decimal("0.01")),
        "amount_ttc": Decimal(amount_ttc),
        "terminals": Supplied.ORDERED,
        "teacher_terminal": Supplied.ORDERED,
        "container": Supplied.ORDERED,
        "administration": Supplied.OWNED,
    }
    return Order(shares=parts, **(fields | changes))


def deposit(subsidy, *, role=Role.EDITEUR, **changes):
    actor = actor_of(subsidy, role)
    return deposit_order(subsidy=subsidy, actor=actor, order=an_order(subsidy, **changes), copy=draft(actor.user, at=actor.at))


@pytest.mark.parametrize("role", [Role.EDITEUR, Role.SIGNATAIRE, Role.MANDATAIRE])
def test_the_collectivite_deposits_an_order_with_its_copy_and_the_part_of_each_class(role):
    subsidy = EquipmentSubsidyFactory(**NOBODY_ORDERED)

    order = deposit(subsidy, role=role)

    order = PurchaseOrder.objects.get(pk=order.pk)
    assert (order.state, order.deposited_on, order.version) == (PieceState.DEPOSITED, dt.date(2016, 9, 23), 1)
    assert [one.amount_ttc for one in order.allocations.all()] == [Decimal("8000.00")] * 2
    assert (order.piece.kind, order.piece.is_about(subsidy), order.piece.state) == ("purchase_order", True, "deposited")
    assert JournalLine.objects.filter(subject_id=order.pk, label="Déposer un bon de commande").count() == 1


@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.GESTIONNAIRE_DAF, Role.DIRECTOR])
def test_another_role_deposits_nothing(role):
    subsidy = EquipmentSubsidyFactory(**NOBODY_ORDERED)

    with pytest.raises(PermissionDenied, match="Cette action revient à"):
        deposit(subsidy, role=role)

    assert not PurchaseOrder.objects.exists()
    assert not Piece.objects.filter(kind="purchase_order").exists()


def test_another_collectivite_deposits_nothing():
    subsidy = EquipmentSubsidyFactory(**NOBODY_ORDERED)
    stranger = actor_for(Role.EDITEUR)

    with pytest.raises(PermissionDenied):
        deposit_order(subsidy=subsidy, actor=stranger, order=an_order(subsidy), copy=draft(stranger.user, at=stranger.at))


def test_parts_that_miss_a_cent_are_refused_and_nothing_is_half_written():
    subsidy = EquipmentSubsidyFactory(**NOBODY_ORDERED)
    first, second = subsidy.convention.mobile_classes.order_by("pk")

    with pytest.raises(Refused, match=r"ses parts font 15.999,99"):
        deposit(subsidy, shares={first.pk: Decimal("8000"), second.pk: Decimal("7999.99")})

    assert not PurchaseOrder.objects.exists()
    assert not Piece.objects.filter(kind="purchase_order").exists()


def test_a_class_of_another_convention_is_refused():
    subsidy = EquipmentSubsidyFactory(**NOBODY_ORDERED)
    foreign = ConventionFactory(dossier__campaign=subsidy.campaign).mobile_classes.first()

    with pytest.raises(Refused, match="n’est pas couverte par la convention"):
        deposit(subsidy, shares={foreign.pk: Decimal("16000")})


def test_an_order_of_tomorrow_is_refused():
    subsidy = EquipmentSubsidyFactory(**NOBODY_ORDERED)

    with pytest.raises(Refused, match="date à venir"):
        deposit(subsidy, ordered_on=dt.date(2016, 9, 24))


def test_the_same_order_twice_is_refused():
    subsidy = EquipmentSubsidyFactory(**NOBODY_ORDERED)
    deposit(subsidy)

    with pytest.raises(Refused, match="déjà déposé dans le dossier"):
        deposit(subsidy)

    assert PurchaseOrder.objects.count() == 1


def test_a_closed_subsidy_takes_no_order():
    subsidy = EquipmentSubsidyFactory(closed=True, **NOBODY_ORDERED)

    with pytest.raises(Refused, match="ne reçoit plus de commande"):
        deposit(subsidy)


def test_an_order_is_corrected_as_long_as_nobody_has_checked_it():
    order = PurchaseOrderFactory(subsidy__convention__costs=[[8000, 8000]])
    actor = actor_of(order, Role.EDITEUR)
    before = order.piece

    edit_order(
        order_id=order.pk,
        actor=actor,
        order=an_order(order.subsidy, amount_ttc="15000.00"),
        copy=draft(actor.user, at=actor.at),
        seen=order.version,
    )

    corrected = PurchaseOrder.objects.get(pk=order.pk)
    assert (corrected.amount_ttc, corrected.piece.replaces) == (Decimal("15000.00"), before)
    assert [one.amount_ttc for one in corrected.allocations.all()] == [Decimal("7500.00")] * 2
    line = JournalLine.objects.get(act="edit_order")
    assert (line.before["amount_ttc"], line.after["amount_ttc"]) == ("16000.00", "15000.00")


def test_a_checked_order_is_no_longer_corrected():
    order = PurchaseOrderFactory(accepted=True)

    with pytest.raises(PermissionDenied, match="elle ne se modifie plus"):
        edit_order(order_id=order.pk, actor=actor_of(order, Role.EDITEUR), order=an_order(order.subsidy))


# --- Check ---


def test_accepting_an_order_accepts_its_copy_and_puts_the_convention_in_execution():
    order = PurchaseOrderFactory(subsidy__convention=ConventionFactory())
    dane = actor_of(order, Role.AGENT_DANE)

    accept_order(order_id=order.pk, actor=dane, seen=order.version)

    order = PurchaseOrder.objects.get(pk=order.pk)
    assert (order.state, order.checked_by, order.piece.state) == (PieceState.ACCEPTED, dane.user, "accepted")
    assert Convention.objects.get().state == ConventionState.IN_EXECUTION


def test_a_second_order_leaves_the_convention_in_execution():
    subsidy = EquipmentSubsidyFactory()
    second = PurchaseOrderFactory(subsidy=subsidy)

    accept_order(order_id=second.pk, actor=actor_of(second, Role.DAN))

    assert Convention.objects.get().state == ConventionState.IN_EXECUTION
    assert JournalLine.objects.filter(act="start_execution").count() == 0


@pytest.mark.parametrize("role", [Role.EDITEUR, Role.GESTIONNAIRE_DAF, Role.RECTEUR])
def test_another_role_checks_nothing(role):
    order = PurchaseOrderFactory()

    with pytest.raises(PermissionDenied):
        accept_order(order_id=order.pk, actor=actor_of(order, role))

    assert PurchaseOrder.objects.get().state == PieceState.DEPOSITED


def test_who_deposited_an_order_does_not_check_it_even_with_both_roles():
    subsidy = EquipmentSubsidyFactory(**NOBODY_ORDERED)
    order = deposit(subsidy)
    both = actor_of(subsidy, Role.AGENT_DANE, user=order.piece.deposited_by)

    with pytest.raises(PermissionDenied, match="Qui a déposé une commande ne la vérifie pas"):
        accept_order(order_id=order.pk, actor=both)


def test_the_day_before_the_right_to_order_is_too_early_and_the_day_itself_is_not():
    subsidy = EquipmentSubsidyFactory(**NOBODY_ORDERED)
    floor = subsidy.campaign.expenses_from
    early = PurchaseOrderFactory(subsidy=subsidy, ordered_on=floor - dt.timedelta(days=1))
    in_time = PurchaseOrderFactory(subsidy=subsidy, ordered_on=floor)
    dane = actor_of(subsidy, Role.AGENT_DANE)

    with pytest.raises(Refused, match="jeudi 16\u00a0juin 2016, avant le vendredi 17\u00a0juin 2016, début d’éligibilité"):
        accept_order(order_id=early.pk, actor=dane)
    accept_order(order_id=in_time.pk, actor=dane)

    assert [one.state for one in PurchaseOrder.objects.order_by("pk")] == [PieceState.DEPOSITED, PieceState.ACCEPTED]


def test_the_campaign_may_set_the_right_to_order_later_than_its_expenses():
    order = PurchaseOrderFactory(ordered_on=dt.date(2016, 7, 1))
    order.subsidy.campaign.orders_from = dt.date(2016, 7, 5)
    order.subsidy.campaign.save()

    with pytest.raises(Refused, match="avant le mardi 5\u00a0juillet 2016"):
        accept_order(order_id=order.pk, actor=actor_of(order, Role.AGENT_DANE))


def test_a_derogation_with_its_motive_lets_an_early_order_through():
    order = PurchaseOrderFactory(early=True)
    dane = actor_of(order, Role.AGENT_DANE)

    with pytest.raises(Refused, match="motif"):
        grant_early_order(order_id=order.pk, actor=dane, comment=" ")
    grant_early_order(order_id=order.pk, actor=dane, comment="Marché d’exemple attribué avant l’appel.")
    accept_order(order_id=order.pk, actor=dane)

    order = PurchaseOrder.objects.get()
    assert (order.state, order.early_derogation) == (PieceState.ACCEPTED, "Marché d’exemple attribué avant l’appel.")


def test_an_order_without_its_container_is_refused_until_it_is_ordered_or_owned():
    order = PurchaseOrderFactory(incomplete_kit=True)

    with pytest.raises(Refused, match="ne couvre pas le conteneur sécurisé"):
        accept_order(order_id=order.pk, actor=actor_of(order, Role.AGENT_DANE))


def test_a_groupement_needs_its_coordinator_and_its_convention():
    order = PurchaseOrderFactory(channel=PurchaseChannel.GROUPEMENT)
    dane = actor_of(order, Role.AGENT_DANE)

    with pytest.raises(Refused) as refused:
        accept_order(order_id=order.pk, actor=dane)
    assert len(refused.value.reasons) == 2

    editor = actor_of(order, Role.EDITEUR)
    edit_order(
        order_id=order.pk,
        actor=editor,
        order=an_order(order.subsidy, amount_ttc="24000.00", channel=PurchaseChannel.GROUPEMENT, coordinator="CC des Exemples"),
        groupement=draft(editor.user, at=editor.at, name="convention-de-groupement.pdf"),
    )
    accept_order(order_id=order.pk, actor=dane)

    order = PurchaseOrder.objects.get()
    assert (order.state, order.groupement_piece.state) == (PieceState.ACCEPTED, "accepted")


def test_a_rejection_needs_its_motive_rejects_the_copy_and_tells_the_collectivite():
    order = PurchaseOrderFactory()
    dane = actor_of(order, Role.AGENT_DANE)

    with pytest.raises(Refused, match="Indiquez le motif"):
        reject_order(order_id=order.pk, actor=dane, comment="")
    reject_order(order_id=order.pk, actor=dane, comment="La copie est illisible.")

    order = PurchaseOrder.objects.get()
    assert (order.state, order.piece.state, order.piece.motive) == (PieceState.REJECTED, "rejected", "La copie est illisible.")
    mail = OutboxMail.objects.get(kind="order_rejected")
    assert mail.to == [order.subsidy.convention.dossier.collectivite.email]
    assert "La copie est illisible." in mail.text


def test_the_order_that_a_decision_rests_on_is_not_reopened():
    order = PurchaseOrderFactory(accepted=True, subsidy__prepared=True)

    with pytest.raises(Refused, match="repose sur cette seule commande"):
        reopen_order(order_id=order.pk, actor=actor_of(order, Role.AGENT_DANE), comment="motif")


def test_an_accepted_order_is_put_back_to_check_with_its_copy():
    order = PurchaseOrderFactory(accepted=True)

    reopen_order(order_id=order.pk, actor=actor_of(order, Role.AGENT_DANE), comment="Erreur d’exemple.")

    order = PurchaseOrder.objects.get()
    assert (order.state, order.checked_by, order.piece.state) == (PieceState.DEPOSITED, None, "deposited")


def test_a_stale_page_learns_who_was_first():
    order = PurchaseOrderFactory()
    first = actor_of(order, Role.AGENT_DANE)
    accept_order(order_id=order.pk, actor=first, seen=1)

    with pytest.raises(Stale, match=f"Déjà traité par {first.user} à 10:00 le 23/09/2016"):
        reject_order(order_id=order.pk, actor=actor_of(order, Role.AGENT_DANE), comment="motif", seen=1)

    assert PurchaseOrder.objects.get().state == PieceState.ACCEPTED
