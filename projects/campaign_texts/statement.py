"""The académie's words for the certificates that follow the expense statement, as AAP 2016 begins with them."""

from projects.enums import ActKind

TEXTS: dict[tuple[str, str], str] = {
    (ActKind.SERVICE_FAIT, "body"): (
        "Le présent certificat est joint à la demande de paiement, à l’appui de la certification du service fait prévue par "
        "l’article 31 du décret n° 2012-1246 du 7 novembre 2012 relatif à la gestion budgétaire et comptable publique."
    ),
}
