"""The thread of a dossier in one reading: its steps, what moves next, its amounts unfolded."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.text import capfirst

from conventions.models import Convention
from conventions.pages import awaited_of, next_of
from conventions.permissions import can_open_convention, moves_that_matter
from deployments.enums import MobileClassState
from deployments.models import MobileClass
from plannumerique.files.enums import PieceState
from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.files.pages import document_links, piece_links
from plannumerique.files.permissions import can_check_piece
from plannumerique.journal.actions import Awaited
from plannumerique.lib.text import plural, starts_lower, typeset
from plannumerique.organisations.actor import Actor
from plannumerique.ui.pieces import Action, AmountLine, Amounts, Badge, DocumentLink, Tone
from portal.standing.pieces import CHECKED_KINDS
from projects.enums import DEAD_STATES, ApplicationState
from projects.models import Application, Dossier
from projects.pages.applications import badge_for
from subsidies.enums import CERTIFIED_STATES, CHECKED_PIECES
from subsidies.models import EquipmentSubsidy, Payment, ResourcesSubsidy
from subsidies.pages.expected import of_subsidy
from subsidies.pages.statement_steps import TITLES as STATEMENT_STEPS
from subsidies.pages.statement_steps import fills_statement
from subsidies.readings.promises import promise_of
from subsidies.rules import PaymentPromise


@dataclass(frozen=True, slots=True)
class NextMoves:
    """What the convention or the subsidy waits for: mine, open or shut (a link to its page), and the others'."""

    title: str
    url: str
    mine: tuple[str, ...]
    shut: tuple[Action, ...]
    others: tuple[Awaited, ...]


def convention_and_subsidy_of(dossier: Dossier) -> tuple[Convention | None, EquipmentSubsidy | None]:
    """The live convention and its subsidy, whoever asks: the steps are the same for all. One query where both are there, else two."""
    live = Convention.objects.live().filter(dossier=dossier)
    related = ("thread", *Convention.passage_related)
    of_both = (*EquipmentSubsidy.passage_related, "thread", *(f"convention__{name}" for name in related))
    subsidy = EquipmentSubsidy.objects.filter(convention__in=live).select_related(*of_both).first()
    if subsidy is not None:
        return subsidy.convention, subsidy
    return live.select_related(*related).order_by("-pk").first(), None


def may_open_convention(dossier: Dossier, convention: Convention | None, actor: Actor) -> bool:
    """Retained applications wait, no convention lives, and this person prepares them; one query at most."""
    if convention is not None or not can_open_convention(actor, Convention(thread=dossier.thread, dossier=dossier)):
        return False
    return dossier.applications.filter(state=ApplicationState.RETAINED, under_convention=False).exists()


def next_moves(convention: Convention | None, subsidy: EquipmentSubsidy | None, actor: Actor) -> list[NextMoves]:
    """Of the latest of the two rows alone: what came before it no longer waits."""
    if subsidy is not None:
        expected = of_subsidy(subsidy, actor)
        # What the page of the subsidy asks for, step by step: no move says it before the last of them.
        steps = STATEMENT_STEPS if fills_statement(subsidy, actor) else ()
        return [_moves("la subvention d’équipement", subsidy, expected.actions, expected.awaited, besides=steps)]
    if convention is not None:
        matter = moves_that_matter(convention)
        mine, others = tuple(next_of(convention, actor, matter)), tuple(awaited_of(convention, actor, matter))
        return [_moves("la convention", convention, mine, others)]
    return []


def _moves(
    title: str,
    row: Convention | EquipmentSubsidy,
    actions: tuple[Action, ...],
    others: tuple[Awaited, ...],
    *,
    besides: tuple[str, ...] = (),
) -> NextMoves:
    open_ones = [one.label for one in actions if not one.obstacles]
    return NextMoves(
        title,
        row.get_absolute_url(),
        mine=tuple(starts_lower(label) for label in (*open_ones, *besides)),
        shut=tuple(one for one in actions if one.obstacles),
        others=others,
    )


def amounts_of(convention: Convention | None, subsidy: EquipmentSubsidy | None) -> Amounts | None:
    """Requested, retained, decided, certified, paid: different figures, side by side."""
    if convention is None or convention.subsidy_max is None:
        return None
    lines = [
        AmountLine("Dépense prévue du projet", convention.project_amount),
        AmountLine("Subvention maximale de la convention", convention.subsidy_max),
    ]
    if subsidy is None:
        return Amounts("Subvention maximale de la convention", convention.subsidy_max, lines=tuple(lines))
    if subsidy.decided_amount is not None:
        lines.append(AmountLine("Montant décidé", subsidy.decided_amount, note=subsidy.decision_reference))
    if subsidy.state in CERTIFIED_STATES:
        lines.append(AmountLine("Dépense justifiée", subsidy.justified_amount))
        lines.append(AmountLine("Subvention définitive", subsidy.definitive_amount))
    lines.append(AmountLine("Versé", subsidy.paid_total, strong=True))
    return Amounts("Versé à ce jour", subsidy.paid_total, lines=tuple(lines), unfolded=True)


def promise(dossier: Dossier, subsidy: EquipmentSubsidy | None, actor: Actor) -> PaymentPromise | None:
    if subsidy is None or subsidy.decided_amount is None:
        return None
    subsidy.campaign = dossier.campaign  # whose deadlines are read once for the page
    return promise_of(subsidy, today=actor.today)


def applications_of(dossier: Dossier, actor: Actor) -> list[Application]:
    rows = list(Application.objects.visible_to(actor).filter(dossier=dossier).for_list())
    for row in rows:
        row.badge = badge_for(actor, row)
    return rows


