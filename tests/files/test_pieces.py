import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, connection, transaction

from plannumerique.files import services
from plannumerique.files.enums import PieceState, Readers
from plannumerique.files.models import Piece, StoredFile
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.journal.pages import events_about
from plannumerique.journal.passages import Stale
from plannumerique.organisations.enums import Role
from plannumerique.organisations.models import Membership, School
from tests.factories import CirconscriptionFactory, SchoolFactory, actor_for
from tests.files.conftest import Dossier
from tests.files.sample import image_bytes


def test_a_deposited_piece_keeps_the_bytes_their_hash_and_who_brought_them(dossier: Dossier) -> None:
    data = image_bytes("PNG")
    file = dossier.receive(data=data, name="C:\\scan\\délibération.png")

    piece = dossier.deposit(file=file, kind="deliberation", label="Délibération")

    piece = Piece.objects.for_pages().get(pk=piece.pk)
    assert piece.state == PieceState.DEPOSITED
    assert piece.deposited_by == dossier.mairie.user
    assert piece.deposited_at == dossier.mairie.at
    assert piece.file.original_name == "délibération.png"
    assert piece.file.content_type == "image/png"
    assert piece.file.size == len(data)
    assert piece.file.attached_at == dossier.mairie.at
    assert "délibération" not in piece.file.file.name
    with piece.file.file.open("rb") as kept:
        assert kept.read() == data
    line = JournalLine.objects.get(subject_kind="files.piece", subject_id=piece.pk)
    assert line.label == "Déposer la pièce «\u00a0Délibération\u00a0»"


def test_the_life_of_a_piece_says_nothing_twice(dossier: Dossier) -> None:
    piece = dossier.deposit(kind="deliberation", label="Délibération")
    by_the_portal = {"label": "Mettre en page", "actor_name": "portail (mise en page)", "actor_role": "portail", "actor": None}
    JournalLine.objects.create(
        thread=piece.thread,
        subject_kind="files.piece",
        subject_id=piece.pk,
        subject_label="Délibération",
        act="lay_out",
        version=2,
        occurred_at=dossier.mairie.at,
        **by_the_portal,
    )

    by_nobody, by_the_mairie = events_about(piece)

    assert (by_the_mairie.label, by_the_mairie.subject) == ("a déposé la pièce «\u00a0Délibération\u00a0»", "")
    assert by_the_mairie.role
    assert (by_nobody.subject, by_nobody.actor, by_nobody.role) == ("Délibération", "Le portail", "")


def test_a_director_brings_a_piece_of_her_school_and_of_no_other(dossier: Dossier) -> None:
    assert dossier.deposit(by=dossier.director, school=dossier.school).deposited_by == dossier.director.user

    elsewhere = SchoolFactory(collectivite=dossier.thread.collectivite)
    file = dossier.receive(by=dossier.director)
    with pytest.raises(PermissionDenied):
        dossier.deposit(by=dossier.director, school=elsewhere, file=file)
    with pytest.raises(PermissionDenied):
        dossier.deposit(by=dossier.director, file=file)
    assert Piece.objects.count() == 1
    file.refresh_from_db()
    assert file.attached_at is None


def test_a_draft_serves_once_and_only_its_owner(dossier: Dossier) -> None:
    file = dossier.receive()
    with pytest.raises(Refused, match="choisissez-le de nouveau"):
        dossier.deposit(by=dossier.agent, file=file)

    dossier.deposit(file=file)
    with pytest.raises(Refused, match="a déjà servi"):
        dossier.deposit(file=file)
    assert Piece.objects.count() == 1


def test_the_dane_accepts_a_piece(dossier: Dossier) -> None:
    piece = dossier.deposit()

    services.accept_piece(piece_id=piece.pk, actor=dossier.agent, seen=1)

    piece = Piece.objects.get(pk=piece.pk)
    assert piece.state == PieceState.ACCEPTED
    assert (piece.checked_by, piece.checked_at) == (dossier.agent.user, dossier.agent.at)
    assert piece in Piece.objects.accepted()
    assert piece not in Piece.objects.awaiting_check()


