"""When a convention may be signed: the contrôleur budgétaire, the délibération, the date; from data alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import StrEnum

from plannumerique.lib.dates import clock_time, long_date, plain_date
from plannumerique.lib.identifiers import BankKind, bank_kind
from plannumerique.lib.money import euros
from plannumerique.lib.text import plural, typeset
from projects.rules import CbrBasis, Deadline, Funding, FundingTerms

# --- Contrôle budgétaire régional ---


class CbrNature(StrEnum):
    """An avis informs, and the ordonnateur may pass over it with written reasons; a visa that is refused binds him."""

    AVIS = "avis"
    VISA = "visa"


class CbrSense(StrEnum):
    FAVOURABLE = "favourable"
    RESERVED = "reserved"
    UNFAVOURABLE = "unfavourable"

    @property
    def label(self) -> str:
        return {
            CbrSense.FAVOURABLE: "favorable",
            CbrSense.RESERVED: "favorable avec réserves",
            CbrSense.UNFAVOURABLE: "défavorable",
        }[self]


@dataclass(frozen=True, slots=True)
class CbrPolicy:
    """What a campaign says of the contrôleur budgétaire: his act, his delay in days from reception, what his silence is worth."""

    nature: CbrNature
    delay_days: int
    silence_counts: bool


@dataclass(frozen=True, slots=True)
class CbrRequest:
    """A written request of the contrôleur, which interrupts his delay: it runs again, whole, from the answer."""

    asked_on: date
    answered_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CbrFile:
    """What became of the file sent to the contrôleur: the amount he was asked about, in euros, and what he answered."""

    amount: Decimal
    received_on: date | None
    requests: tuple[CbrRequest, ...] = ()
    sense: CbrSense | None = None
    given_on: date | None = None
    overruled_on: date | None = None


def project_amount(funding: Funding, *, terms: FundingTerms) -> Decimal:
    """The amount of a project, in euros, that the campaign compares with the threshold (AAP 2016, « montant supérieur à »)."""
    return {
        CbrBasis.PROJECT_EXPENSE: funding.expense,
        CbrBasis.RETAINED_BASE: funding.retained_base,
        CbrBasis.SUBSIDY: funding.total,
    }[terms.cbr_on]


def cbr_opinion_needed(amount: Decimal, *, terms: FundingTerms) -> bool:
    """Whether a project of that amount, in euros, goes to the contrôleur: strictly above, so that 250 000,00 € does not."""
    return terms.cbr_threshold is not None and amount > terms.cbr_threshold


def cbr_last_day(received_on: date, *, requests: Sequence[CbrRequest], policy: CbrPolicy) -> date | None:
    """The last day on which the contrôleur may answer, silence being acquired on the next; None while a request has no answer.

    A request that comes after that day interrupts nothing.
    """
    last_day = received_on + timedelta(days=policy.delay_days)
    for request in sorted(requests, key=lambda one: one.asked_on):
        if request.asked_on > last_day:
            break
        if request.answered_on is None:
            return None
        last_day = request.answered_on + timedelta(days=policy.delay_days)
    return last_day


def cbr_refusals(cbr: CbrFile | None, *, amount: Decimal, on: date, terms: FundingTerms, policy: CbrPolicy) -> Iterator[str]:
    """Why the contrôle budgétaire does not let a project of that amount, in euros, be signed on that day, if it does not."""
    threshold = terms.cbr_threshold
    if threshold is None or not cbr_opinion_needed(amount, terms=terms):
        return
    if cbr is None or cbr.received_on is None:
        yield typeset(
            f"Le projet ({euros(amount)}) dépasse {euros(threshold)} : le contrôleur budgétaire régional n’a pas "
            f"encore reçu la demande {_of(policy)}, que l’académie lui adresse."
        )
        return
    if amount > cbr.amount:
        yield typeset(
            f"Le contrôleur budgétaire a été saisi pour {euros(cbr.amount)} et le projet s’élève à {euros(amount)} : "
            f"une nouvelle demande {_of(policy)} est nécessaire."
        )
    if cbr.sense is None or cbr.given_on is None:
        yield from _refusals_while_silent(cbr, received_on=cbr.received_on, on=on, policy=policy)
    elif cbr.given_on > on:
        yield typeset(
            f"Le contrôleur budgétaire s’est prononcé le {long_date(cbr.given_on)} : la signature ne peut pas être antérieure."
        )
    elif cbr.sense is CbrSense.UNFAVOURABLE:
        yield from _refusals_when_unfavourable(cbr, given_on=cbr.given_on, on=on, policy=policy)


def _of(policy: CbrPolicy) -> str:
    return "d’avis" if policy.nature is CbrNature.AVIS else "de visa"


def _refusals_while_silent(cbr: CbrFile, *, received_on: date, on: date, policy: CbrPolicy) -> Iterator[str]:
    last_day = cbr_last_day(received_on, requests=cbr.requests, policy=policy)
    if last_day is None:
        yield typeset("Le contrôleur budgétaire attend une réponse de l’académie : son délai est interrompu.")
    elif not policy.silence_counts:
        yield typeset(f"Le contrôleur budgétaire ne s’est pas prononcé ; son silence ne vaut pas {policy.nature.value}.")
    elif on <= last_day:
        yield f"Le contrôleur budgétaire peut se prononcer jusqu’au {long_date(last_day)}."


def _refusals_when_unfavourable(cbr: CbrFile, *, given_on: date, on: date, policy: CbrPolicy) -> Iterator[str]:
    if policy.nature is CbrNature.VISA:
        yield typeset(
            f"Le visa a été refusé le {long_date(given_on)} : l’académie ne peut pas passer outre, le projet doit être modifié."
        )
    elif cbr.overruled_on is None or cbr.overruled_on > on:
        yield typeset(
            f"L’avis du {long_date(given_on)} est défavorable : le projet doit être modifié et soumis de nouveau, "
            "ou le recteur passer outre par une décision écrite et motivée."
        )


# --- Délibération and signatures ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliberation:
    """A délibération and what makes it exécutoire; hours are local ones, None when unknown."""

    adopted_on: date
    published_on: date | None
    received_on: date | None
    published_at: time | None = None
    received_at: time | None = None

    @property
    def executory_on(self) -> date | None:
        """The later of publication and receipt by the préfet's services (CGCT, L. 2131-1); None until both are known."""
        if self.published_on is None or self.received_on is None:
            return None
        return max(self.published_on, self.received_on)

    def hours_of(self, day: date) -> tuple[time | None, ...]:
        """The hours, known or not, of what happened on that day among publication and receipt."""
        events = ((self.published_on, self.published_at), (self.received_on, self.received_at))
        return tuple(at for on, at in events if on == day)


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """What forbids a signature, and what must be confirmed before it is recorded."""

    refusals: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def deliberation_faults(deliberation: Deliberation) -> Iterator[str]:
    """What contradicts itself in the dates of a délibération."""
    for what, day in (("publiée", deliberation.published_on), ("reçue en préfecture", deliberation.received_on)):
        if day is not None and day < deliberation.adopted_on:
            yield f"La délibération du {plain_date(deliberation.adopted_on)} ne peut pas avoir été {what} le {plain_date(day)}."


