from django.db.models import TextChoices


class Role(TextChoices):
    """What a membership lets a person do; the organisation that it is held in bounds where."""

    AGENT_DANE = "agent_dane", "agent de la DANE"
    DAN = "dan", "délégué académique au numérique (DAN)"
    GESTIONNAIRE_DAF = "gestionnaire_daf", "gestionnaire de la DAF"
    VALIDEUR_DAF = "valideur_daf", "valideur de la DAF"
    RECTEUR = "recteur", "recteur ou son délégataire"
    DSI = "dsi", "DSI / RSSI"
    DSDEN = "dsden", "DSDEN"
    IEN = "ien", "IEN de circonscription"
    ERUN = "erun", "ERUN, conseiller de proximité"
    EDITEUR = "editeur", "collectivité (éditeur)"
    SIGNATAIRE = "signataire", "collectivité (signataire)"
    MANDATAIRE = "mandataire", "mandataire de la collectivité"
    DIRECTOR = "director", "directeur ou directrice d’école"
    COLLEGE_REFERENT = "college_referent", "gestionnaire du collège référent"
    ADMINISTRATOR = "administrator", "administrateur"
    SYSTEM = "system", "portail (automatique)"


class AcademieHead(TextChoices):
    """With the article that the acts agree with: « Pour la rectrice et par délégation »."""

    RECTEUR = "le recteur", "le recteur"
    RECTRICE = "la rectrice", "la rectrice"


class Level(TextChoices):
    """The kind of organisation that a membership is held in."""

    ACADEMIE = "academie", "académie"
    DEPARTEMENT = "departement", "département"
    CIRCONSCRIPTION = "circonscription", "circonscription"
    COLLECTIVITE = "collectivite", "collectivité"
    SCHOOL = "school", "école ou collège"


LEVEL_OF_ROLE: dict[Role, Level] = {
    Role.AGENT_DANE: Level.ACADEMIE,
    Role.DAN: Level.ACADEMIE,
    Role.GESTIONNAIRE_DAF: Level.ACADEMIE,
    Role.VALIDEUR_DAF: Level.ACADEMIE,
    Role.RECTEUR: Level.ACADEMIE,
    Role.DSI: Level.ACADEMIE,
    Role.ADMINISTRATOR: Level.ACADEMIE,
    Role.DSDEN: Level.DEPARTEMENT,
    Role.IEN: Level.CIRCONSCRIPTION,
    Role.ERUN: Level.CIRCONSCRIPTION,
    Role.EDITEUR: Level.COLLECTIVITE,
    Role.SIGNATAIRE: Level.COLLECTIVITE,
    Role.MANDATAIRE: Level.COLLECTIVITE,
    Role.DIRECTOR: Level.SCHOOL,
    Role.COLLEGE_REFERENT: Level.SCHOOL,
}

# Families used by the permissions: a DAN does what an agent does, a signataire or a mandataire what an éditeur does.
DANE = (Role.AGENT_DANE, Role.DAN)
DAF = (Role.GESTIONNAIRE_DAF, Role.VALIDEUR_DAF)
COLLECTIVITE = (Role.EDITEUR, Role.SIGNATAIRE, Role.MANDATAIRE)


class CollectiviteKind(TextChoices):
    COMMUNE = "commune", "commune"
    EPCI = "epci", "EPCI à fiscalité propre"
    SYNDICAT = "syndicat", "syndicat intercommunal"
    DEPARTEMENT = "departement", "département"
    OTHER = "other", "autre"


class SchoolKind(TextChoices):
    ECOLE = "ecole", "école"
    COLLEGE = "college", "collège"


class Sector(TextChoices):
    PUBLIC = "public", "public"
    PRIVATE = "private", "privé sous contrat"
    INDEPENDENT = "independent", "privé hors contrat"


class SchoolStatus(TextChoices):
    OPEN = "open", "ouvert"
    CLOSING = "closing", "à fermer"
    CLOSED = "closed", "fermé"


class ReferenceSource(TextChoices):
    """Which file described a school; one that knows less never renames what one that knows more has named."""

    LIST = "list", "liste d’écoles"
    GEOLOCATION = "geolocation", "géolocalisation des établissements"
    ANNUAIRE = "annuaire", "annuaire de l’éducation"
