"""What the pages of a convention show: its facts, its steps, its amounts unfolded, what may be done about it."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from conventions import conditions as only_if
from conventions import permissions
from conventions.enums import AWAITING_DELIBERATION_STATES, EDITABLE_STATES, ConventionState
from conventions.models import Convention, CoveredSchool
from conventions.rules import CbrNature, CbrSense, account_warning, sitting_warning
from conventions.services.pieces import CHECKED_WHILE, weighs
from plannumerique.files.enums import PieceState
from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.files.pages import document_links, piece_links
from plannumerique.files.permissions import can_check_piece
from plannumerique.journal.actions import Awaited, awaited, awaited_act
from plannumerique.journal.machine import Condition, moves_from, obstacles, obstacles_to
from plannumerique.journal.models import JournalLine
from plannumerique.lib.dates import clock_time, long_date, plain_date
from plannumerique.lib.identifiers import spaced_iban, spaced_siren
from plannumerique.lib.money import ZERO, euros
from plannumerique.lib.text import plural, typeset
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import CollectiviteKind
from plannumerique.organisations.permissions import Permission
from plannumerique.ui.pieces import Action, AmountLine, Amounts, Badge, DocumentLink, Fact, Step, StepState, Tone
from projects.enums import DeadlineCode
from projects.models import Application
from projects.rules import FundingError

S = ConventionState

TONES: dict[str, Tone] = {
    S.DRAFT: Tone.NEUTRAL,
    S.NEGOTIATION: Tone.INFO,
    S.SETTLED: Tone.INFO,
    S.CBR_REQUESTED: Tone.WARNING,
    S.CBR_GIVEN: Tone.INFO,
    S.DELIBERATED: Tone.INFO,
    S.SIGNED_COLLECTIVITE: Tone.INFO,
    S.SIGNED_RECTEUR: Tone.SUCCESS,
    S.NOTIFIED: Tone.SUCCESS,
    S.IN_EXECUTION: Tone.SUCCESS,
    S.SETTLED_UP: Tone.SUCCESS,
    S.ARCHIVED: Tone.NEUTRAL,
    S.ABANDONED: Tone.NEUTRAL,
    S.TERMINATED: Tone.ERROR,
}
_UNSIGNED = (*EDITABLE_STATES, S.SETTLED, S.CBR_REQUESTED, S.CBR_GIVEN, S.DELIBERATED, S.SIGNED_COLLECTIVITE)
_ORDER = list(S)


def badge_of(convention: Convention) -> Badge:
    if convention.is_stopped_by_the_cbr:
        return Badge("Avis du CBR défavorable", Tone.ERROR)
    past = ", reprise" if convention.is_taken_over else ""
    return Badge(f"{capfirst(convention.get_state_display())}{past}", TONES[convention.state])


def due_of(convention: Convention, *, today: dt.date) -> str:
    """What the convention is awaited by; no query when the campaign's dates were prefetched.

    A signature stays awaited after its date; justificatifs that come later are only paid later.
    """
    if convention.state in _UNSIGNED:
        deadline = convention.deadline()
        if deadline is None:
            return ""
        return f"signature {deadline.label}" if deadline.is_met(today) else typeset(f"signature {deadline.label} : date dépassée")
    if convention.state in (S.NOTIFIED, S.IN_EXECUTION):
        justification = convention.campaign.deadline(DeadlineCode.JUSTIFICATION)
        return f"justificatifs {justification.label}" if justification and justification.is_met(today) else ""
    return ""


# --- Steps ---


def steps_of(convention: Convention) -> list[Step]:
    """The nominal path; one that left it (abandoned, terminated) shows where it stopped."""
    if convention.state in (S.ABANDONED, S.TERMINATED):
        return [Step(capfirst(convention.get_state_display()), StepState.BLOCKED, on=convention.terminated_on)]
    steps = _nominal(convention)
    reached = _ORDER.index(S(convention.state))
    current = next((rank for rank, one in enumerate(steps) if reached < _ORDER.index(one.done)), len(steps))
    shown = [Step(one.title, _step_state(rank, current), on=one.on if rank < current else None) for rank, one in enumerate(steps)]
    if convention.is_stopped_by_the_cbr:
        shown[current - 1 : current + 1] = [replace(shown[current - 1], state=StepState.BLOCKED), Step(steps[current].title)]
    return shown


@dataclass(frozen=True, slots=True)
class _Nominal:
    title: str
    done: ConventionState
    on: dt.date | None = None


def _nominal(convention: Convention) -> list[_Nominal]:
    cbr = _Nominal("Contrôle budgétaire", S.CBR_GIVEN, convention.cbr_given_on or convention.cbr_silence_on)
    return [
        _Nominal("Projet et négociation", S.SETTLED, convention.settled_on),
        *([cbr] if convention.needs_cbr else []),
        _Nominal("Délibération", S.DELIBERATED, convention.executory_on),
        _Nominal("Signature de la collectivité", S.SIGNED_COLLECTIVITE, convention.collectivite_signed_on),
        _Nominal("Signature du recteur", S.SIGNED_RECTEUR, convention.recteur_signed_on),
        _Nominal("Notification", S.NOTIFIED, convention.notified_on),
        _Nominal("Exécution et solde", S.SETTLED_UP),
    ]


def _step_state(rank: int, current: int) -> StepState:
    if rank == current:
        return StepState.CURRENT
    return StepState.DONE if rank < current else StepState.TODO


# --- Facts ---


def facts_of(convention: Convention, *, today: dt.date) -> list[Fact]:
    collectivite, start, end = convention.dossier.collectivite, convention.deployment_from, convention.deployment_until
    facts = [
        Fact("Collectivité", collectivite.name, url=convention.dossier.get_absolute_url()),
        Fact("Campagne", convention.campaign.label, note=f"barème n° {convention.terms.number}"),
        Fact("État", badge=badge_of(convention)),
        Fact("Numéro", convention.reference or "donné quand le projet est arrêté"),
    ]
    if convention.taken_over_on:
        facts.append(Fact("Convention reprise le", on=convention.taken_over_on, note="signée sur papier, avant le portail"))
    if due := due_of(convention, today=today):
        facts.append(Fact("Échéance", due))
    if start and end:
        facts.append(Fact("Déploiement prévu", f"du {plain_date(start)} au {plain_date(end)}"))
    if convention.steering:
        facts.append(Fact("Pilotage", convention.steering))
    return facts


def account_facts(convention: Convention, actor: Actor) -> list[Fact]:
    """Whose account is credited; the whole IBAN for those who have to check it or to pay."""
    if not convention.iban:
        return []
    whole = permissions.can_see_account(actor, convention)
    return [
        Fact("Titulaire du compte", convention.iban_holder),
        Fact("SIRET", spaced_siren(convention.siret)),
        Fact("IBAN", spaced_iban(convention.iban) if whole else f"se termine par {convention.iban[-4:]}"),
        *([Fact("BIC", convention.bic)] if convention.bic and whole else []),
    ]


def account_warning_of(convention: Convention, actor: Actor) -> str | None:
    if not convention.iban or not permissions.can_see_account(actor, convention):
        return None
    return account_warning(convention.iban, public=convention.dossier.collectivite.kind != CollectiviteKind.OTHER)


def cbr_facts(convention: Convention) -> list[Fact]:
    """What became of the file sent to the contrôleur; empty when the project does not go to him."""
    threshold = convention.terms.cbr_threshold
    if threshold is None or not convention.needs_cbr:
        return []
    facts = [
        Fact("Montant du projet", amount=convention.project_amount, note=typeset(f"seuil du contrôle : {euros(threshold)}")),
        Fact("Saisi le", on=convention.cbr_requested_on),
        Fact("Reçu le", on=convention.cbr_received_on),
        *_cbr_answer(convention),
    ]
    if convention.cbr_overruled_on:
        facts.append(Fact("Passer outre", f"le {long_date(convention.cbr_overruled_on)}", note=convention.cbr_overruled_motive))
    return facts


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the contrôleur refused, said where the page begins: its motive is the comment of who recorded his answer."""

    nature: str
    on: dt.date | None
    motive: str
    ways: str


