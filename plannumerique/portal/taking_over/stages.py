"""How far a dossier had gone before the portal, and what each stage asks of the workbook."""

from django.db.models import TextChoices

from plannumerique.organisations.enums import DANE, Role

# The DANE enters what was selected and signed, a gestionnaire of the DAF what was decided and paid.
TAKES_OVER = (*DANE, Role.GESTIONNAIRE_DAF)


class Reached(TextChoices):
    """In order: a stage asks for all that the earlier ones ask."""

    RETAINED = "retained", "retenue"
    SIGNED = "signed", "convention signée"
    NOTIFIED = "notified", "convention notifiée"
    DECIDED = "decided", "décision notifiée"
    ACOMPTE = "acompte", "acompte payé"

    @property
    def rank(self) -> int:
        return list(Reached).index(self)


class Opinion(TextChoices):
    """An unfavourable opinion that was passed over is entered in the portal, with its decision."""

    FAVOURABLE = "favourable", "favorable"
    RESERVED = "reserved", "favorable avec réserves"


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
    Reached.ACOMPTE: ("ej_number", "acompte_amount", "acompte_on", "acompte_dp"),
}
OPENED: dict[Reached, tuple[str, ...]] = {
    Reached.SIGNED: ("cbr_received_on", "cbr_sense", "cbr_given_on", "late_motive"),
    Reached.DECIDED: ("ej_number",),
}
