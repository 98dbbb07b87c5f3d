"""A campaign is one programme in one académie: figures, calendar, texts and signatories are rows, never code."""

import datetime as dt
from decimal import Decimal
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from plannumerique.files.letters import is_blank, is_to_fill
from plannumerique.journal.machine import Refused
from plannumerique.journal.triggers import append_only
from plannumerique.lib.text import typeset
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Level
from plannumerique.organisations.models import Academie
from projects.enums import ActKind, CbrNature, DeadlineCode
from projects.rules import CapUnit, CbrBasis, Deadline, FundingTerms, RoundingMode, TaxBasis, TermsError, Tier


def _lacks(value: str) -> bool:
    return is_blank(value) or is_to_fill(value)


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def managed_by(self, actor: Actor) -> Self:
        return self.filter(academie_id__in=actor.ids(Level.ACADEMIE))

    def open_at(self, at: dt.datetime) -> Self:
        """Campaigns with a phase that takes applications at that instant."""
        return self.filter(models.Exists(Phase.objects.filter(campaign=models.OuterRef("pk")).open_at(at)))


class Campaign(models.Model):
    academie = models.ForeignKey(Academie, models.PROTECT, related_name="campaigns", verbose_name="académie")
    code = models.SlugField("code", max_length=20, help_text="Entre dans les références des actes : « AAP-2016 ».")
    year = models.PositiveSmallIntegerField("année")
    label = models.CharField("intitulé", max_length=200)
    programme = models.CharField("programme", max_length=200, help_text="Nom du programme, tel que les actes l’écrivent.")
    mail_subject = models.CharField("objet des courriels", max_length=120, help_text="Rappelé au début de chaque objet.")
    expenses_from = models.DateField("dépenses éligibles à partir du")
    orders_from = models.DateField("commandes possibles à partir du", null=True, blank=True)
    internal_limit_on = models.DateField(
        "date limite interne des justificatifs",
        null=True,
        blank=True,
        help_text="Demandée aux collectivités pour laisser à la DANE le temps de constater.",
    )
    decision_waits_for_order = models.BooleanField("la décision attend un bon de commande accepté", default=True)
    local_selection = models.BooleanField(
        "sélection décidée par l’académie", default=False, help_text="Sinon, elle vient de la liste publiée par le ministère."
    )
    cbr_nature = models.CharField("contrôle budgétaire", max_length=4, choices=CbrNature.choices, default=CbrNature.AVIS)
    cbr_delay_days = models.PositiveSmallIntegerField("délai du CBR (jours)", default=15)
    cbr_silence_counts = models.BooleanField("le silence du CBR vaut avis rendu", default=True)
    iban_freeze_hours = models.PositiveSmallIntegerField(
        "délai après un changement d’IBAN (heures)", default=48, help_text="Aucun paiement n’utilise plus tôt le nouveau compte."
    )
    mandat_required = models.BooleanField("numéro de mandat exigé dans l’état récapitulatif", default=False)
    imputation = models.JSONField("imputation budgétaire", default=dict, blank=True)
    comptable = models.CharField("comptable assignataire", max_length=200)
    tribunal = models.CharField("tribunal administratif", max_length=200)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = "campagne"
        ordering = ["-year", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["academie", "code"],
                name="campaign_code_once",
                violation_error_message="Ce code désigne déjà une campagne.",
            )
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        super().clean()
        if not isinstance(self.imputation, dict):
            raise ValidationError({"imputation": typeset("Écrivez un élément par ligne : « Programme : 0214 ».")})

    def is_imputation_filled(self) -> bool:
        values = [str(value) for value in self.imputation.values()]
        return bool(values) and not any(_lacks(value) for value in values)

    def to_fill(self) -> list[str]:
        """What its acts still wait for, as the administration names it: what is blank, or « à compléter » as the template left it."""
        signed = {row.act for row in self.signatories.all()}
        unsigned = [act.label for act in ActKind if act not in signed]
        named = [
            ("imputation budgétaire", self.is_imputation_filled()),
            ("comptable assignataire", not _lacks(self.comptable)),
            ("tribunal administratif", not _lacks(self.tribunal)),
            *((f"texte « {text} »", not _lacks(text.text)) for text in self.texts.all()),
            (f"signataires ({', '.join(unsigned)})" if signed else "signataires", not unsigned),
        ]
        return [typeset(label) for label, filled in named if not filled]

    def current_terms(self) -> "TermsVersion":
        """The latest figures; one query, unless the versions were prefetched. A convention keeps pointing at the one it was made with."""
        version = max(self.terms_versions.all(), key=lambda one: one.number, default=None)
        if version is None:
            raise Refused(f"La campagne « {self} » n’a pas de barème : l’administrateur doit en saisir un.")
        return version

    def deadline(self, code: DeadlineCode) -> Deadline | None:
        """The date watched under that code, as the rules read it; one query, unless the deadlines were prefetched."""
        row = next((one for one in self.deadlines.all() if one.code == code), None)
        return row.as_rule() if row else None