def refusal_of(convention: Convention) -> Refusal | None:
    if not convention.is_stopped_by_the_cbr:
        return None
    answers = JournalLine.objects.filter(
        subject_kind=convention._meta.label_lower, subject_id=convention.pk, act="record_cbr_opinion"
    )
    answer = answers.first()
    motive = answer.comment if answer else ""
    if convention.campaign.cbr_nature == CbrNature.VISA:
        return Refusal(
            "visa", convention.cbr_given_on, motive, "Le projet se modifie, négociation rouverte, puis se soumet de nouveau."
        )
    ways = "Le recteur passe outre par écrit, ou la négociation est rouverte pour modifier le projet."
    return Refusal("avis", convention.cbr_given_on, motive, ways)


def _cbr_answer(convention: Convention) -> list[Fact]:
    nature = "Visa" if convention.campaign.cbr_nature == CbrNature.VISA else "Avis"
    if convention.cbr_given_on:
        given = f"rendu le {long_date(convention.cbr_given_on)}"
        return [Fact(nature, convention.get_cbr_sense_display(), note=given)]
    if convention.cbr_silence_on:
        return [Fact(nature, f"réputé rendu le {long_date(convention.cbr_silence_on)}, par son silence")]
    if convention.cbr_received_on is None:
        return []
    last_day = convention.cbr_last_day()
    return [Fact("Peut se prononcer jusqu’au", long_date(last_day) if last_day else "délai interrompu par sa demande")]


