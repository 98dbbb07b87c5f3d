"""The organisations that take part, as the public registers know them, and who works in which of them, from when to when."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from plannumerique.accounts.models import User
from plannumerique.lib import identifiers
from plannumerique.lib.text import as_school, de, search_key
from plannumerique.organisations.enums import (
    LEVEL_OF_ROLE,
    AcademieHead,
    CollectiviteKind,
    Level,
    ReferenceSource,
    Role,
    SchoolKind,
    SchoolStatus,
    Sector,
)

if TYPE_CHECKING:
    from plannumerique.organisations.actor import Actor


def validate_uai(value: str) -> None:
    _explain(identifiers.check_uai, value)


def validate_siren(value: str) -> None:
    _explain(identifiers.check_siren, value)


def validate_siret(value: str) -> None:
    _explain(identifiers.check_siret, value)


def _explain(check: Any, value: str) -> None:
    try:
        check(value)
    except identifiers.IdentifierError as error:
        raise ValidationError(str(error)) from error


class Academie(models.Model):
    code = models.CharField("code", max_length=2, unique=True)
    name = models.CharField("nom", max_length=80, help_text="« Rennes »")
    rectorat_uai = models.CharField("UAI du rectorat", max_length=8, blank=True, validators=[validate_uai])
    address = models.TextField("adresse du rectorat")
    city = models.CharField("ville où l’on signe", max_length=80)
    dane_email = models.EmailField("courriel de la DANE")
    daf_email = models.EmailField("courriel de la DAF")
    dsi_email = models.EmailField("courriel de la DSI", blank=True)
    # What its acts mention, and no other académie may inherit: a campaign copies tribunal and comptable when it opens.
    head = models.CharField("recteur ou rectrice", max_length=12, choices=AcademieHead.choices)
    tribunal = models.CharField("tribunal administratif", max_length=200, help_text="« tribunal administratif de … »")
    tribunal_address = models.CharField(
        "adresse du tribunal", max_length=200, help_text="Sur une ligne, dans les voies de recours."
    )
    comptable = models.CharField(
        "comptable assignataire", max_length=200, help_text="« Directeur régional des finances publiques de … »"
    )

    class Meta:
        verbose_name = "académie"
        ordering = ["name"]

    def __str__(self) -> str:
        return f"académie {de(self.name)}"

    @property
    def authority(self) -> str:
        """« Le recteur de l’académie d’Aix-Marseille », as a decision begins."""
        return f"{self.head[:1].upper()}{self.head[1:]} de l’{self}" if self.head else ""


class Departement(models.Model):
    code = models.CharField("code", max_length=3, unique=True, help_text="trois caractères : 025, 02A, 971")
    name = models.CharField("nom", max_length=80)
    academie = models.ForeignKey(Academie, models.PROTECT, related_name="departements", verbose_name="académie")
    dsden_email = models.EmailField("courriel de la DSDEN", blank=True)
    # Rings of [longitude, latitude], coarse enough for a small map; written by import_places.
    outline = models.JSONField("contour", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "département"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code.lstrip('0')})"

    @property
    def insee_code(self) -> str:
        """025 is 25, 001 is 01, 971 stays: as other public data write it."""
        return self.code.removeprefix("0")


class Circonscription(models.Model):
    uai = models.CharField("UAI", max_length=8, unique=True, null=True, blank=True, validators=[validate_uai])
    name = models.CharField("nom", max_length=150)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="circonscriptions", verbose_name="département")
    email = models.EmailField("courriel", blank=True)

    class Meta:
        verbose_name = "circonscription"
        ordering = ["departement__code", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["departement", "name"],
                name="circonscription_once",
                violation_error_message="Cette circonscription existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class CollectiviteQuerySet(models.QuerySet["Collectivite"]):
    def alive(self, on: dt.date) -> Self:
        """Those that have not disappeared before that day."""
        return self.filter(Q(dissolved_on__isnull=True) | Q(dissolved_on__gte=on))

    def in_academie(self, academie_ids: frozenset[int]) -> Self:
        return self.filter(departement__academie_id__in=academie_ids)


class Collectivite(models.Model):
    siren = models.CharField("SIREN", max_length=9, unique=True, validators=[validate_siren])
    kind = models.CharField("nature", max_length=12, choices=CollectiviteKind.choices)
    name = models.CharField("nom", max_length=200)
    insee_code = models.CharField("code INSEE", max_length=5, blank=True, db_index=True)
    population = models.PositiveIntegerField("population", null=True, blank=True)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="collectivites", verbose_name="département")
    epci = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="communes", verbose_name="EPCI à fiscalité propre"
    )
    school_competence = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="delegated_by",
        verbose_name="compétence scolaire transférée à",
        help_text="Vide : la collectivité exerce elle-même la compétence scolaire.",
    )
    address = models.TextField("adresse", blank=True)
    email = models.EmailField("courriel", blank=True)
    latitude = models.DecimalField("latitude de la mairie", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("longitude de la mairie", max_digits=9, decimal_places=6, null=True, blank=True)
    dissolved_on = models.DateField("disparue le", null=True, blank=True)
    known_on = models.DateField(
        "état connu au",
        null=True,
        blank=True,
        help_text="Date du fichier officiel dont viennent ces données ; un plus ancien n’y change rien.",
    )
    search = models.CharField(max_length=300, editable=False, db_index=True)

    objects = CollectiviteQuerySet.as_manager()

    class Meta:
        verbose_name = "collectivité"
        ordering = ["search", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(school_competence=F("pk")),
                name="collectivite_competence_elsewhere",
                violation_error_message="Laissez vide si la collectivité exerce elle-même la compétence scolaire.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def in_words(self) -> str:
        """« la commune d’Ornans »; the others bear their nature in their name."""
        return f"la commune {de(self.name)}" if self.kind == CollectiviteKind.COMMUNE else self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search = self.search_text()
        super().save(*args, **kwargs)

    def search_text(self) -> str:
        """What a person may type to find it; also the sorting key, so that « Écot » stands beside « Ecurcey »."""
        return search_key(f"{self.name} {self.siren} {self.insee_code}")


class CommuneChange(models.Model):
    """From that day on, the place that one INSEE code named belongs to the commune that another names."""

    on = models.DateField("à compter du")
    before = models.CharField("code INSEE d’avant", max_length=5)
    after = models.CharField("code INSEE d’après", max_length=5)
    name = models.CharField("nom de la commune d’après", max_length=120)

    class Meta:
        verbose_name = "commune nouvelle ou fusion"
        verbose_name_plural = "communes nouvelles et fusions"
        ordering = ["on", "before"]
        constraints = [models.UniqueConstraint(fields=["before", "on"], name="commune_change_once")]

    def __str__(self) -> str:
        return f"{self.before} → {self.after} ({self.name}) au {self.on:%d/%m/%Y}"


class SchoolQuerySet(models.QuerySet["School"]):
    def visible_to(self, actor: "Actor") -> Self:
        """The schools of the organisations in which the person works."""
        return self.filter(
            Q(departement__academie_id__in=actor.ids(Level.ACADEMIE))
            | Q(departement_id__in=actor.ids(Level.DEPARTEMENT))
            | Q(circonscription_id__in=actor.ids(Level.CIRCONSCRIPTION))
            | Q(collectivite_id__in=actor.ids(Level.COLLECTIVITE))
            | Q(pk__in=actor.ids(Level.SCHOOL))
        )

    def in_academie(self, academie_ids: frozenset[int]) -> Self:
        return self.filter(departement__academie_id__in=academie_ids)

    def ecoles(self) -> Self:
        return self.filter(kind=SchoolKind.ECOLE)

    def colleges(self) -> Self:
        return self.filter(kind=SchoolKind.COLLEGE)

    def open(self) -> Self:
        return self.exclude(status=SchoolStatus.CLOSED)


class School(models.Model):
    uai = models.CharField("UAI", max_length=8, unique=True, validators=[validate_uai])
    kind = models.CharField("nature", max_length=10, choices=SchoolKind.choices)
    name = models.CharField("nom", max_length=200)
    sector = models.CharField("secteur", max_length=12, choices=Sector.choices, default=Sector.PUBLIC)
    status = models.CharField("état", max_length=10, choices=SchoolStatus.choices, default=SchoolStatus.OPEN)
    siret = models.CharField("SIRET", max_length=14, blank=True, validators=[validate_siret])
    address = models.CharField("adresse", max_length=250, blank=True)
    postal_code = models.CharField("code postal", max_length=5, blank=True)
    commune_name = models.CharField("commune", max_length=120)
    insee_code = models.CharField("code INSEE de la commune", max_length=5, db_index=True)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="schools", verbose_name="département")
    circonscription = models.ForeignKey(
        Circonscription, models.PROTECT, null=True, blank=True, related_name="schools", verbose_name="circonscription"
    )
    collectivite = models.ForeignKey(
        Collectivite,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="schools",
        verbose_name="collectivité compétente",
        help_text="Celle qui exerce la compétence scolaire pour cette école.",
    )
    collectivite_fixed = models.BooleanField(
        "rattachement décidé à la main",
        default=False,
        help_text="Coché : une importation ne change plus la collectivité compétente.",
    )
    email = models.EmailField("courriel", blank=True)
    latitude = models.DecimalField("latitude", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("longitude", max_digits=9, decimal_places=6, null=True, blank=True)
    rpi = models.CharField("RPI dispersé", max_length=20, blank=True)
    rpi_concentre = models.BooleanField("RPI concentré", default=False)
    source = models.CharField(
        "décrit par", max_length=12, choices=ReferenceSource.choices, default=ReferenceSource.LIST, editable=False
    )
    search = models.CharField(max_length=450, editable=False, db_index=True)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        verbose_name = "école ou collège"
        verbose_name_plural = "écoles et collèges"
        ordering = ["search", "pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.commune_name})"

    @property
    def in_words(self) -> str:
        """Inside a sentence, after « l’ » or « d’ »: « école primaire Ferry (Ornans) », never « école École primaire »."""
        return as_school(str(self))

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search = self.search_text()
        super().save(*args, **kwargs)

    def search_text(self) -> str:
        return search_key(f"{self.commune_name} {self.name} {self.uai}")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self, on: dt.date) -> Self:
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)

    def in_academies(self, academie_ids: frozenset[int]) -> Self:
        """Those held in these académies or anywhere inside them."""
        inside = ("departement", "circonscription__departement", "collectivite__departement", "school__departement")
        paths = ("academie", *(f"{place}__academie" for place in inside))
        return self.filter(Q(*[Q(**{f"{path}__in": academie_ids}) for path in paths], _connector=Q.OR))

    def with_organisations(self) -> Self:
        return self.select_related("academie", "departement", "circonscription", "collectivite", "school")


class Membership(models.Model):
    """A person holds a role in an organisation from a day to a day. A change of director moves the tasks, not the acts."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name="personne")
    role = models.CharField("rôle", max_length=20, choices=Role.choices)
    academie = models.ForeignKey(Academie, models.PROTECT, null=True, blank=True, verbose_name="académie")
    departement = models.ForeignKey(Departement, models.PROTECT, null=True, blank=True, verbose_name="département")
    circonscription = models.ForeignKey(Circonscription, models.PROTECT, null=True, blank=True)
    collectivite = models.ForeignKey(Collectivite, models.PROTECT, null=True, blank=True, verbose_name="collectivité")
    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, verbose_name="école ou collège")
    capacity = models.CharField("qualité", max_length=120, blank=True, help_text="« Maire », « Secrétaire général »")
    delegation = models.CharField("délégation (référence)", max_length=200, blank=True)
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au (inclus)", null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "habilitation"
        ordering = ["user", "role", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="membership_ends_after_start",
                violation_error_message="La fin d’une habilitation ne peut précéder son début.",
            ),
            models.CheckConstraint(
                condition=Q(
                    *[
                        Q(role__in=[role for role, at in LEVEL_OF_ROLE.items() if at == level])
                        & Q(**{f"{other}__isnull": other != level for other in Level.values})
                        for level in Level
                    ],
                    _connector=Q.OR,
                ),
                name="membership_one_organisation",
                violation_error_message="Une habilitation se donne dans une seule organisation, de la nature qu’appelle le rôle.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_role_display()} – {self.organisation}"

    @property
    def organisation(self) -> models.Model:
        return getattr(self, LEVEL_OF_ROLE[Role(self.role)])
