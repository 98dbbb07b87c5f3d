"""What a convention says: its parties, its account, the contrôleur, the deliberation, the signatures."""

import datetime as dt
from dataclasses import dataclass

from conventions import permissions
from conventions.enums import AWAITING_DELIBERATION_STATES
from conventions.models import Convention
from conventions.pages.states import badge_of, due_of
from conventions.rules import CbrNature, account_warning, sitting_warning
from plannumerique.journal.models import JournalLine
from plannumerique.lib.dates import clock_time, long_date, plain_date
from plannumerique.lib.identifiers import spaced_iban, spaced_siren
from plannumerique.lib.money import euros
from plannumerique.lib.text import typeset
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import CollectiviteKind
from plannumerique.ui.pieces import Fact


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
