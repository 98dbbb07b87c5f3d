from django.db.models import TextChoices


class Verdict(TextChoices):
    """What the antivirus said of the bytes; a file that it condemns is never kept."""

    NOT_SCANNED = "not_scanned", "non analysé"
    CLEAN = "clean", "analysé, sain"
    OURS = "ours", "produit par le portail"


class PieceState(TextChoices):
    DEPOSITED = "deposited", "à vérifier"
    ACCEPTED = "accepted", "acceptée"
    REJECTED = "rejected", "refusée"


class DocumentState(TextChoices):
    PENDING = "pending", "en cours de mise en page"
    RENDERED = "rendered", "établi"
    SIGNED = "signed", "signé"
