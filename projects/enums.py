from django.db.models import TextChoices


class ApplicationState(TextChoices):
    DRAFT = "draft", "brouillon"
    SUBMITTED = "submitted", "déposée"
    TO_COMPLETE = "to_complete", "à compléter"
    ADMISSIBLE = "admissible", "recevable"
    INADMISSIBLE = "inadmissible", "irrecevable"
    WAITING_LIST = "waiting_list", "sur liste d’attente"
    RETAINED = "retained", "retenue"
    NOT_RETAINED = "not_retained", "non retenue"
    CONTRACTED = "contracted", "conventionnée"
    ABANDONED = "abandoned", "abandonnée"


# An application in one of these states no longer counts: the school may apply again in the same phase.
DEAD_STATES = (ApplicationState.INADMISSIBLE, ApplicationState.NOT_RETAINED, ApplicationState.ABANDONED)
# The classes of these states count against the school's limit over all the phases of the campaign.
GRANTED_STATES = (ApplicationState.RETAINED, ApplicationState.CONTRACTED)


class CbrNature(TextChoices):
    AVIS = "avis", "avis"
    VISA = "visa", "visa"


class DeadlineCode(TextChoices):
    """The dates that the portal knows how to watch; which of them a campaign has, and when, is data."""

    CONVENTION = "convention", "signature de la convention"
    JUSTIFICATION = "justification", "justification et constatation du service fait"
    SOLDE = "solde", "versement du solde dans l’année"
    SOLDE_NEXT_YEAR = "solde_next_year", "reprise des versements de solde"
    RESOURCES = "resources", "justification des ressources numériques"


class Filtering(TextChoices):
    AMON = "amon", "derrière l’Amon académique"
    COLLECTIVITE = "collectivite", "proxy filtrant de la collectivité"
    NONE = "none", "aucun filtrage à ce jour"


class WifiState(TextChoices):
    INSTALLED = "installed", "installé"
    PLANNED = "planned", "prévu avant la livraison"
    NONE = "none", "aucun"


class OpinionKind(TextChoices):
    IEN = "ien", "avis de l’IEN"
    DSI = "dsi", "avis de la DSI"


class OpinionSense(TextChoices):
    FAVOURABLE = "favourable", "favorable"
    RESERVED = "reserved", "favorable avec réserves"
    UNFAVOURABLE = "unfavourable", "défavorable"


class ActKind(TextChoices):
    """The acts whose texts, visas and signatories a campaign holds."""

    RECEIPT = "receipt", "accusé de réception"
    SELECTION = "selection", "lettre de sélection"
    NON_SELECTION = "non_selection", "lettre de non-sélection"
    CONVENTION = "convention", "convention"
    DECISION = "decision", "décision attributive"
    ACOMPTE = "acompte", "certificat pour le versement de l’acompte"
    SERVICE_FAIT = "service_fait", "certificat de service fait"
    SOLDE = "solde", "certificat pour le versement du solde"
    PAYMENT_NOTICE = "payment_notice", "avis de versement"
    RESOURCES = "resources", "notification de la dotation de ressources"


class PieceKind(TextChoices):
    """The pieces of an application; deposited once for the whole dossier."""

    LETTER_OF_INTENT = "letter_of_intent", "lettre d’intention de la collectivité"
    QUOTE = "quote", "devis"


# Without which no application is deposited, and which the DANE checks before it is admissible.
REQUIRED_PIECES = (PieceKind.LETTER_OF_INTENT, PieceKind.QUOTE)


class PointState(TextChoices):
    ASKED = "asked", "réponse attendue"
    ANSWERED = "answered", "répondu"
    DROPPED = "dropped", "retiré"


class Anchor(TextChoices):
    """What a point to complete is about: a field of one of the two parts, or a piece. The key is the name of the field."""

    PROJECT_TITLE = "project_title", "Titre du projet"
    PROJECT = "project", "Projet pédagogique"
    REFORM = "reform", "Refondation de l’école et réforme du collège"
    ACADEMIC_PLAN = "academic_plan", "Déclinaison académique du plan numérique"
    TEAM = "team", "Équipe engagée"
    REFERENT_COLLEGE = "referent_college", "Collège référent"
    COLLEGE_LINK = "college_link", "Lien avec le collège"
    BANDWIDTH = "bandwidth", "Débit internet de l’école"
    WIFI = "wifi", "Wi-Fi dans l’école"
    FILTERING = "filtering", "Filtrage des accès"
    INFRASTRUCTURE = "infrastructure", "Installations"
    DELIVERY_FROM = "delivery_from", "Date de livraison prévue"
    CLASSES = "classes", "Dépense prévue, classe par classe"
    LETTER_OF_INTENT = "letter_of_intent", "Lettre d’intention de la collectivité"
    QUOTE = "quote", "Devis"


PEDAGOGICAL_ANCHORS = (
    *(Anchor.PROJECT_TITLE, Anchor.PROJECT, Anchor.REFORM, Anchor.ACADEMIC_PLAN),
    *(Anchor.TEAM, Anchor.REFERENT_COLLEGE, Anchor.COLLEGE_LINK),
)
PIECE_ANCHORS = (Anchor.LETTER_OF_INTENT, Anchor.QUOTE)
TECHNICAL_ANCHORS = tuple(one for one in Anchor if one not in (*PEDAGOGICAL_ANCHORS, *PIECE_ANCHORS))


class ProposalChoice(TextChoices):
    RETAIN = "retain", "retenir"
    WAIT = "wait", "liste d’attente"
    SET_ASIDE = "set_aside", "ne pas retenir"