def test_a_rejected_piece_stays_with_its_motive(dossier: Dossier) -> None:
    piece = dossier.deposit()

    services.reject_piece(piece_id=piece.pk, actor=dossier.agent, comment="  La page 2 manque.  ")

    rejected = events_about(piece)[0]
    assert (rejected.comment, [one.after for one in rejected.changes]) == ("", ["La page 2 manque."])

    piece = Piece.objects.get(pk=piece.pk)
    assert (piece.state, piece.motive) == (PieceState.REJECTED, "La page 2 manque.")
    assert piece not in Piece.objects.usable()
    assert piece in Piece.objects.visible_to(dossier.mairie)


def test_a_piece_is_not_rejected_without_a_motive(dossier: Dossier) -> None:
    piece = dossier.deposit()
    with pytest.raises(Refused, match="Indiquez le motif"):
        services.reject_piece(piece_id=piece.pk, actor=dossier.agent, comment=" ")
    assert Piece.objects.get(pk=piece.pk).state == PieceState.DEPOSITED


@pytest.mark.parametrize("decide", [services.accept_piece, services.reject_piece])
def test_the_collectivite_does_not_check_its_own_pieces(dossier: Dossier, decide: object) -> None:
    piece = dossier.deposit()
    with pytest.raises(PermissionDenied):
        decide(piece_id=piece.pk, actor=dossier.mairie, comment="à tort")  # type: ignore[operator]
    assert Piece.objects.get(pk=piece.pk).state == PieceState.DEPOSITED


def test_whoever_deposited_a_piece_does_not_check_it(dossier: Dossier) -> None:
    piece = dossier.deposit(by=dossier.agent)
    with pytest.raises(PermissionDenied, match="Qui a déposé une pièce ne la vérifie pas"):
        services.accept_piece(piece_id=piece.pk, actor=dossier.agent)

    services.accept_piece(piece_id=piece.pk, actor=dossier.dan)
    assert Piece.objects.get(pk=piece.pk).state == PieceState.ACCEPTED


def test_an_accepted_piece_goes_back_to_check_with_a_motive(dossier: Dossier) -> None:
    piece = dossier.deposit()
    services.accept_piece(piece_id=piece.pk, actor=dossier.agent)

    with pytest.raises(Refused, match="Indiquez le motif"):
        services.reopen_piece(piece_id=piece.pk, actor=dossier.dan, comment="")
    services.reopen_piece(piece_id=piece.pk, actor=dossier.dan, comment="Mauvais exercice.")

    piece = Piece.objects.get(pk=piece.pk)
    assert (piece.state, piece.checked_by, piece.checked_at) == (PieceState.DEPOSITED, None, None)


def test_the_second_of_two_officers_reads_who_was_first(dossier: Dossier) -> None:
    piece = dossier.deposit()
    services.accept_piece(piece_id=piece.pk, actor=dossier.agent, seen=1)
    with pytest.raises(Stale, match=r"Déjà traité par .* EXEMPLE"):
        services.reject_piece(piece_id=piece.pk, actor=dossier.dan, comment="Illisible.", seen=1)


def test_a_piece_takes_the_place_of_a_rejected_one(dossier: Dossier) -> None:
    first = dossier.deposit()
    services.reject_piece(piece_id=first.pk, actor=dossier.agent, comment="Illisible.")

    second = dossier.deposit(replaces=first)

    assert list(Piece.objects.usable()) == [second]
    assert list(Piece.objects.in_force()) == [second]
    with pytest.raises(Refused, match="a été remplacée depuis"):
        services.reopen_piece(piece_id=first.pk, actor=dossier.agent, comment="Après tout…")
    with pytest.raises(Refused, match="a déjà été remplacée"):
        dossier.deposit(replaces=first)
    assert Piece.objects.count() == 2


def test_an_accepted_piece_is_not_replaced_behind_the_dane(dossier: Dossier) -> None:
    piece = dossier.deposit()
    services.accept_piece(piece_id=piece.pk, actor=dossier.agent)
    with pytest.raises(Refused, match="la DANE doit la remettre à vérifier"):
        dossier.deposit(replaces=piece)
    assert Piece.objects.count() == 1


def test_a_piece_about_a_row_is_found_again_from_it(dossier: Dossier) -> None:
    piece = dossier.deposit()
    assert list(Piece.objects.about(dossier.thread)) == [piece]
    assert not Piece.objects.about(dossier.school).exists()


# --- Who sees what ---


