"""What may be done about a convention besides the moves, and what comes next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from django.urls import reverse

from conventions import conditions as only_if
from conventions import permissions
from conventions.enums import ConventionState
from conventions.models import Convention
from conventions.rules import CbrSense
from plannumerique.journal.actions import Awaited, awaited, awaited_act
from plannumerique.journal.machine import Condition, moves_from, obstacles, obstacles_to
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.permissions import Permission
from plannumerique.ui.pieces import Action

S = ConventionState


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