def deliberation_facts(convention: Convention) -> list[Fact]:
    facts = []
    if convention.next_sitting_on and convention.deliberation_on is None:
        facts.append(Fact("Prochaine séance", on=convention.next_sitting_on))
    if convention.deliberation_on:
        about = f"n° {convention.deliberation_number} du {plain_date(convention.deliberation_on)}"
        facts += [
            Fact("Délibération", about, note=convention.get_deliberation_organ_display()),
            Fact("Publiée le", _moment(convention.published_on, convention.published_time)),
            Fact("Reçue en préfecture le", _moment(convention.prefecture_on, convention.prefecture_time)),
            Fact("Exécutoire le", on=convention.executory_on),
        ]
    return facts


def signature_facts(convention: Convention) -> list[Fact]:
    facts = []
    if convention.collectivite_signed_on:
        who = f"{convention.collectivite_signatory}, {convention.collectivite_capacity}"
        when = _moment(convention.collectivite_signed_on, convention.collectivite_signed_time)
        facts.append(Fact("Pour la collectivité", when, note=who))
    if convention.recteur_signed_on:
        who = ", ".join(filter(None, [convention.recteur_signatory, convention.recteur_capacity, convention.recteur_delegation]))
        facts.append(Fact("Pour l’État", _moment(convention.recteur_signed_on), note=who))
    if convention.late_motive:
        facts.append(Fact("Motif du retard", convention.late_motive))
    if convention.notified_on:
        facts.append(Fact("Notifiée le", on=convention.notified_on))
    if convention.terminated_on:
        facts.append(Fact("Résiliée le", on=convention.terminated_on))
    return facts


def _moment(on: dt.date | None, at: dt.time | None = None) -> str:
    if on is None:
        return ""
    return f"{long_date(on)} à {clock_time(at)}" if at else long_date(on)


def sitting_warning_of(convention: Convention) -> str | None:
    """Only while the assembly has to vote: the last sitting before the summer decides whether the date can be met."""
    deadline = convention.deadline()
    if convention.is_stopped_by_the_cbr:
        return None
    if deadline is None or convention.deliberation_on is not None or convention.state not in AWAITING_DELIBERATION_STATES:
        return None
    return sitting_warning(convention.next_sitting_on, deadline=deadline)


# --- Amounts ---


def amounts_of(convention: Convention) -> Amounts:
    """The subsidy class by class, then what stays with the collectivité; one query."""
    label = "Subvention maximale de l’État" if convention.subsidy_max is not None else "Subvention calculée (indicative)"
    try:
        funding = convention.funding()
    except FundingError as error:
        return Amounts(label, None, note=str(error))
    names = {one.school.uai: str(one.school) for one in convention.covered_schools.all()}
    lines = [
        AmountLine(f"{names.get(line.key.uai, line.key.uai)}, classe {line.key.number}", line.subsidy, note=line.explanation)
        for line in funding.lines
    ]
    basis = convention.terms.as_rule().tax_basis.label
    sums = (
        AmountLine(f"Dépense prévue {basis}", funding.expense),
        AmountLine(f"Base retenue {basis}", funding.retained_base),
        AmountLine("Reste à la charge de la collectivité", funding.own_share, strong=True),
    )
    return Amounts(label, funding.total, lines=(*lines, *sums))


def grants_of(convention: Convention) -> Amounts | None:
    schools = list(convention.covered_schools.all())
    total = sum((one.resources_grant for one in schools), ZERO)
    if not total:
        return None
    lines = tuple(AmountLine(str(one.school), one.resources_grant, note=_college(one)) for one in schools)
    return Amounts("Dotations de ressources numériques", total, lines=lines)


def _college(covered: CoveredSchool) -> str:
    return typeset(f"collège référent : {covered.referent_college}") if covered.referent_college else "collège référent à choisir"


