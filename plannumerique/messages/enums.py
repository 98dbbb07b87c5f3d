"""Who writes to whom, and who is expected to read it: the one table that permissions, pages and mails share."""

from django.db.models import TextChoices

from plannumerique.organisations.enums import COLLECTIVITE, DAF, DANE, Role


class Audience(TextChoices):
    """Among whom a message stays. The académie reads them all; an internal note never leaves it."""

    ALL = "all", "Tous"
    COLLECTIVITE = "collectivite", "Académie et collectivité"
    SCHOOL = "school", "Académie et école"
    INTERNAL = "internal", "Note interne à l’académie"


class Side(TextChoices):
    """For whom an author wrote, as she held her role that day."""

    DANE = "dane", "DANE"
    DAF = "daf", "DAF"
    COLLECTIVITE = "collectivite", "collectivité"
    SCHOOL = "school", "école"


SIDE_OF_ROLE: dict[Role, Side] = {
    **dict.fromkeys(DANE, Side.DANE),
    **dict.fromkeys(DAF, Side.DAF),
    **dict.fromkeys(COLLECTIVITE, Side.COLLECTIVITE),
    Role.DIRECTOR: Side.SCHOOL,
}

WRITERS: dict[Audience, tuple[Role, ...]] = {
    Audience.ALL: (*DANE, *COLLECTIVITE, Role.DIRECTOR),
    Audience.COLLECTIVITE: (*DANE, *DAF, *COLLECTIVITE),
    Audience.SCHOOL: (*DANE, Role.DIRECTOR),
    Audience.INTERNAL: (*DANE, *DAF),
}

# Of those who may read a message, the ones who are expected to: their home counts it, a mail tells them of it. What the DANE and a
# collectivité say to each other is expected of the DAF's people only where they took part.
READERS: dict[Audience, tuple[Role, ...]] = {
    **WRITERS,
    Audience.COLLECTIVITE: (*DANE, *COLLECTIVITE),
}
