"""What a convention is made of: its payee, its calendar, its amounts, the days and the words of each act."""

from typing import Any

from django.db import models

from conventions.enums import ConventionState, DeliberatingOrgan
from conventions.rules import CbrSense
from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.journal.models import ThreadRow
from projects.models import Campaign, Dossier, TermsVersion

S = ConventionState
MONEY: dict[str, Any] = {"max_digits": 12, "decimal_places": 2}


def _piece(label: str) -> "models.ForeignKey[Piece | None, Piece | None]":
    return models.ForeignKey(Piece, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label)


class ConventionContent(ThreadRow):
    """`state` is given by the model, beside its moves."""

    state: Any

    passage_related = (
        "campaign",
        "terms",
        "dossier__collectivite",
        "thread__academie",
        "document",
        "rib",
        "deliberation_piece",
        "collectivite_copy",
    )
    journaled = (
        "terms",
        "subsidy_max",
        "project_amount",
        "resources_total",
        "siret",
        "iban",
        "iban_holder",
        "deployment_from",
        "deployment_until",
        "cbr_requested_on",
        "cbr_received_on",
        "cbr_amount",
        "cbr_sense",
        "cbr_given_on",
        "cbr_silence_on",
        "cbr_overruled_on",
        "next_sitting_on",
        "deliberation_number",
        "deliberation_on",
        "published_on",
        "prefecture_on",
        "executory_on",
        "collectivite_signed_on",
        "collectivite_signatory",
        "same_day_confirmed",
        "recteur_signed_on",
        "recteur_signatory",
        "late_motive",
        "notified_on",
        "terminated_on",
        "taken_over_on",
        "original_reference",
    )

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="conventions", verbose_name="dossier")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", verbose_name="campagne")
    terms = models.ForeignKey(TermsVersion, models.PROTECT, related_name="+", verbose_name="barème")

    siret = models.CharField("SIRET", max_length=14, blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    iban_holder = models.CharField("titulaire du compte", max_length=200, blank=True)
    rib = _piece("RIB")
    steering = models.TextField("pilotage et interlocuteurs", blank=True)
    deployment_from = models.DateField("déploiement à partir du", null=True, blank=True)
    deployment_until = models.DateField("déploiement achevé le", null=True, blank=True)

    settled_on = models.DateField("projet arrêté le", null=True, blank=True)
    project_amount = models.DecimalField("montant du projet (€)", null=True, blank=True, **MONEY)
    subsidy_max = models.DecimalField("subvention maximale (€)", null=True, blank=True, **MONEY)
    resources_total = models.DecimalField("dotations de ressources (€)", null=True, blank=True, **MONEY)
    # The text in force: none while the negotiation is open, although an earlier one may have been issued.
    document = models.ForeignKey(
        IssuedDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="texte de la convention"
    )

    cbr_requested_on = models.DateField("CBR saisi le", null=True, blank=True)
    cbr_received_on = models.DateField("reçu par le CBR le", null=True, blank=True)
    cbr_amount = models.DecimalField("montant soumis au CBR (€)", null=True, blank=True, **MONEY)
    cbr_sense = models.CharField("avis du CBR", max_length=15, choices=[(one.value, one.label) for one in CbrSense], blank=True)
    cbr_given_on = models.DateField("avis rendu le", null=True, blank=True)
    cbr_silence_on = models.DateField("avis réputé rendu le", null=True, blank=True)
    cbr_piece = _piece("avis du CBR")
    cbr_overruled_on = models.DateField("passer outre le", null=True, blank=True)
    cbr_overruled_motive = models.TextField("motif du passer outre", blank=True)
    cbr_overruled_piece = _piece("décision de passer outre")

    next_sitting_on = models.DateField("prochaine séance de l’assemblée", null=True, blank=True)
    deliberation_organ = models.CharField("organe", max_length=25, choices=DeliberatingOrgan.choices, blank=True)
    deliberation_number = models.CharField("numéro de la délibération", max_length=60, blank=True)
    deliberation_on = models.DateField("adoptée le", null=True, blank=True)
    published_on = models.DateField("publiée le", null=True, blank=True)
    published_time = models.TimeField("publiée à", null=True, blank=True)
    prefecture_on = models.DateField("reçue en préfecture le", null=True, blank=True)
    prefecture_time = models.TimeField("reçue en préfecture à", null=True, blank=True)
    executory_on = models.DateField("exécutoire le", null=True, blank=True)
    deliberation_piece = _piece("délibération")

    collectivite_signed_on = models.DateField("signée par la collectivité le", null=True, blank=True)
    collectivite_signed_time = models.TimeField("signée par la collectivité à", null=True, blank=True)
    collectivite_signatory = models.CharField("signataire de la collectivité", max_length=150, blank=True)
    collectivite_capacity = models.CharField("qualité du signataire de la collectivité", max_length=150, blank=True)
    collectivite_copy = _piece("exemplaire signé par la collectivité")
    same_day_confirmed = models.BooleanField("signature postérieure à la délibération, confirmée", default=False)
    recteur_signed_on = models.DateField("signée par le recteur le", null=True, blank=True)
    recteur_signatory = models.CharField("signataire de l’État", max_length=150, blank=True)
    recteur_capacity = models.CharField("qualité du signataire de l’État", max_length=200, blank=True)
    recteur_delegation = models.CharField("délégation", max_length=250, blank=True)
    late_motive = models.TextField("motif de la signature tardive", blank=True)
    notified_on = models.DateField("notifiée le", null=True, blank=True)
    terminated_on = models.DateField("résiliée le", null=True, blank=True)
    # Signed on paper before the portal: its text, its number and its signed copies are those of that paper.
    taken_over_on = models.DateField("reprise le", null=True, blank=True, editable=False)
    original_reference = models.CharField("numéro d’origine", max_length=60, blank=True, db_default="")

    class Meta:
        abstract = True
