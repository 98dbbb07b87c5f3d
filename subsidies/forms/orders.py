from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.forms import BoundField

from deployments.models import MobileClass
from plannumerique.files.forms import UploadField, UploadsMixin
from plannumerique.lib.money import ZERO, euros
from plannumerique.lib.text import search_key, typeset
from plannumerique.ui.forms import AmountField, DateField, SiretField, VersionedForm
from plannumerique.ui.lists import FilterForm, SearchKey
from subsidies.enums import PieceState, PurchaseChannel, Supplied
from subsidies.models import PurchaseOrder
from subsidies.services.orders import Order

LARGEST_ORDER = Decimal("9999999.99")


class OrderForm(UploadsMixin, VersionedForm):
    """The order as its copy tells it, then the part of each class of the convention in it."""

    number = forms.CharField(label="Numéro du bon de commande", max_length=60)
    ordered_on = DateField(label="Date de la commande")
    supplier_name = forms.CharField(label="Fournisseur", max_length=200)
    supplier_siret = SiretField(label="SIRET du fournisseur", help_text="Quatorze chiffres.")
    channel = forms.ChoiceField(label="Mode d’achat", choices=PurchaseChannel.choices, widget=forms.RadioSelect)
    coordinator = forms.CharField(
        label="Coordonnateur du groupement",
        max_length=200,
        required=False,
        help_text="Pour un groupement de commandes : qui commande pour tous ses membres.",
    )
    amount_ht = AmountField(
        label="Montant HT",
        minimum=Decimal("0.01"),
        maximum=LARGEST_ORDER,
        help_text="Dans un groupement, la part de votre collectivité.",
    )
    amount_ttc = AmountField(label="Montant TTC", minimum=Decimal("0.01"), maximum=LARGEST_ORDER)
    terminals = forms.ChoiceField(label="Terminaux des élèves", choices=Supplied.choices, widget=forms.RadioSelect)
    teacher_terminal = forms.ChoiceField(label="Terminal de l’enseignant", choices=Supplied.choices, widget=forms.RadioSelect)
    container = forms.ChoiceField(label="Conteneur sécurisé", choices=Supplied.choices, widget=forms.RadioSelect)
    administration = forms.ChoiceField(
        label="Service d’administration du parc", choices=Supplied.choices, widget=forms.RadioSelect
    )
    copy = UploadField(label="Copie du bon de commande")
    groupement = UploadField(label="Convention de groupement de commandes", required=False)

    ORDER = ("number", "ordered_on", "supplier_name", "supplier_siret", "channel", "coordinator", "amount_ht", "amount_ttc")
    KIT = ("terminals", "teacher_terminal", "container", "administration")
    FILES = ("copy", "groupement")

    def __init__(self, *args: Any, classes: Iterable[MobileClass], copy_needed: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.classes = {f"share_{one.pk}": one for one in classes}
        for name, one in self.classes.items():
            self.fields[name] = AmountField(label=str(one), required=False, minimum=ZERO, maximum=LARGEST_ORDER)
        if not copy_needed:
            self.fields["copy"].required = False
            self.fields["copy"].label = "Nouvelle copie du bon de commande"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        total, ht = cleaned.get("amount_ttc"), cleaned.get("amount_ht")
        if total is not None and ht is not None and total < ht:
            self.add_error("amount_ttc", typeset(f"Le montant TTC ne peut être inférieur au montant HT ({euros(ht)})."))
        shared = sum(self.shares().values(), ZERO)
        if total is not None and not any(name in self.errors for name in self.classes) and shared != total:
            self.add_error(
                None,
                typeset(
                    f"Les parts des classes font {euros(shared)}, la commande est de {euros(total)} TTC : répartissez-la toute."
                ),
            )
        return cleaned

    def shares(self) -> dict[int, Decimal]:
        typed = {one.pk: self.cleaned_data.get(name) for name, one in self.classes.items()}
        return {pk: amount for pk, amount in typed.items() if amount}

    def order(self) -> Order:
        """What was typed, once valid."""
        return Order(shares=self.shares(), **{name: self.cleaned_data[name] for name in Order.FIELDS})

    @property
    def about_order(self) -> list[BoundField]:
        return [self[name] for name in self.ORDER]

    @property
    def about_kit(self) -> list[BoundField]:
        return [self[name] for name in self.KIT]

    @property
    def about_shares(self) -> list[BoundField]:
        return [self[name] for name in self.classes]

    @property
    def about_files(self) -> list[BoundField]:
        return [self[name] for name in self.FILES]


class OrderFilters(FilterForm):
    counted = "etat"

    q = forms.CharField(label="Collectivité, fournisseur ou numéro", required=False, max_length=80)
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *PieceState.choices])

    def apply(self, queryset: "QuerySet[PurchaseOrder]") -> "QuerySet[PurchaseOrder]":
        typed = self.cleaned_data["q"].strip()
        for word in search_key(typed).split():
            queryset = queryset.filter(
                Q(subsidy__convention__dossier__collectivite__search__contains=word)
                | Q(SearchKey.of("supplier_name", word))
                | Q(number__icontains=word)
            )
        if state := self.cleaned_data["etat"]:
            queryset = queryset.filter(state=state)
        return queryset
