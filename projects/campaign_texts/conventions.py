"""The académie's words for the convention, article by article, one paragraph a line; each campaign then edits its own.

Articles 1, 5 and 6 say amounts, schools and dates: the portal writes them from the convention itself.
"""

from projects.enums import ActKind

_VISAS_OF_ALL = (
    "Vu le code de l’éducation, notamment ses articles L. 131-2 et L. 212-4",
    "Vu le code général des collectivités territoriales, notamment ses articles L. 1111-10 et L. 2131-1",
    "Vu le décret n° 2012-1246 du 7 novembre 2012 relatif à la gestion budgétaire et comptable publique",
)

TEXTS: dict[tuple[str, str], str] = {
    (ActKind.CONVENTION, "visas"): "\n".join(
        (
            *_VISAS_OF_ALL,
            "Vu le décret n° 99-1060 du 16 décembre 1999 relatif aux subventions de l’État pour des projets d’investissement",
            "Vu la convention du 29 décembre 2015 entre l’État et la Caisse des dépôts et consignations relative au programme "
            "d’investissements d’avenir, action « Innovation numérique pour l’excellence éducative »",
            "Vu l’appel à projets « Collèges numériques et innovation pédagogique » de 2016 et la liste des écoles retenues, "
            "publiée par le ministère chargé de l’éducation nationale",
        )
    ),
    (ActKind.CONVENTION, "organisation"): "\n".join(
        (
            "L’État est représenté, pour l’exécution de la convention, par la délégation académique au numérique éducatif (DANE), "
            "interlocutrice de la collectivité à toutes les étapes.",
            "La collectivité désigne une personne chargée du suivi du projet et en communique les coordonnées à la DANE.",
            "La direction de chaque école est associée au choix des équipements, à leur réception et à leur mise en service.",
        )
    ),
    (ActKind.CONVENTION, "state_commitments"): "\n".join(
        (
            "participer au financement des équipements dans les conditions des articles 5 et 6",
            "former les enseignants des écoles couvertes à la prise en main et aux usages pédagogiques des classes mobiles",
            "conseiller la collectivité sur le choix des équipements, leur administration et le raccordement des écoles",
            "fournir ou contrôler le filtrage des accès à internet et vérifier, avec la collectivité, la protection des données "
            "personnelles des élèves",
            "accompagner les équipes pédagogiques pendant la durée de la convention",
        )
    ),
    (ActKind.CONVENTION, "collectivite_commitments"): "\n".join(
        (
            "acquérir les classes mobiles inscrites à l’annexe D, chacune comprenant les terminaux des élèves, celui de "
            "l’enseignant, un meuble ou une valise sécurisés et le service d’administration du parc",
            "n’engager aucune dépense avant la notification de la présente convention",
            "assurer dans chaque école le débit, le Wi-Fi et les installations électriques nécessaires, décrits à l’annexe B, avant "
            "la livraison",
            "assurer la maintenance et l’assurance des équipements, dont elle est propriétaire, et les laisser à la disposition de "
            "l’école",
            "affecter les équipements aux écoles désignées à l’annexe A et signaler à la DANE tout changement d’affectation",
            "faire mention de la participation de l’État dans ses actions de communication",
        )
    ),
    (ActKind.CONVENTION, "resources"): "\n".join(
        (
            "Cette dotation finance exclusivement des ressources numériques éducatives, choisies par l’équipe de l’école ; elle ne "
            "peut financer ni matériel, ni ressource déjà fournie par le ministère.",
            "Le collège référent n’est pas partie à la convention : il en reçoit une copie. Il justifie l’emploi de la dotation et "
            "reverse la part qui n’a pas été utilisée ou qui ne l’a pas été conformément à son objet.",
        )
    ),
    (ActKind.CONVENTION, "payment"): (
        "La collectivité produit un état récapitulatif des dépenses, certifié exact par son représentant, accompagné de la copie de "
        "toutes les factures. Les autres aides publiques reçues pour les mêmes équipements y sont déclarées."
    ),
    (ActKind.CONVENTION, "steering"): (
        "Un comité de suivi réunit, au moins une fois par année scolaire, la DANE, l’inspection de l’éducation nationale, la "
        "collectivité et les directions des écoles couvertes. Il examine l’avancement du déploiement, les usages pédagogiques et les "
        "difficultés rencontrées."
    ),
    (ActKind.CONVENTION, "control"): "\n".join(
        (
            "La collectivité tient à la disposition de l’État toutes les pièces qui justifient les dépenses et la réalité des "
            "équipements, et facilite les contrôles sur pièces et sur place.",
            "L’État demande le reversement de tout ou partie des sommes versées si les équipements ne sont pas acquis, si leur objet "
            "ou leur affectation sont modifiés sans son accord, si les dépenses justifiées sont inférieures à celles qui ont fondé les "
            "versements, ou si le plafond des aides publiques est dépassé. La collectivité ne paie rien à ce titre avant d’avoir reçu un "
            "titre de perception.",
        )
    ),
    (ActKind.CONVENTION, "duration"): (
        "La convention prend effet à la date de sa notification à la collectivité. Elle prend fin trois ans après cette date, sans que "
        "le terme dispense la collectivité de produire les justificatifs ni de reverser les sommes qui seraient dues."
    ),
    (ActKind.CONVENTION, "amendments"): (
        "Toute modification de la convention, notamment des écoles couvertes, du nombre de classes mobiles ou du plan de financement, "
        "fait l’objet d’un avenant écrit, signé des deux parties dans les mêmes formes. Un avenant ne peut avoir pour effet de remettre "
        "en cause l’objet défini à l’article 1er."
    ),
    (ActKind.CONVENTION, "termination"): (
        "En cas de manquement de l’une des parties à ses obligations, l’autre partie peut résilier la convention par lettre recommandée "
        "avec demande d’avis de réception, deux mois après une mise en demeure restée sans effet. Les sommes versées sans être "
        "justifiées à la date de la résiliation sont reversées."
    ),
    (ActKind.CONVENTION, "disputes"): (
        "Les parties recherchent une solution amiable à tout différend né de l’exécution de la convention."
    ),
}

ENIR_2018: dict[tuple[str, str], str] = {
    (ActKind.CONVENTION, "visas"): "\n".join(
        (
            *_VISAS_OF_ALL,
            "Vu le décret n° 2018-514 du 25 juin 2018 relatif aux subventions de l’État pour des projets d’investissement",
            "Vu l’appel à projets « Écoles numériques innovantes et ruralité » de 2018 et la liste des projets retenus",
        )
    ),
}