class TermsVersion(models.Model):
    """The figures of a campaign. A version is never changed: another one is added, and only an avenant moves to it."""

    _TIERS = '[{"up_to": null, "rate": "0.50"}]'
    _FIGURES = ("expense_cap", "max_units_per_school", "resources_grant", "acompte_rate", "waiver_threshold")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="terms_versions", verbose_name="campagne")
    number = models.PositiveSmallIntegerField("version", validators=[MinValueValidator(1)])
    cap_unit = models.CharField("unité du plafond", max_length=20, choices=[(one.value, one.label) for one in CapUnit])
    expense_cap = models.DecimalField("dépense plafonnée à (€)", max_digits=12, decimal_places=2)
    subsidy_floor = models.DecimalField("subvention minimale (€)", max_digits=12, decimal_places=2, null=True, blank=True)
    subsidy_cap = models.DecimalField("subvention maximale (€)", max_digits=12, decimal_places=2, null=True, blank=True)
    tiers = models.JSONField("taux par tranche", help_text=_TIERS)
    tiers_over = models.CharField(
        "tranches appréciées", max_length=20, choices=[(one.value, one.label) for one in CapUnit], default=CapUnit.PER_CLASS.value
    )
    max_units_per_school = models.PositiveSmallIntegerField("classes par école, toutes phases")
    resources_grant = models.DecimalField("dotation de ressources par école (€)", max_digits=12, decimal_places=2)
    acompte_rate = models.DecimalField("taux de l’acompte", max_digits=5, decimal_places=4)
    tax_basis = models.CharField("assiette", max_length=3, choices=[(one.value, one.label) for one in TaxBasis])
    rounding = models.CharField("arrondi", max_length=10, choices=[(one.value, one.label) for one in RoundingMode])
    cbr_threshold = models.DecimalField("seuil du CBR (€)", max_digits=14, decimal_places=2, null=True, blank=True)
    cbr_on = models.CharField("seuil du CBR apprécié sur", max_length=20, choices=[(one.value, one.label) for one in CbrBasis])
    public_aid_limit = models.DecimalField("plafond des aides publiques", max_digits=5, decimal_places=4, null=True, blank=True)
    waiver_threshold = models.DecimalField(
        "reliquat non recouvré au-dessous de (€)", max_digits=12, decimal_places=2, default=Decimal("0")
    )

    class Meta:
        verbose_name = "version du barème"
        verbose_name_plural = "versions du barème"
        ordering = ["campaign", "number"]
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="terms_number_once")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.campaign} – barème n° {self.number}"

    def clean(self) -> None:
        super().clean()
        if any(getattr(self, name) is None for name in self._FIGURES):
            return  # said by the field itself
        try:
            self.as_rule()
        except TermsError as error:
            raise ValidationError(list(error.reasons)) from error
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            raise ValidationError({"tiers": typeset(f"Écrivez les tranches ainsi : {self._TIERS}")}) from error

    def as_rule(self) -> FundingTerms:
        """The figures as the rules read them. Raises TermsError when they contradict one another."""
        return FundingTerms(
            cap_unit=CapUnit(self.cap_unit),
            expense_cap=self.expense_cap,
            subsidy_floor=self.subsidy_floor,
            subsidy_cap=self.subsidy_cap,
            tiers=tuple(
                Tier(up_to=None if tier["up_to"] is None else Decimal(tier["up_to"]), rate=Decimal(tier["rate"]))
                for tier in self.tiers
            ),
            tiers_over=CapUnit(self.tiers_over),
            max_units_per_school=self.max_units_per_school,
            resources_grant=self.resources_grant,
            acompte_rate=self.acompte_rate,
            tax_basis=TaxBasis(self.tax_basis),
            rounding=RoundingMode(self.rounding),
            cbr_threshold=self.cbr_threshold,
            cbr_on=CbrBasis(self.cbr_on),
            waiver_threshold=self.waiver_threshold,
            public_aid_limit=self.public_aid_limit,
        )