def test_a_foreign_collectivite_sees_no_piece(dossier: Dossier) -> None:
    dossier.deposit()
    assert not Piece.objects.visible_to(actor_for(Role.EDITEUR)).exists()
    assert not Piece.objects.visible_to(actor_for(Role.DIRECTOR)).exists()


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.IEN, Role.DSDEN])
def test_a_rib_is_for_the_collectivite_and_the_academie_only(dossier: Dossier, role: Role) -> None:
    circonscription = CirconscriptionFactory(departement=dossier.school.departement)
    School.objects.filter(pk=dossier.school.pk).update(circonscription=circonscription)
    where = {Role.DIRECTOR: dossier.school, Role.IEN: circonscription, Role.DSDEN: dossier.school.departement}
    reader = actor_for(role, where[role])
    quote, rib = dossier.deposit(), dossier.deposit(kind="rib", label="RIB", readers=Readers.ACCOUNT)

    assert list(Piece.objects.visible_to(reader)) == [quote]
    for insider in (dossier.mairie, dossier.agent, actor_for(Role.VALIDEUR_DAF, dossier.thread.academie)):
        assert list(Piece.objects.visible_to(insider)) == [quote, rib]


def test_the_rib_of_a_college_is_for_the_college_and_not_for_the_collectivite(dossier: Dossier) -> None:
    college = SchoolFactory(college=True)
    gestionnaire, colleague = actor_for(Role.COLLEGE_REFERENT, college), actor_for(Role.COLLEGE_REFERENT, college)

    rib = dossier.deposit(by=gestionnaire, college=college, kind="rib", label="RIB du collège", readers=Readers.COLLEGE_ACCOUNT)

    for insider in (gestionnaire, colleague, dossier.agent, actor_for(Role.VALIDEUR_DAF, dossier.thread.academie)):
        assert list(Piece.objects.visible_to(insider)) == [rib]
    for role in (Role.DSI, Role.RECTEUR, Role.ADMINISTRATOR):
        assert not Piece.objects.visible_to(actor_for(role, dossier.thread.academie)).exists()
    for other in (dossier.mairie, dossier.director, actor_for(Role.DSDEN, college.departement)):
        assert not Piece.objects.visible_to(other).exists()


def test_whoever_brought_a_piece_sees_it(dossier: Dossier) -> None:
    """Who typed the RIB at the mairie, and directs a school today, is not told that what she brought does not exist."""
    rib = dossier.deposit(kind="rib", label="RIB", readers=Readers.ACCOUNT)
    Membership.objects.filter(user=dossier.mairie.user).delete()
    assert dossier.mairie.user is not None

    assert list(Piece.objects.visible_to(actor_for(Role.DIRECTOR, dossier.school, user=dossier.mairie.user))) == [rib]


def test_a_piece_refused_to_the_collectivite_is_not_for_the_schools(dossier: Dossier) -> None:
    quote = dossier.deposit()
    assert list(Piece.objects.visible_to(dossier.director)) == [quote]

    services.reject_piece(piece_id=quote.pk, actor=dossier.agent, comment="illisible")

    assert not Piece.objects.visible_to(dossier.director).exists()
    assert list(Piece.objects.visible_to(dossier.mairie)) == [quote]


def test_two_memberships_do_not_show_a_piece_twice(dossier: Dossier) -> None:
    piece = dossier.deposit()
    actor_for(Role.DIRECTOR, dossier.school, user=dossier.agent.user)
    both = actor_for(Role.EDITEUR, dossier.thread.collectivite, user=dossier.agent.user)
    assert list(Piece.objects.visible_to(both)) == [piece]


# --- What the database holds by itself ---


def _refused_by_the_database(sql: str, *values: object) -> None:
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_the_database_keeps_a_deposit_as_it_was(dossier: Dossier) -> None:
    piece, other = dossier.deposit(readers=Readers.COLLECTIVITE), dossier.receive(data=image_bytes())
    _refused_by_the_database("UPDATE files_piece SET file_id = %s WHERE id = %s", other.pk, piece.pk)
    _refused_by_the_database("UPDATE files_piece SET readers = 'dossier' WHERE id = %s", piece.pk)
    _refused_by_the_database("DELETE FROM files_piece WHERE id = %s", piece.pk)
    _refused_by_the_database("UPDATE files_storedfile SET sha256 = 'x' WHERE id = %s", piece.file_id)
    _refused_by_the_database("DELETE FROM files_storedfile WHERE id = %s", piece.file_id)
    assert StoredFile.objects.get(pk=piece.file_id).attached_at