# --- Schools ---


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """A covered school with its classes, in the table of the page."""

    covered: CoveredSchool
    classes: int
    expense: Decimal
    subsidy: Decimal | None


def school_lines(convention: Convention) -> list[SchoolLine]:
    """No query when the schools and their classes were prefetched."""
    lines = []
    for covered in convention.covered_schools.all():
        classes = list(covered.classes.all())
        priced = all(one.subsidy is not None for one in classes)
        lines.append(
            SchoolLine(
                covered=covered,
                classes=len(classes),
                expense=sum((one.expense for one in classes), ZERO),
                subsidy=sum((one.subsidy or ZERO for one in classes), ZERO) if priced else None,
            )
        )
    return lines


# --- Documents and pieces ---


def documents_of(convention: Convention, documents: Iterable[IssuedDocument]) -> list[DocumentLink]:
    """The texts issued, the signed copy beside its text; a text that no longer binds says so."""
    links: list[DocumentLink] = []
    for document, link in zip(documents, document_links(documents), strict=True):
        if document.pk != convention.document_id:
            links.append(
                replace(link, badge=Badge("Caduc", Tone.WARNING), note=typeset("Ce texte a été annulé : il ne se signe plus."))
            )
            continue
        links.append(link)
        if document.is_signed:
            url = reverse("files:signed_copy", args=[document.pk])
            links.append(
                DocumentLink("Exemplaire signé des deux parties", url=url, number=document.reference, on=document.signed_on)
            )
    return links


def pieces_of(convention: Convention, pieces: Sequence[Piece]) -> list[DocumentLink]:
    """The pieces brought; one that the convention no longer rests on is told apart."""
    in_use = {
        convention.rib_id,
        convention.deliberation_piece_id,
        convention.collectivite_copy_id,
        convention.cbr_piece_id,
        convention.cbr_overruled_piece_id,
    }
    links = []
    for piece, link in zip(pieces, piece_links(pieces, checked=CHECKED_WHILE), strict=True):
        links.append(replace(link, detail="" if piece.pk in in_use else "remplacée ou écartée"))
    return links


def piece_facts(convention: Convention, piece: Piece, actor: Actor) -> list[Fact]:
    """What the person who checks a piece compares it with."""
    about = account_facts(convention, actor) if piece.pk == convention.rib_id else []
    if piece.pk == convention.deliberation_piece_id:
        about = deliberation_facts(convention)
    if piece.pk == convention.collectivite_copy_id:
        about = signature_facts(convention)
    by = str(piece.deposited_by) if piece.deposited_by else ""
    dossier = convention.dossier
    whose = Fact("Collectivité", dossier.collectivite.name, url=dossier.get_absolute_url())
    opened = Fact("Pièce", piece.file.original_name, url=reverse("files:download", args=[piece.pk]))
    return [whose, opened, Fact("Déposée le", on=timezone.localdate(piece.deposited_at), note=by), *about]


def checks_of(convention: Convention, pieces: Iterable[Piece], actor: Actor) -> list[Action]:
    """The pieces that this person may check, or put back to check."""
    actions = []
    for piece in pieces:
        piece.thread = convention.thread
        if not weighs(convention, piece) or not can_check_piece(actor, piece):
            continue
        if str(piece.state) == PieceState.DEPOSITED:
            url = reverse("conventions:check_piece", args=[convention.pk, piece.pk])
            actions.append(Action(typeset(f"Vérifier la pièce « {piece} »"), url=url, primary=True))
        else:
            url = reverse("conventions:put_piece_back_to_check", args=[convention.pk, piece.pk])
            actions.append(Action(typeset(f"Remettre à vérifier la pièce « {piece} »"), url=url))
    return actions


# --- What may be done, besides the moves ---


@dataclass(frozen=True, slots=True)
class _Act:
    """An act that moves no state: its page, who may do it, what it waits for, when it makes sense, when it is what comes next."""

    name: str
    label: str
    may: Permission
    conditions: tuple[Condition, ...] = ()
    makes_sense: Callable[[Convention], bool] = lambda _: True
    comes_next: Callable[[Convention], bool] = lambda _: False


def _replaceable(convention: Convention) -> bool:
    """Once the convention is notified, its signed copy is what the collectivité holds: nothing offers to replace it."""
    signed = convention.document is not None and convention.document.is_signed
    if convention.is_taken_over:
        return convention.collectivite_copy_id is None or convention.state == S.SIGNED_RECTEUR
    return not signed or convention.state == S.SIGNED_RECTEUR


def _has_older_terms(convention: Convention) -> bool:
    return convention.terms != convention.campaign.current_terms()