class PhaseQuerySet(models.QuerySet["Phase"]):
    def open_at(self, at: dt.datetime) -> Self:
        return self.filter(opens_at__lte=at, closes_at__gte=at)


class Phase(models.Model):
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="phases", verbose_name="campagne")
    number = models.PositiveSmallIntegerField("phase")
    label = models.CharField("intitulé", max_length=120)
    opens_at = models.DateTimeField("ouvre le")
    closes_at = models.DateTimeField("clôt le")

    objects = PhaseQuerySet.as_manager()

    class Meta:
        verbose_name = "phase"
        ordering = ["campaign", "number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="phase_number_once"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="phase_closes_after_opening",
                violation_error_message="Une phase se clôt après s’être ouverte.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} – {self.label}"

    @property
    def opens_on(self) -> dt.date:
        return timezone.localdate(self.opens_at)

    @property
    def closes_on(self) -> dt.date:
        return timezone.localdate(self.closes_at)


class CampaignDeadline(models.Model):
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="deadlines", verbose_name="campagne")
    code = models.CharField("échéance", max_length=20, choices=DeadlineCode.choices)
    on = models.DateField("date")
    inclusive = models.BooleanField("le jour même est encore à temps", default=False)
    roll = models.BooleanField("reportée au premier jour ouvré", default=False)
    offsets = models.JSONField("rappels (jours)", default=list, blank=True, help_text="[-30, -15, -7, -1]")

    class Meta:
        verbose_name = "échéance"
        ordering = ["campaign", "on", "code"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="deadline_once")]

    def __str__(self) -> str:
        return f"{self.get_code_display()} – {self.on:%d/%m/%Y}"

    def clean(self) -> None:
        super().clean()
        if not isinstance(self.offsets, list) or any(not isinstance(one, int) or isinstance(one, bool) for one in self.offsets):
            raise ValidationError({"offsets": "Donnez une liste de nombres entiers de jours, par exemple [-30, -15, -7, -1]."})

    def as_rule(self) -> Deadline:
        return Deadline(code=self.code, on=self.on, inclusive=self.inclusive, roll=self.roll)


class CampaignText(models.Model):
    """A passage of an act that the académie words itself: visas, articles, recourse. Each act copies what it used."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="texts", verbose_name="campagne")
    act = models.CharField("acte", max_length=20, choices=ActKind.choices)
    slot = models.SlugField("emplacement", max_length=40, help_text="visas, body, recourse…")
    text = models.TextField("texte")

    class Meta:
        verbose_name = "texte d’acte"
        verbose_name_plural = "textes des actes"
        ordering = ["campaign", "act", "slot"]
        constraints = [models.UniqueConstraint(fields=["campaign", "act", "slot"], name="campaign_text_once")]

    def __str__(self) -> str:
        return f"{self.get_act_display()} – {self.slot}"


class SignatoryQuerySet(models.QuerySet["Signatory"]):
    def in_force(self, on: dt.date) -> Self:
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)


class Signatory(models.Model):
    """Who signs an act in the recteur's name, from when to when, by which delegation."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="signatories", verbose_name="campagne")
    act = models.CharField("acte", max_length=20, choices=ActKind.choices)
    name = models.CharField("nom", max_length=150)
    capacity = models.CharField("qualité", max_length=200)
    delegation = models.CharField(
        "délégation", max_length=250, blank=True, help_text="Vide : la personne signe en son nom propre."
    )
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au (inclus)", null=True, blank=True)

    objects = SignatoryQuerySet.as_manager()

    class Meta:
        verbose_name = "signataire"
        ordering = ["campaign", "act", "-starts_on"]

    def __str__(self) -> str:
        return f"{self.name}, {self.capacity}"
