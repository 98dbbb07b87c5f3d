from django.db.models import TextChoices

from plannumerique.organisations.enums import DAF, DANE, Role


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


class Readers(TextChoices):
    """Whom a piece or a document is for. A collège that it names (`college`) reads it besides, whatever stands here."""

    DOSSIER = "dossier", "la collectivité, les écoles du dossier et l’académie"
    SCHOOL = "school", "la collectivité, l’école concernée et l’académie"
    COLLECTIVITE = "collectivite", "la collectivité et l’académie"
    SIGNATORIES = "signatories", "la collectivité et, à l’académie, qui vérifie, paie ou signe"
    ACCOUNT = "account", "la collectivité et, à l’académie, qui vérifie ou paie"
    COLLEGE = "college", "le collège et l’académie"
    COLLEGE_ACCOUNT = "college_account", "le collège et, à l’académie, qui vérifie ou paie"


OF_THE_COLLECTIVITE = (Readers.DOSSIER, Readers.SCHOOL, Readers.COLLECTIVITE, Readers.SIGNATORIES, Readers.ACCOUNT)
OF_A_COLLEGE = (Readers.COLLEGE, Readers.COLLEGE_ACCOUNT)
# What bears an account: the roles that read it in the académie. The recteur reads the account of the acts that he signs, no RIB.
RESERVED_TO: dict[Readers, tuple[Role, ...]] = {
    Readers.SIGNATORIES: (*DANE, *DAF, Role.RECTEUR),
    Readers.ACCOUNT: (*DANE, *DAF),
    Readers.COLLEGE_ACCOUNT: (*DANE, *DAF),
}