# Before the convention, a dossier waits for its applications: who acts, state by state.
_NEXT_OF_APPLICATION: dict[ApplicationState, str] = {
    ApplicationState.DRAFT: "la collectivité et la direction de l’école l’écrivent, puis la collectivité la dépose",
    ApplicationState.TO_COMPLETE: "la collectivité transmet les compléments que la DANE a demandés",
    ApplicationState.SUBMITTED: "la DANE l’instruit",
    ApplicationState.ADMISSIBLE: "la DANE enregistre la sélection",
    ApplicationState.WAITING_LIST: "la DANE enregistre la suite donnée à la liste d’attente",
    ApplicationState.RETAINED: "la DANE prépare la convention",
}


_LATE_DRAFT = "le dépôt est clos ; la DANE peut accorder une dérogation de dépôt tardif"


def next_of_applications(applications: Iterable[Application], actor: Actor) -> list[str]:
    """One sentence a state, in the order in which a dossier goes through them; empty once conventions carry them."""
    rows = list(applications)
    if rows and all(one.state in DEAD_STATES for one in rows):
        return ["Aucune candidature de ce dossier n’est plus en cours : rien n’est attendu."]
    late = [one for one in rows if one.is_late_draft(actor.at)]
    counts = Counter(one.state for one in rows if not one.under_convention and one not in late)
    said = [typeset(f"{plural(len(late), one='candidature')} à l’état « brouillon » : {_LATE_DRAFT}.")] if late else []
    return said + [
        typeset(f"{plural(counts[state], one='candidature')} à l’état « {state.label} » : {what}.")
        for state, what in _NEXT_OF_APPLICATION.items()
        if counts[state]
    ]


def mobile_classes_of(dossier: Dossier, actor: Actor) -> list[MobileClass]:
    rows = MobileClass.objects.visible_to(actor).filter(thread_id=dossier.thread_id).exclude(state=MobileClassState.RENOUNCED)
    return list(rows.select_related("school"))


def resources_of(dossier: Dossier, actor: Actor) -> list[ResourcesSubsidy]:
    return list(ResourcesSubsidy.objects.visible_to(actor).filter(thread_id=dossier.thread_id).select_related("school", "payee"))


def documents_of(documents: Iterable[IssuedDocument], rows: Iterable[Application | ResourcesSubsidy]) -> list[DocumentLink]:
    """The acts of the thread; those about one school name it, among the rows that the page shows."""
    issued = list(documents)
    schools = {(row._meta.label_lower, row.pk): str(row.school) for row in rows}
    return [
        replace(link, note=schools.get((one.subject_kind, one.subject_id), ""))
        for one, link in zip(issued, document_links(issued), strict=True)
    ]


def past_acts(
    applications: Iterable[Application],
    convention: Convention | None,
    subsidy: EquipmentSubsidy | None,
    grants: Iterable[ResourcesSubsidy] = (),
    *,
    reader: Actor,
) -> list[DocumentLink]:
    """What was done on paper before the portal, said where a document of the portal would stand; a query once money is concerned."""
    acts = [
        DocumentLink("Sélection", kind=row.selection_list, on=row.selection_on, note=str(row.school))
        for row in applications
        if row.taken_over_on is not None
    ]
    if convention is not None and convention.is_taken_over:
        acts.append(DocumentLink("Convention", number=convention.reference, on=convention.recteur_signed_on))
    if subsidy is not None and subsidy.decision_taken_over_on is not None:
        acts.append(DocumentLink("Décision attributive", number=subsidy.decision_reference, on=subsidy.decision_signed_on))
        acts += [
            DocumentLink(
                capfirst(str(one.get_kind_display())),
                kind="DP",
                number=one.dp_number,
                on=one.paid_on,
                url=one.get_absolute_url(),
            )
            for one in Payment.objects.visible_to(reader).live().filter(thread_id=subsidy.thread_id, taken_over_on__isnull=False)
        ]
    if subsidy is not None and subsidy.service_fait_taken_over_on is not None:
        reference, on = subsidy.service_fait_reference, subsidy.service_fait_on
        acts.append(DocumentLink("Certificat de service fait", number=reference, on=on))
    acts += [
        DocumentLink("Notification de la dotation", number=one.reference, on=one.notified_on, note=str(one.school))
        for one in grants
        if one.taken_over_on is not None
    ]
    acts.sort(key=lambda one: one.on or dt.date.max)
    return [replace(one, badge=Badge("Repris, sur papier", Tone.NEUTRAL)) for one in acts]


def pieces_of(dossier: Dossier, pieces: Iterable[Piece], actor: Actor) -> list[DocumentLink]:
    """The pieces of the thread; those of the application lead the DANE to their check."""
    rows = list(pieces)
    return [
        _with_check(dossier, row, link) if _awaits_me(dossier, row, actor) else link
        for row, link in zip(rows, piece_links(rows, checked={*CHECKED_KINDS, *CHECKED_PIECES}), strict=True)
    ]


def _awaits_me(dossier: Dossier, piece: Piece, actor: Actor) -> bool:
    piece.thread = dossier.thread
    return piece.is_about(dossier) and piece.state == PieceState.DEPOSITED and can_check_piece(actor, piece)


def _with_check(dossier: Dossier, piece: Piece, link: DocumentLink) -> DocumentLink:
    return DocumentLink(
        label=f"Vérifier : {link.label}",
        url=reverse("projects:check_piece", args=[dossier.pk, piece.pk]),
        on=link.on,
        badge=link.badge,
    )
