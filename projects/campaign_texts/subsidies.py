"""The académie's words for the decision, the payments and the grants, as AAP 2016 begins with them.

One visa, one paragraph or one copy a line. What only a dossier knows (its convention, délibération, avis, amounts, dates) is
added by the portal; the texts of decrees, the places of appeal and the articles belong here.
"""

from projects.enums import ActKind

_RECOURSE = (
    "Cette décision peut être contestée devant le {tribunal}, {tribunal_address}, "
    "dans un délai de deux mois à compter de sa notification. Elle peut aussi, dans le même délai, faire l’objet d’un recours "
    "gracieux devant {head} ; le délai de recours devant le tribunal est alors prolongé."
)

TEXTS: dict[tuple[str, str], str] = {
    (ActKind.DECISION, "visas"): (
        "Vu la loi organique n° 2001-692 du 1er août 2001 relative aux lois de finances\n"
        "Vu le code général des collectivités territoriales\n"
        "Vu le décret n° 2012-1246 du 7 novembre 2012 relatif à la gestion budgétaire et comptable publique\n"
        "Vu le décret n° 99-1060 du 16 décembre 1999 relatif aux subventions de l’État pour des projets d’investissement\n"
        "Vu l’appel à projets « collèges numériques et innovation pédagogique » et la liste des écoles retenues publiée par le ministère"
    ),
    (ActKind.DECISION, "eligible"): (
        "Les dépenses éligibles sont celles qui constituent une classe mobile : les terminaux des élèves et celui de l’enseignant, "
        "le conteneur sécurisé de transport et de recharge, les services d’administration du parc et les services d’intégration. "
        "Les travaux de câblage et de couverture sans fil restent à la charge de la collectivité."
    ),
    (ActKind.DECISION, "justification"): (
        "un état récapitulatif des dépenses, école par école et classe par classe, certifié exact par le représentant de la collectivité ;\n"
        "la copie de chaque facture acquittée ou mandatée ;\n"
        "la mention des autres aides publiques obtenues pour les mêmes équipements."
    ),
    (ActKind.DECISION, "reversement"): (
        "Le reversement total ou partiel des sommes versées est exigé si l’objet de la subvention ou l’affectation des équipements est "
        "modifié sans autorisation, si la dépense justifiée donne droit à moins que ce qui a été versé, si le plafond des aides "
        "publiques est dépassé, ou si l’opération n’est pas réalisée dans le délai.\n"
        "Le reversement donne lieu à un titre de perception ; rien n’est à payer avant sa réception."
    ),
    (ActKind.DECISION, "execution"): (
        "Le secrétaire général de l’académie et le comptable assignataire sont chargés, chacun en ce qui le concerne, de l’exécution de "
        "la présente décision, qui sera notifiée à la collectivité."
    ),
    (ActKind.DECISION, "recourse"): _RECOURSE,
    (ActKind.DECISION, "copies"): "comptable assignataire\ncomptable public de la collectivité",
    (
        ActKind.PAYMENT_NOTICE,
        "body",
    ): "Le présent avis est à remettre à votre comptable : il accompagne le titre de recettes, ou l’ordre de recettes du collège, à émettre.",
    (ActKind.PAYMENT_NOTICE, "copies"): "comptable public du bénéficiaire",
    (ActKind.RESOURCES, "use"): (
        "La dotation est employée à l’acquisition de ressources numériques pédagogiques choisies avec la direction de l’école et "
        "destinées à ses élèves : le collège les commande, en donne l’accès à l’école et tient le compte de ce qui reste à dépenser.\n"
        "Les ressources que le ministère finance par ailleurs (banques de ressources numériques éducatives, Éduthèque) et les achats de "
        "matériel n’y sont pas admis."
    ),
    (ActKind.RESOURCES, "justification"): (
        "Un tableau des achats, visé par le chef d’établissement, et la copie des factures sont déposés dans le portail par l’école ou par "
        "le collège."
    ),
    (ActKind.RESOURCES, "return_clause"): (
        "La part de la dotation qui n’est pas dépensée ou pas justifiée à cette date est reversée à l’État, sur titre de perception."
    ),
    (ActKind.RESOURCES, "copies"): "direction de l’école\ncollectivité signataire de la convention",
}

# ENIR 2018: the decree on investment subsidies had been replaced, and the call was another one.
ENIR_2018: dict[tuple[str, str], str] = {
    (ActKind.DECISION, "visas"): (
        "Vu la loi organique n° 2001-692 du 1er août 2001 relative aux lois de finances\n"
        "Vu le code général des collectivités territoriales\n"
        "Vu le décret n° 2012-1246 du 7 novembre 2012 relatif à la gestion budgétaire et comptable publique\n"
        "Vu le décret n° 2018-514 du 25 juin 2018 relatif aux subventions de l’État pour des projets d’investissement\n"
        "Vu l’appel à projets « écoles numériques innovantes et ruralité »"
    ),
    (ActKind.DECISION, "eligible"): (
        "Les dépenses éligibles sont les équipements numériques mobiles et collectifs de l’école, les services qui les accompagnent et les "
        "ressources numériques pédagogiques, tels que la convention les décrit."
    ),
}
