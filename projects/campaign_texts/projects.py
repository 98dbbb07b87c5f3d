"""The académie's words for the letters of an application, as AAP 2016 begins with them; each campaign then edits its own."""

from projects.enums import ActKind

TEXTS: dict[tuple[str, str], str] = {
    (ActKind.RECEIPT, "body"): (
        "Si le dossier appelle des compléments, la délégation académique au numérique éducatif vous les demandera par le portail, "
        "avec la date à laquelle ils sont attendus."
    ),
    (ActKind.SELECTION, "body"): ("Aucune commande ne doit être passée avant la notification de la convention."),
    (ActKind.NON_SELECTION, "recourse"): (
        "Cette décision peut être contestée devant le {tribunal}, {tribunal_address}, "
        "dans un délai de deux mois à compter de sa notification. Elle peut aussi, dans le même délai, faire l’objet d’un recours "
        "gracieux devant {head} ; le délai de recours devant le tribunal est alors prolongé."
    ),
}
