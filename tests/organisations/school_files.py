"""What the tests of the imports of schools share: the genuine files, the lines of an invented one."""

from plannumerique.organisations.imports.report import Outcome, Report
from tests.factories import siren, siret, uai

LIST_HEADERS = ("UAI", "Nom de l'établissement", "Secteur", "Code INSEE de la commune", "Nom de la commune")
FULL_HEADERS = (
    *(
        "Identifiant_de_l_etablissement",
        "Nom_etablissement",
        "Type_etablissement",
        "Statut_public_prive",
        "Adresse_1",
        "Adresse_2",
    ),
    *("Code_postal", "Code_commune", "Nom_commune", "Code_departement", "Mail", "SIREN_SIRET", "Type_contrat_prive"),
    *(
        "nom_circonscription",
        "code_circonscription",
        "latitude",
        "longitude",
        "etat",
        "multi_uai",
        "rpi_concentre",
        "rpi_disperse",
    ),
    *("code_nature",),
)
FULL = {
    "Identifiant_de_l_etablissement": uai(18),
    "Nom_etablissement": "École d’Écot",
    "Type_etablissement": "Ecole",
    "Statut_public_prive": "Public",
    "Adresse_1": "1 rue de l’École",
    "Adresse_2": "BP 12",
    "Code_postal": "25000",
    "Code_commune": "25056",
    "Nom_commune": "Besançon",
    "Code_departement": "025",
    "Mail": "ecole@exemple.invalid",
    "SIREN_SIRET": siret(siren(56)),
    "Type_contrat_prive": "SANS OBJET",
    "nom_circonscription": "Circonscription d’exemple",
    "latitude": "47.2400001",
    "longitude": "6.02",
    "etat": "OUVERT",
    "multi_uai": "0",
    "rpi_concentre": "0",
    "code_nature": "151",
}


def reasons(report: Report, outcome: Outcome) -> list[str]:
    return [line.split(" : ", 1)[-1] for line in report.shown[outcome]]
