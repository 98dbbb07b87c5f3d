"""The check of the pieces on which a convention rests."""

import pytest
from django.core.exceptions import PermissionDenied

from conventions import services
from conventions.enums import ConventionState as S
from conventions.enums import PieceKind
from conventions.models import Convention
from plannumerique.files.models import Piece
from plannumerique.journal.machine import Refused
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from tests.factories import actor_for
from tests.factories_conventions import ConventionFactory, piece_of

pytestmark = pytest.mark.django_db


def dane(convention):
    return actor_for(Role.AGENT_DANE, convention.campaign.academie)


def with_waiting_rib():
    convention = ConventionFactory(negotiation=True)
    Piece.objects.filter(pk=convention.rib_id).update(state="deposited", checked_at=None)
    return Convention.objects.select_related("thread", *Convention.passage_related).get(pk=convention.pk)


def test_a_rib_is_accepted():
    convention = with_waiting_rib()

    services.check_piece(convention=convention, piece=convention.rib, actor=dane(convention), accepted=True)

    assert Piece.objects.get(kind="rib").state == "accepted"
    assert not OutboxMail.objects.exists()


def test_a_refused_piece_is_told_with_its_motive():
    convention = with_waiting_rib()

    services.check_piece(
        convention=convention, piece=convention.rib, actor=dane(convention), accepted=False, comment="IBAN illisible"
    )

    assert Piece.objects.get(kind="rib").state == "rejected"
    mail = OutboxMail.objects.get(kind="piece_rejected")
    assert "IBAN illisible" in mail.text
    assert convention.dossier.collectivite.email in mail.to


def test_a_refusal_needs_its_motive():
    convention = with_waiting_rib()

    with pytest.raises(Refused, match="Indiquez le motif"):
        services.check_piece(convention=convention, piece=convention.rib, actor=dane(convention), accepted=False)

    assert Piece.objects.get(kind="rib").state == "deposited"
    assert not OutboxMail.objects.exists()


def test_an_accepted_rib_is_put_back_to_check_while_the_text_is_open():
    convention = ConventionFactory(negotiation=True)

    services.put_piece_back_to_check(
        convention=convention, piece=convention.rib, actor=dane(convention), comment="doute sur le titulaire"
    )

    assert Piece.objects.get(kind="rib").state == "deposited"


@pytest.mark.parametrize("state", [S.SETTLED, S.SIGNED_RECTEUR, S.ABANDONED])
def test_once_the_text_is_settled_the_rib_is_no_longer_questioned(state):
    convention = ConventionFactory(state=state)

    with pytest.raises(Refused, match="n’a plus à être vérifiée"):
        services.put_piece_back_to_check(convention=convention, piece=convention.rib, actor=dane(convention), comment="x")

    assert Piece.objects.get(pk=convention.rib_id).state == "accepted"


def test_a_piece_that_the_convention_no_longer_rests_on_is_not_checked():
    convention = with_waiting_rib()
    other = piece_of(convention, PieceKind.RIB, waiting=True)

    with pytest.raises(Refused, match="n’a plus à être vérifiée"):
        services.check_piece(convention=convention, piece=other, actor=dane(convention), accepted=True)


def test_who_brought_a_piece_does_not_check_it():
    convention = with_waiting_rib()
    actor = dane(convention)
    mine = piece_of(convention, PieceKind.RIB, waiting=True, deposited_by=actor.user)
    Convention.objects.filter(pk=convention.pk).update(rib=mine)
    convention = Convention.objects.select_related("thread", *Convention.passage_related).get(pk=convention.pk)

    with pytest.raises(PermissionDenied, match="à un autre agent"):
        services.check_piece(convention=convention, piece=mine, actor=actor, accepted=True)


def test_the_collectivite_does_not_check_its_own_pieces():
    convention = with_waiting_rib()

    with pytest.raises(PermissionDenied):
        services.check_piece(
            convention=convention,
            piece=convention.rib,
            actor=actor_for(Role.SIGNATAIRE, convention.dossier.collectivite),
            accepted=True,
        )