def collectivite_signature(deliberation: Deliberation | None, *, on: date, at: time | None = None) -> SignatureCheck:
    """Whether the collectivité may sign on that day, at that local hour when it is known.

    Signed before its délibération is exécutoire, a convention is irregular (CGCT, L. 2131-1; CE, 20 January 1989, Ville de
    Millau, for acts of the same day): refused before, to be confirmed on the day itself when the hours do not settle the order.
    """
    if deliberation is None:
        return _refused("La délibération manque : la collectivité la transmet à l’académie.")
    executory_on = deliberation.executory_on
    if executory_on is None:
        return _refused(
            "La délibération n’est pas encore exécutoire (article L. 2131-1 du CGCT) : la collectivité indique les dates de sa "
            "publication et de sa réception en préfecture."
        )
    hours = deliberation.hours_of(on)
    if on < executory_on or any(at is not None and hour is not None and at < hour for hour in hours):
        moment = _moment(executory_on, hours=deliberation.hours_of(executory_on))
        return _refused(
            f"La délibération n’est exécutoire que le {moment} (article L. 2131-1 du CGCT) : la collectivité ne peut pas signer "
            "avant, et une convention déjà signée est à signer de nouveau."
        )
    if on == executory_on and (at is None or None in hours):
        doubt = (
            f"La délibération n’est exécutoire que du {long_date(on)}, jour de la signature : confirmez que celle-ci l’a suivie."
        )
        return SignatureCheck(warnings=(typeset(doubt),))
    return SignatureCheck()


def _refused(sentence: str) -> SignatureCheck:
    return SignatureCheck(refusals=(typeset(sentence),))


def _moment(on: date, *, hours: Sequence[time | None]) -> str:
    known = [hour for hour in hours if hour is not None]
    return f"{long_date(on)} à {clock_time(max(known))}" if known else long_date(on)


def recteur_signature_refusals(on: date, *, collectivite_signed_on: date | None) -> Iterator[str]:
    """Why the recteur can't sign on that day as far as the order of signatures goes: délibération, collectivité, recteur."""
    if collectivite_signed_on is None:
        yield typeset("La collectivité n’a pas encore signé la convention : le recteur signe après elle.")
    elif on < collectivite_signed_on:
        yield typeset(f"La collectivité a signé le {long_date(collectivite_signed_on)} : le recteur ne peut pas signer avant.")


def lateness(signed_on: date, *, deadline: Deadline) -> str | None:
    """What a signature past the campaign's date calls for; late is allowed, with a motive (AAP 2016, « délai de rigueur »)."""
    if deadline.is_met(signed_on):
        return None
    late = plural((signed_on - deadline.last_day).days, one="jour")
    return typeset(
        f"La convention, attendue {deadline.label}, est signée le {long_date(signed_on)}, avec {late} de retard : "
        "le motif de la dérogation est obligatoire."
    )


# --- Signed before the portal ---