_OVERRULE = _Act(
    "overrule_cbr",
    "Passer outre l’avis défavorable",
    permissions.can_overrule_cbr,
    (only_if.the_opinion_may_be_passed_over,),
    makes_sense=lambda one: one.cbr_sense == CbrSense.UNFAVOURABLE,
    comes_next=lambda one: not one.overruling_refusals(),
)
_ACTS = (
    _Act(
        "use_current_terms",
        "Appliquer le barème en vigueur",
        permissions.can_change_schools,
        makes_sense=_has_older_terms,
        comes_next=lambda _: True,
    ),
    _Act("describe_payee", "Indiquer le compte à créditer", permissions.can_describe, comes_next=lambda one: not one.iban),
    _Act(
        "describe_deployment",
        "Indiquer le calendrier et le pilotage",
        permissions.can_describe,
        comes_next=lambda one: one.deployment_from is None,
    ),
    _Act(
        "record_cbr_reception",
        "Enregistrer la réception par le contrôleur",
        permissions.can_record_cbr_exchange,
        comes_next=lambda one: one.cbr_received_on is None,
    ),
    _Act(
        "record_cbr_request",
        "Enregistrer une demande écrite du contrôleur",
        permissions.can_record_cbr_exchange,
        (only_if.the_cbr_received_the_file, only_if.no_request_of_his_awaits_an_answer),
    ),
    _Act(
        "record_cbr_answer",
        "Répondre au contrôleur",
        permissions.can_record_cbr_exchange,
        (only_if.a_request_of_his_awaits_an_answer,),
        makes_sense=lambda one: one.cbr_request_pending() is not None,
        comes_next=lambda _: True,
    ),
    _OVERRULE,
    # Nobody is told to deliberate on a project that the contrôleur refused: it is passed over or changed first.
    _Act(
        "tell_next_sitting",
        "Indiquer la prochaine séance",
        permissions.can_tell_next_sitting,
        makes_sense=lambda one: not one.is_stopped_by_the_cbr,
    ),
    _Act(
        "record_deliberation",
        "Enregistrer la délibération",
        permissions.can_record_deliberation,
        makes_sense=lambda one: not one.is_stopped_by_the_cbr,
        comes_next=lambda one: one.executory_on is None and one.state != S.NEGOTIATION,
    ),
    _Act(
        "record_signed_copy",
        "Enregistrer l’exemplaire signé des deux parties",
        permissions.can_record_signed_copy,
        makes_sense=_replaceable,
        comes_next=lambda one: one.document is not None and not one.document.is_signed,
    ),
)


def acts_of(convention: Convention, actor: Actor) -> list[Action]:
    """What comes next first."""
    acts = [act for act in _ACTS if act.may(actor, convention) and act.makes_sense(convention)]
    first = {act.name for act in acts if act.comes_next(convention)}
    return [
        replace(_action(act, convention), primary=act.name in first)
        for act in sorted(acts, key=lambda one: one.name not in first)
    ]


def _action(act: _Act, convention: Convention) -> Action:
    url = reverse(f"conventions:{act.name}", args=[convention.pk])
    return Action(act.label, url=url, obstacles=tuple(obstacles(convention, act.conditions)))


def next_of(convention: Convention, actor: Actor, matter: Mapping[str, Permission]) -> list[Action]:
    """The forward moves that are this person's, of those that matter, and the act for which a refused opinion waits."""
    mine = [
        Action(one.custom["label"], obstacles=tuple(obstacles_to(convention, one.name)))
        for one in moves_from(convention)
        if not one.custom["besides"] and one.name in matter and matter[one.name](actor, convention)
    ]
    if convention.is_stopped_by_the_cbr and _OVERRULE.may(actor, convention):
        mine.append(_action(_OVERRULE, convention))
    return mine


def awaited_of(convention: Convention, actor: Actor, matter: Mapping[str, Permission]) -> list[Awaited]:
    """The same, of the others."""
    others = awaited(convention, actor, matter)
    if convention.is_stopped_by_the_cbr and not _OVERRULE.may(actor, convention):
        others.append(awaited_act(_OVERRULE.label, _OVERRULE.may, convention, _OVERRULE.conditions))
    return others


def application_lines(waiting: Iterable[Application]) -> list[Fact]:
    """What a draft would cover, before it is opened."""
    return [
        Fact(
            str(one.school), plural(one.retained_classes or 0, one="classe mobile", many="classes mobiles"), note=one.phase.label
        )
        for one in waiting
    ]
