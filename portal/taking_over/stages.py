"""How far a dossier had gone before the portal, and what each stage asks of the workbook."""

from django.db.models import TextChoices


class Reached(TextChoices):
    """In order: a stage asks for all that the earlier ones ask. A trop-perçu has no solde, and is not closed here."""

    RETAINED = "retained", "retenue"
    SIGNED = "signed", "convention signée"
    NOTIFIED = "notified", "convention notifiée"
    DECIDED = "decided", "décision notifiée"
    ACOMPTE = "acompte", "acompte payé"
    SERVICE_FAIT = "service_fait", "service fait constaté"
    OVERPAID = "overpaid", "trop-perçu constaté"
    SOLDE = "solde", "solde payé"
    CLOSED = "closed", "close"

    @property
    def rank(self) -> int:
        return list(Reached).index(self)

    def has(self, stage: "Reached") -> bool:
        """Whether the dossier had gone so far, or further."""
        return self.rank >= stage.rank


class Opinion(TextChoices):
    FAVOURABLE = "favourable", "favorable"
    RESERVED = "reserved", "favorable avec réserves"
    UNFAVOURABLE = "unfavourable", "défavorable"


ACOMPTE = ("acompte_amount", "acompte_on", "acompte_dp")
SOLDE = ("solde_amount", "solde_on", "solde_dp")
GRANT = ("grant_reference", "grant_notified_on")
GRANT_PAYMENT = ("grant_ej", "grant_amount", "grant_paid_on", "grant_dp")
OVERRULING = ("cbr_overruled_on", "cbr_overruled_motive")

# The fields of the dossier that a stage makes compulsory, and those that it opens without demanding them.
DEMANDED: dict[Reached, tuple[str, ...]] = {
    Reached.RETAINED: (),
    Reached.SIGNED: (
        *("siret", "convention_number", "subsidy_max"),
        *("deliberation_number", "deliberation_on", "published_on", "prefecture_on"),
        *("collectivite_signed_on", "collectivite_signatory", "collectivite_capacity"),
        *("recteur_signed_on", "recteur_signatory", "recteur_capacity"),
    ),
    Reached.NOTIFIED: ("convention_notified_on",),
    Reached.DECIDED: (
        *("decision_number", "decision_amount", "decision_on", "decision_signatory", "decision_capacity"),
        *("decision_notified_on", "decision_proof"),
    ),
    Reached.ACOMPTE: (),
    Reached.SERVICE_FAIT: (
        *("complete_on", "service_fait_on", "service_fait_number", "service_fait_by"),
        *("justified_total", "definitive_amount"),
    ),
    Reached.OVERPAID: (),
    Reached.SOLDE: (),
    Reached.CLOSED: ("closed_on",),
}
OPENED: dict[Reached, tuple[str, ...]] = {
    Reached.SIGNED: ("cbr_received_on", "cbr_sense", "cbr_given_on", *OVERRULING, "late_motive"),
    Reached.DECIDED: ("ej_number",),
    Reached.ACOMPTE: ACOMPTE,
    Reached.SOLDE: SOLDE,
}
# Filled whole or left whole: an acompte that was never asked for, a solde that was not due. « Acompte payé » demands its own.
TOGETHER = (ACOMPTE, SOLDE, OVERRULING)


def demanded_at(stage: Reached) -> list[str]:
    return [name for one in Reached if stage.has(one) for name in DEMANDED[one]] + _of_the_last_payment(stage)


def _of_the_last_payment(stage: Reached) -> list[str]:
    return ["ej_number", *ACOMPTE] if stage in (Reached.ACOMPTE, Reached.OVERPAID) else []


def allowed_at(stage: Reached) -> set[str]:
    opened = [name for one in Reached if stage.has(one) for name in OPENED.get(one, ())]
    return {"stage", *demanded_at(stage), *opened}