@dataclass(frozen=True, slots=True, kw_only=True)
class PastConvention:
    """What the paper of a convention says: its number, whose it is, its dates, who signed; amounts in euros."""

    reference: str
    siret: str
    subsidy_max: Decimal
    deliberation: Deliberation
    deliberation_number: str
    collectivite_signed_on: date
    collectivite_signatory: str
    collectivite_capacity: str
    recteur_signed_on: date
    recteur_signatory: str
    recteur_capacity: str
    late_motive: str = ""
    cbr_received_on: date | None = None
    cbr_sense: CbrSense | None = None
    cbr_given_on: date | None = None
    cbr_overruled_on: date | None = None
    cbr_overruled_motive: str = ""

    @property
    def has_opinion(self) -> bool:
        return any((self.cbr_received_on, self.cbr_sense, self.cbr_given_on, self.cbr_overruled_on))

    @property
    def is_signed_the_same_day(self) -> bool:
        """The day on which the délibération became exécutoire: whoever enters the paper has read that the signature followed."""
        return self.collectivite_signed_on == self.deliberation.executory_on

    @property
    def days(self) -> tuple[tuple[str, date | None], ...]:
        return (
            ("La délibération", self.deliberation.adopted_on),
            ("La publication", self.deliberation.published_on),
            ("La réception en préfecture", self.deliberation.received_on),
            ("La réception par le contrôleur budgétaire", self.cbr_received_on),
            ("L’avis du contrôleur budgétaire", self.cbr_given_on),
            ("La décision de passer outre", self.cbr_overruled_on),
            ("La signature de la collectivité", self.collectivite_signed_on),
            ("La signature du recteur", self.recteur_signed_on),
        )


def past_amount_refusals(written: Decimal, *, computed: Decimal) -> Iterator[str]:
    """Whether the paper promises, in euros, what the terms give for its classes: the portal pays on the terms."""
    if written != computed:
        yield typeset(
            f"La convention porte {euros(written)} ; le barème donne {euros(computed)} pour ces classes et ces dépenses : "
            "l’un des deux est à corriger."
        )


def past_signature_refusals(past: PastConvention) -> Iterator[str]:
    """What contradicts itself in the dates of the paper: délibération, collectivité, recteur, in that order."""
    yield from deliberation_faults(past.deliberation)
    yield from collectivite_signature(past.deliberation, on=past.collectivite_signed_on).refusals
    yield from recteur_signature_refusals(past.recteur_signed_on, collectivite_signed_on=past.collectivite_signed_on)
    if (past.cbr_sense is None) != (past.cbr_given_on is None):
        yield typeset("L’avis du contrôleur budgétaire porte son sens et sa date, ou ni l’un ni l’autre s’il s’est tu.")
    if past.cbr_given_on and past.cbr_received_on and past.cbr_given_on < past.cbr_received_on:
        yield typeset(f"Le CBR a reçu le dossier le {long_date(past.cbr_received_on)} : il n’a pu se prononcer avant.")
    yield from _past_overruling_refusals(past)


def _past_overruling_refusals(past: PastConvention) -> Iterator[str]:
    if past.cbr_overruled_on is None:
        return
    if past.cbr_sense is not CbrSense.UNFAVOURABLE:
        yield typeset("L’avis du contrôleur budgétaire n’est pas défavorable : il n’y avait pas à passer outre.")
    elif past.cbr_given_on and past.cbr_overruled_on < past.cbr_given_on:
        yield typeset(f"L’avis est du {long_date(past.cbr_given_on)} : la décision de passer outre ne peut le précéder.")
    if not past.cbr_overruled_motive:
        yield typeset("La décision de passer outre l’avis du contrôleur budgétaire porte ses motifs.")


def sitting_warning(next_sitting_on: date | None, *, deadline: Deadline) -> str | None:
    """What to say when no sitting of the deliberating body comes in time for the signature."""
    if next_sitting_on is None:
        return typeset("La date de la prochaine séance n’est pas connue : la collectivité l’indique.")
    if deadline.is_met(next_sitting_on):
        return None
    return typeset(
        f"La prochaine séance, le {long_date(next_sitting_on)}, vient trop tard pour une signature {deadline.label} : "
        "la collectivité peut délibérer plus tôt ou par délégation."
    )


# --- The account to credit ---


def account_warning(iban: str, *, public: bool) -> str | None:
    """What to say of a checked IBAN that is not kept where that kind of payee's money is; an account shared by communes is usual.

    A public body's money is kept by its comptable public, at the Banque de France (30001); a private payee's at a bank.
    """
    kept = bank_kind(iban)
    if public and kept is not BankKind.COMPTABLE_PUBLIC:
        return typeset(
            f"Ce compte ({kept.label}) n’est pas celui d’un comptable public à la Banque de France, où se trouvent les fonds "
            "d’une collectivité : vérifiez le RIB."
        )
    if not public and kept is not BankKind.ORDINARY:
        return typeset(f"Ce compte ({kept.label}) est inhabituel pour un bénéficiaire privé : vérifiez le RIB.")
    return None
