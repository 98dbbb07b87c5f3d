"""What a document of the portal says of itself to whoever holds it: never a person, never an account."""

from django.utils import timezone

from plannumerique.files.models import IssuedDocument
from plannumerique.lib.dates import plain_date
from plannumerique.ui.pieces import Badge, Fact, Tone


def facts_of(document: IssuedDocument) -> list[Fact]:
    """One query, for the document that replaces it."""
    return [
        Fact("Document", document.title),
        Fact("Numéro", document.reference),
        Fact("Objet", document.thread.title),
        Fact("Établi par", str(document.thread.academie), note=f"le {plain_date(timezone.localdate(document.issued_at))}"),
        _validity(document),
        Fact("Empreinte SHA-256 du fichier", document.sha256),
    ]


def _validity(document: IssuedDocument) -> Fact:
    later = document.replaced_by()
    if later is None:
        return Fact("État", badge=Badge("Authentique, en vigueur", Tone.SUCCESS))
    on = plain_date(timezone.localdate(later.issued_at))
    return Fact("État", badge=Badge("Annulé et remplacé", Tone.WARNING), note=f"par le n° {later.reference} du {on}")
