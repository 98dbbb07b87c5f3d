"""What stands in the way of a convention's moves: one French sentence per obstacle, naming who can lift it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from conventions.enums import PieceKind
from plannumerique.files.enums import PieceState
from plannumerique.files.models import Piece
from plannumerique.journal.machine import condition
from plannumerique.lib.dates import long_date
from plannumerique.lib.money import euros
from plannumerique.lib.text import typeset
from projects.rules import FundingError

if TYPE_CHECKING:
    from conventions.models import Convention

# A condition is about the row alone and knows no day: it says what no day would lift. The move asks again, of its own day.
SOME_DAY = dt.date.max


# --- What the text rests on ---


@condition
def at_least_one_school_is_covered(convention: Convention) -> Iterator[str]:
    """Au moins une école retenue est couverte."""
    if not convention.covered_schools.exists():
        yield typeset("Le projet ne couvre aucune école : la DANE y porte les candidatures retenues.")


@condition
def the_subsidy_can_be_computed(convention: Convention) -> Iterator[str]:
    """La subvention se calcule : limite de classes par école, plancher et plafonds du barème."""
    try:
        funding = convention.funding()
    except FundingError as error:
        yield str(error)
        return
    if funding.lines and not funding.total:
        yield typeset("Le barème ne donne aucune subvention à ce projet : la DANE vérifie les dépenses prévues.")


@condition
def the_payee_is_known(convention: Convention) -> Iterator[str]:
    """SIRET, IBAN et titulaire du compte sont saisis."""
    if not (convention.siret and convention.iban and convention.iban_holder):
        yield typeset("Le SIRET, l’IBAN ou le titulaire du compte manque : la collectivité les saisit et dépose son RIB.")


@condition
def the_rib_is_accepted(convention: Convention) -> Iterator[str]:
    """Le RIB est déposé et accepté."""
    yield from _not_accepted(convention.rib, PieceKind.RIB)


@condition
def every_school_has_its_college(convention: Convention) -> Iterator[str]:
    """Chaque école a son collège référent (article 5)."""
    for covered in convention.covered_schools.all():
        if covered.referent_college_id is not None:
            continue
        yield typeset(f"L’{covered.school.in_words} n’a pas de collège référent : la DANE l’indique dans le projet.")


@condition
def the_calendar_is_given(convention: Convention) -> Iterator[str]:
    """Le calendrier prévisionnel de déploiement est donné (annexe C)."""
    if convention.deployment_from is None or convention.deployment_until is None:
        yield typeset("Le calendrier prévisionnel de déploiement manque (annexe C) : la collectivité ou la DANE le saisit.")


# --- Contrôle budgétaire régional ---


@condition
def the_cbr_must_be_asked(convention: Convention) -> Iterator[str]:
    """Le montant du projet dépasse le seuil du contrôle budgétaire, et aucun avis ne vaut déjà pour lui."""
    threshold = convention.terms.cbr_threshold
    if not convention.needs_cbr:
        over = f"ne dépasse pas {euros(threshold)}" if threshold is not None else "n’est soumis à aucun seuil"
        yield typeset(f"Le montant du projet {over} : le contrôleur budgétaire n’a pas à être saisi.")
    elif not convention.cbr_refusals(on=SOME_DAY):
        yield typeset("La réponse du contrôleur budgétaire vaut encore pour ce montant : il n’a pas à être saisi de nouveau.")


@condition
def the_cbr_received_the_file(convention: Convention) -> Iterator[str]:
    """La date de réception du dossier par le contrôleur budgétaire est enregistrée."""
    if convention.cbr_received_on is None:
        yield typeset("La date de réception du dossier par le contrôleur budgétaire manque : la DANE l’enregistre.")


@condition
def his_silence_may_count(convention: Convention) -> Iterator[str]:
    """Le silence du contrôleur vaut réponse dans la campagne, et aucune de ses demandes n’attend de réponse."""
    yield from convention.cbr_refusals(on=SOME_DAY)


@condition
def the_cbr_lets_it_be_signed(convention: Convention) -> Iterator[str]:
    """Au-dessus du seuil, l’avis est rendu ; défavorable, il est passé outre par écrit ; un visa refusé arrête la signature."""
    yield from convention.cbr_refusals(on=SOME_DAY)


@condition
def no_request_of_his_awaits_an_answer(convention: Convention) -> Iterator[str]:
    """Aucune demande écrite du contrôleur n’attend de réponse."""
    pending = convention.cbr_request_pending()
    if pending is not None:
        yield typeset(f"La demande du {long_date(pending.asked_on)} attend encore sa réponse : enregistrez-la d’abord.")


@condition
def a_request_of_his_awaits_an_answer(convention: Convention) -> Iterator[str]:
    """Une demande écrite du contrôleur attend sa réponse."""
    if convention.cbr_request_pending() is None:
        yield typeset("Aucune demande écrite du contrôleur budgétaire n’attend de réponse.")


@condition
def the_opinion_may_be_passed_over(convention: Convention) -> Iterator[str]:
    """L’avis est défavorable, et c’est un avis : un visa refusé ne peut être passé outre localement."""
    yield from convention.overruling_refusals()


# --- Délibération and signatures ---


@condition
def the_deliberation_is_executory(convention: Convention) -> Iterator[str]:
    """La délibération, publiée et reçue en préfecture, est enregistrée (CGCT, L. 2131-1)."""
    if convention.executory_on is None:
        sitting = f" Prochaine séance : {long_date(convention.next_sitting_on)}." if convention.next_sitting_on else ""
        yield typeset(
            "La délibération, sa publication ou sa réception en préfecture ne sont pas enregistrées (article L. 2131-1 du CGCT) : "
            f"la collectivité les saisit.{sitting}"
        )


@condition
def the_deliberation_piece_is_accepted(convention: Convention) -> Iterator[str]:
    """La copie de la délibération est acceptée."""
    yield from _not_accepted(convention.deliberation_piece, PieceKind.DELIBERATION)


@condition
def the_convention_is_issued(convention: Convention) -> Iterator[str]:
    """Le texte de la convention est établi."""
    document = convention.document
    if convention.is_taken_over:
        yield typeset(
            "La convention est reprise : elle ne se signe pas de nouveau. La DANE rouvre la négociation pour un autre texte."
        )
    elif document is None or not document.is_rendered:
        yield typeset("Le texte de la convention est en cours de mise en page : réessayez dans un instant.")


@condition
def the_copy_signed_by_the_collectivite_holds(convention: Convention) -> Iterator[str]:
    """L’exemplaire signé par la collectivité est déposé et n’est pas refusé."""
    piece = convention.collectivite_copy
    if piece is None:
        yield typeset("L’exemplaire signé par la collectivité n’est pas déposé : elle le numérise ou le photographie.")
    elif piece.is_rejected:
        yield typeset(
            f"L’exemplaire signé par la collectivité est refusé ({piece.motive}) : la DANE annule cette signature, "
            "puis un exemplaire lisible est enregistré."
        )


@condition
def the_copy_signed_by_both_is_there(convention: Convention) -> Iterator[str]:
    """L’exemplaire signé des deux parties est déposé, ou la convention est reprise d’un original signé."""
    if convention.is_taken_over:
        return
    if convention.document is None or not convention.document.is_signed:
        yield typeset("L’exemplaire signé des deux parties n’est pas enregistré : la DANE le numérise.")


def _not_accepted(piece: Piece | None, kind: PieceKind) -> Iterator[str]:
    if piece is None:
        yield typeset(f"La pièce « {kind.label} » manque : la collectivité la dépose.")
    elif piece.is_rejected:
        yield typeset(f"La pièce « {kind.label} » est refusée ({piece.motive}) : la collectivité en dépose une autre.")
    elif str(piece.state) != PieceState.ACCEPTED:
        yield typeset(f"La pièce « {kind.label} » attend sa vérification par la DANE.")
