from django.db.models import TextChoices


class ConventionState(TextChoices):
    DRAFT = "draft", "projet"
    NEGOTIATION = "negotiation", "en négociation"
    SETTLED = "settled", "projet arrêté"
    CBR_REQUESTED = "cbr_requested", "avis du CBR demandé"
    CBR_GIVEN = "cbr_given", "avis du CBR rendu"
    DELIBERATED = "deliberated", "délibération reçue"
    SIGNED_COLLECTIVITE = "signed_collectivite", "signée par la collectivité"
    SIGNED_RECTEUR = "signed_recteur", "signée par le recteur"
    NOTIFIED = "notified", "notifiée"
    IN_EXECUTION = "in_execution", "en exécution"
    SETTLED_UP = "settled_up", "soldée"
    ARCHIVED = "archived", "archivée"
    ABANDONED = "abandoned", "abandonnée"
    TERMINATED = "terminated", "résiliée"


DEAD_STATES = (ConventionState.ABANDONED, ConventionState.TERMINATED)
# The text is not settled: schools, payee, calendar may still change.
EDITABLE_STATES = (ConventionState.DRAFT, ConventionState.NEGOTIATION)
# A délibération may come before the text is settled or while the contrôleur budgétaire reads it.
AWAITING_DELIBERATION_STATES = (
    ConventionState.NEGOTIATION,
    ConventionState.SETTLED,
    ConventionState.CBR_REQUESTED,
    ConventionState.CBR_GIVEN,
)
# Both parties have signed: amounts and parties no longer move, short of an avenant.
BINDING_STATES = (
    ConventionState.SIGNED_RECTEUR,
    ConventionState.NOTIFIED,
    ConventionState.IN_EXECUTION,
    ConventionState.SETTLED_UP,
    ConventionState.ARCHIVED,
)


class DeliberatingOrgan(TextChoices):
    CONSEIL_MUNICIPAL = "conseil_municipal", "conseil municipal"
    CONSEIL_COMMUNAUTAIRE = "conseil_communautaire", "conseil communautaire"
    COMITE_SYNDICAL = "comite_syndical", "comité syndical"
    COMMISSION_PERMANENTE = "commission_permanente", "commission permanente"
    BUREAU = "bureau", "bureau, par délégation"
    EXECUTIVE = "executive", "maire ou président, par délégation"


class PieceKind(TextChoices):
    """The pieces of a convention. The copy signed by both parties is kept with the issued document."""

    RIB = "rib", "relevé d’identité bancaire"
    DELIBERATION = "deliberation", "délibération exécutoire"
    CBR_OPINION = "cbr_opinion", "avis du contrôleur budgétaire"
    CBR_OVERRULED = "cbr_overruled", "décision motivée de passer outre"
    SIGNED_BY_COLLECTIVITE = "signed_by_collectivite", "convention signée par la collectivité"
    ORIGINAL = "original", "original de la convention reprise"
