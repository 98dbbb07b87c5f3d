"""The headers under which each column has been met, vintage after vintage: for each file, the newest first."""

from typing import Final

SCHOOL_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "uai": (
        "Identifiant_de_l_etablissement",
        "numero_uai",
        "UAI",
        "Code établissement",
        "Numéro UAI",
        "Code UAI",
        "Numéro de l'école",
        "Numéro de l'établissement",
        "RNE",
    ),
    "name": (
        "Nom_etablissement",
        "appellation_officielle",
        "Nom de l'établissement",
        "Nom de l'établissment",  # as the ministry's own export spells it
        "Nom de l'école",
        "Nom",
    ),
    "type": ("Type_etablissement", "Type d'établissement", "Type"),
    "nature": ("code_nature", "nature_uai", "Code nature"),
    "sector": ("Statut_public_prive", "secteur_public_prive_libe", "Secteur Public/Privé", "Secteur", "Statut"),
    "contract": ("Type_contrat_prive", "secteur_prive_libelle_type_contrat", "Type de contrat"),
    "status": ("etat", "etat_etablissement_libe", "Etat établissement", "etat_etablissement"),
    "address": ("Adresse_1", "adresse_uai", "Adresse"),
    "address_2": ("Adresse_2", "lieu_dit_uai", "Lieu dit"),
    "postal_code": ("Code_postal", "code_postal_uai", "CP"),
    "insee_code": ("Code_commune", "Code INSEE de la commune", "Code INSEE", "insee", "Code commune INSEE", "depcom"),
    "commune_name": ("Nom_commune", "libelle_commune", "Nom de la commune", "Libellé commune", "Commune"),
    "departement": ("Code_departement", "Code du département", "dep"),
    "siret": ("SIREN_SIRET", "SIRET", "Numéro SIRET"),
    "email": ("Mail", "Courriel", "email", "Adresse électronique"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "lng"),
    "position": ("position",),
    "circonscription": ("nom_circonscription", "Circonscription"),
    "circonscription_uai": ("code_circonscription",),
    "rpi": ("rpi_disperse",),
    "rpi_concentre": ("rpi_concentre",),
    "several_sites": ("multi_uai", "etablissement_multi_lignes"),
}

EPCI_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "siren": ("siren", "siren_epci", "N° SIREN"),
    "name": ("raison_sociale", "nom", "nom_epci", "Nom du groupement"),
    "nature": ("nature_juridique", "nature"),
    "insee_code": ("insee", "code_commune", "insee_com"),
    "commune_siren": ("siren_com", "siren_membre"),
    "commune_name": ("nom_com", "nom_membre", "nom_commune"),
    # The file gives twice the municipal population: of the EPCI, then of the commune.
    "population": ("pmun_com", "pmun2"),
}

LIST_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "siren": ("siren", "N° SIREN", "numéro SIREN"),
    "name": ("nom", "raison_sociale", "Nom de la collectivité"),
    "nature": ("nature", "nature_juridique", "type"),
    "departement": ("departement", "code_departement", "dep", "dept"),
    "insee_code": ("insee", "code_commune", "code_insee"),
    "population": ("population", "pmun"),
    "email": ("email", "courriel", "mail"),
    "address": ("adresse", "address"),
    "competence": ("competence_scolaire", "siren_competence_scolaire"),
}

CHANGE_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "event": ("MOD",),
    "on": ("DATE_EFF",),
    "kind_after": ("TYPECOM_AP",),
    "before": ("COM_AV",),
    "after": ("COM_AP",),
    "name": ("LIBELLE_AP", "LIBELLE"),
}
