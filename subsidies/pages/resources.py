"""What the pages of a grant of resources show."""

from django.urls import reverse
from django.utils.text import capfirst

from plannumerique.journal.models import JournalLine
from plannumerique.journal.pages import Timeline, timeline_of
from plannumerique.lib.identifiers import spaced_siren
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Level
from plannumerique.ui.pieces import Action, AmountLine, Amounts, Badge, Fact, Tone
from subsidies import permissions
from subsidies.enums import ACCOUNT_ACT, ResourcesState
from subsidies.models import ResourcesSubsidy
from subsidies.pages.accounts import OF_A_COLLEGE, shown_iban

S = ResourcesState
TONES = {S.CREATED: Tone.NEUTRAL, S.NOTIFIED: Tone.INFO, S.PAID: Tone.SUCCESS, S.CANCELLED: Tone.NEUTRAL}


def badge_of(grant: ResourcesSubsidy) -> Badge:
    return Badge(capfirst(grant.get_state_display()), TONES[S(grant.state)])


def reads_the_account(actor: Actor, grant: ResourcesSubsidy) -> bool:
    """The collège and the académie; the école and the collectivité follow the grant, not the money of the collège."""
    return grant.thread.academie_id in actor.ids(Level.ACADEMIE) or grant.payee_id in actor.ids(Level.SCHOOL)


def events_of(grant: ResourcesSubsidy, actor: Actor) -> Timeline:
    lines = JournalLine.objects.filter(subject_kind=grant._meta.label_lower, subject_id=grant.pk)
    return timeline_of(lines if reads_the_account(actor, grant) else lines.exclude(act=ACCOUNT_ACT))


def facts_of(grant: ResourcesSubsidy, actor: Actor) -> list[Fact]:
    account = [
        Fact("SIRET du collège", spaced_siren(grant.siret) if grant.siret else "à saisir"),
        Fact("Compte du collège", shown_iban(grant.iban, actor, grant, readers=OF_A_COLLEGE)),
        Fact("Engagement juridique (EJ)", grant.ej_number or "à saisir par la DAF"),
    ]
    facts = [
        Fact("État", badge=badge_of(grant)),
        Fact("École", str(grant.school), note=grant.school.uai),
        Fact("Collège référent", str(grant.payee), note=grant.payee.uai),
        Fact("Convention", str(grant.convention), note=grant.convention.reference),
        *(account if reads_the_account(actor, grant) else []),
    ]
    if grant.notified_on:
        facts.append(Fact("Notifiée le", on=grant.notified_on, note=grant.reference))
    if grant.taken_over_on:
        facts.append(Fact("Dotation reprise le", on=grant.taken_over_on, note="notifiée sur papier, avant le portail"))
    if grant.justify_by:
        facts.append(Fact("À justifier au plus tard le", on=grant.justify_by))
    return facts


def amounts_of(grant: ResourcesSubsidy) -> Amounts:
    return Amounts(
        "Dotation de ressources",
        grant.amount,
        lines=(AmountLine("Versé", grant.paid_total), AmountLine("Reste à verser", grant.amount - grant.paid_total, strong=True)),
    )


def acts_of(grant: ResourcesSubsidy, actor: Actor) -> list[Action]:
    acts = []
    if permissions.can_record_college_account(actor, grant):
        label = "Changer le compte du collège" if grant.iban else "Saisir le compte du collège"
        acts.append(Action(label, _url("record_college_account", grant), primary=not grant.iban))
    if grant.state in (S.CREATED, S.NOTIFIED) and permissions.can_record_references(actor, grant):
        name, label = (
            ("rectify_grant_ej", "Rectifier le numéro d’EJ") if grant.ej_number else ("record_grant_ej", "Saisir le numéro d’EJ")
        )
        acts.append(Action(label, _url(name, grant), primary=not grant.ej_number))
    return acts


def _url(name: str, grant: ResourcesSubsidy) -> str:
    return reverse(f"subsidies:{name}", args=[grant.pk])
