"""The base of every form, and the fields that the portal asks for: what is typed stays, what is wrong is said in French."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Protocol, cast

from django import forms
from django.core.exceptions import ValidationError

from plannumerique.lib import identifiers
from plannumerique.lib.dates import plain_date
from plannumerique.lib.money import ZERO, AmountError, euros, parse_amount
from plannumerique.lib.text import NBSP, NNBSP, plural, starts_lower, typeset

UNPROCESSABLE = 422
UPLOAD_KINDS = "application/pdf,image/jpeg,image/png"
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
UPLOAD_HINT = f"PDF, JPEG ou PNG{NNBSP}; 20{NBSP}Mo au plus."
LARGEST_AMOUNT = Decimal("99999999.99")
EARLIEST = dt.date(1990, 1, 1)
LATEST = dt.date(2099, 12, 31)
_REQUIRED = {
    "choices": "Choisissez une réponse.",
    "select": "Choisissez dans la liste.",
    "checkbox": "Cochez cette case pour continuer.",
    "file": "Choisissez un fichier.",
    "input": "Remplissez ce champ.",
}
_GARBLED_LINES = typeset("Les lignes du formulaire sont arrivées incomplètes : rechargez la page.")
_CSS = {"select": "fr-select", "file": "fr-upload", "input": "fr-input"}


class Refusal(Protocol):
    """What a use case raises when it will not be done now: sentences for the person."""

    reasons: list[str]


# --- The form ---


def kind_of(widget: forms.Widget) -> str:
    """Which of the shapes of `ui/field.html`: input, select, file, checkbox, or choices (radio buttons, boxes)."""
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "select" if isinstance(widget, forms.Select) else "input"


class PortalBoundField(forms.BoundField):
    """A field as `ui/field.html` draws it."""

    @property
    def template_name(self) -> str:
        return getattr(self.field, "template_name", None) or "ui/field.html"

    @property
    def kind(self) -> str:
        return kind_of(self.field.widget)

    @property
    def one_of_many(self) -> bool:
        return not isinstance(self.field.widget, forms.CheckboxSelectMultiple)

    @property
    def anchor(self) -> str:
        """The id that the error summary leads to: the first box of a group, the field itself otherwise."""
        return f"{self.auto_id}_0" if self.kind == "choices" else self.auto_id

    @property
    def marked_optional(self) -> bool:
        return not self.field.required and getattr(self.form, "mark_optional", True)

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        built = super().build_widget_attrs(attrs, widget)
        if self.is_hidden:
            return built
        if self.kind == "choices":
            built.pop("aria-invalid", None)  # said once, by the group
            return built
        own = (widget or self.field.widget).attrs.get("class", "")
        css = _CSS.get(self.kind, "")
        error = f"{css}--error" if css and self.errors else ""
        if classes := " ".join(filter(None, [css, error, own])):
            built["class"] = classes
        return built


class PortalFormMixin:
    """What every form of the portal has; put before a form class of Django to give it to that one too."""

    bound_field_class: type[forms.BoundField] | None = PortalBoundField
    template_name = "ui/form.html"
    mark_optional = True
    refused = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self._name_what_is_missing()

    def _name_what_is_missing(self: Any) -> None:
        """Django says « Ce champ est obligatoire. » of everything; a field with a sentence of its own keeps it."""
        for field in self.fields.values():
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = _REQUIRED[kind_of(field.widget)]

    @property
    def http_status(self: Any) -> int:
        return UNPROCESSABLE if self.is_bound and self.errors else 200

    def add_refusal(self: Any, refused: Refusal) -> None:
        """Show why the use case refused, above the form that keeps what was typed."""
        self.is_valid()  # a form that was not cleaned takes no error
        for reason in refused.reasons:
            self.add_error(None, reason)
        self.refused = True

    @property
    def summary(self: Any) -> list[tuple[str, str, str]]:
        """The errors in the order of the page: (id of the field or "", its label, the sentence)."""
        lines = [("", "", sentence) for sentence in self.non_field_errors()]
        for field in self:
            anchor, label = ("", "") if field.is_hidden else (field.anchor, field.label)
            lines += [(anchor, label, sentence) for sentence in field.errors]
        return lines

    @property
    def summary_title(self: Any) -> str:
        return _summary_title(self.summary, refused=self.refused)


class PortalForm(PortalFormMixin, forms.Form):
    pass


class VersionedForm(PortalForm):
    """A form built on one version of a row: `seen` comes back with it, and the use case compares.

    After a refusal the form carries the version that the person has now been told about: what she typed is still there,
    and she may send it again knowingly.
    """

    seen = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid"), typeset("Cette page n’est plus à jour : rechargez-la.")),
    )

    def __init__(self, *args: Any, row_version: int, **kwargs: Any) -> None:
        self.row_version = row_version
        super().__init__(*args, **kwargs)
        self.initial.setdefault("seen", row_version)

    def add_refusal(self, refused: Refusal) -> None:
        super().add_refusal(refused)
        data = cast(dict[str, Any], self.data).copy()
        data[self.add_prefix("seen")] = str(self.row_version)
        self.data = data


def comment_field(*, label: str = "Commentaire", required: bool = False, help_text: str = "") -> forms.CharField:
    """The words that go to the journal with the act; required, it is the motive."""
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


# --- Amounts ---


class AmountInput(forms.TextInput):
    """A text input with the euro sign after it: `type=number` refuses « 8 000,50 » and changes with the mouse wheel."""

    def __init__(self, attrs: dict[str, Any] | None = None, *, suffix: str = "€") -> None:
        self.suffix = suffix
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "spellcheck": "false", **(attrs or {})})


class AmountField(forms.Field):
    """Euros to the centime, typed as people write them, between two bounds included."""

    default_error_messages = {"required": "Indiquez un montant."}

    def __init__(self, *, minimum: Decimal = ZERO, maximum: Decimal = LARGEST_AMOUNT, suffix: str = "€", **options: Any) -> None:
        self.minimum, self.maximum = minimum, maximum
        super().__init__(widget=AmountInput(suffix=suffix), **options)

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values or not str(value).strip():
            return None
        try:
            return parse_amount(str(value), minimum=self.minimum, maximum=self.maximum)
        except AmountError as error:
            raise ValidationError(str(error), code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        """What was typed comes back as it was; an amount of ours is written as people do, without its sign."""
        return euros(value).removesuffix(f"{NBSP}€") if isinstance(value, Decimal) else value


# --- Dates and hours ---


class DateInput(forms.DateInput):
    """The browser's own date field; a text one for what it could not show, so that what was typed stays to be corrected."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if not _is_iso_date(context["widget"]["value"]):
            context["widget"]["type"] = "text"
        return context


class DateField(forms.DateField):
    """A day, from the browser's date field or typed « 14/10/2016 », between two days included."""

    widget = DateInput
    input_formats = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]
    default_error_messages = {
        "required": "Indiquez une date.",
        "invalid": typeset("Cette date n’existe pas ou n’est pas lisible : écrivez-la en chiffres, comme 14/10/2016."),
    }

    def __init__(self, *, earliest: dt.date = EARLIEST, latest: dt.date = LATEST, **options: Any) -> None:
        self.earliest, self.latest = earliest, latest
        super().__init__(**options)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and value < self.earliest:
            raise ValidationError(f"Cette date ne peut pas précéder le {plain_date(self.earliest)}.", code="too_early")
        if value is not None and value > self.latest:
            raise ValidationError(f"Cette date ne peut pas suivre le {plain_date(self.latest)}.", code="too_late")


class HourField(forms.TimeField):
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    input_formats = ["%H:%M", "%H:%M:%S", "%Hh%M", "%H h %M"]
    default_error_messages = {
        "required": "Indiquez une heure.",
        "invalid": typeset("Cette heure n’est pas lisible : écrivez-la comme 14:30."),
    }


def _is_iso_date(value: str | None) -> bool:
    if not value:
        return True
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return False
    return len(value) == len("2016-10-14")


# --- Identifiers ---


class IdentifierField(forms.CharField):
    """A number with a key, brought to the form in which it is stored."""

    check: Callable[[str], str]

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 60)
        super().__init__(**options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No `maxlength`: it would cut, without a word, a number pasted with its spaces."""
        return {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return typed
        try:
            return type(self).check(typed)
        except identifiers.IdentifierError as error:
            raise ValidationError(str(error), code="invalid") from error


class UAIField(IdentifierField):
    check = staticmethod(identifiers.check_uai)


class SirenField(IdentifierField):
    check = staticmethod(identifiers.check_siren)


class SiretField(IdentifierField):
    check = staticmethod(identifiers.check_siret)


class IbanField(IdentifierField):
    check = staticmethod(identifiers.check_iban)


class BicField(IdentifierField):
    check = staticmethod(identifiers.check_bic)


# --- Files ---


class UploadInput(forms.FileInput):
    """The look of an upload. A browser never gives a file back: when the form comes back with an error, `keep` shows the
    draft that the server kept, and its key travels in a hidden field named `<name>_kept`.
    """

    template_name = "ui/widgets/upload.html"
    kept_name = ""
    kept_key = ""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"accept": UPLOAD_KINDS, "data-max-bytes": str(UPLOAD_MAX_BYTES), **(attrs or {})})

    def keep(self, *, name: str, key: str) -> None:
        self.kept_name, self.kept_key = name, key

    def kept_key_in(self, data: Mapping[str, Any], name: str) -> str:
        return str(data.get(f"{name}_kept", ""))

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if self.kept_key:
            context["widget"]["attrs"].pop("required", None)
        context["widget"] |= {"kept_name": self.kept_name, "kept_key": self.kept_key}
        return context


# --- Lines ---


class PortalFormSet(forms.BaseFormSet):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Several lines of the same form (`formset_factory(LineForm, formset=PortalFormSet)`), drawn by `ui/_formset.html`."""

    refused: tuple[str, ...] = ()
    default_error_messages = {
        **forms.BaseFormSet.default_error_messages,
        "missing_management_form": _GARBLED_LINES,
        "too_many_forms": "%(num)d lignes au plus.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # A false count draws at most twice the lines that are received: Django's own limit, a thousand more, takes twenty seconds.
        self.absolute_max = 2 * self.max_num
        super().__init__(*args, **kwargs)

    def clean(self) -> None:
        if (self.management_form.cleaned_data["TOTAL_FORMS"] or 0) < 0:
            raise ValidationError(_GARBLED_LINES)

    @property
    def http_status(self) -> int:
        return UNPROCESSABLE if self.is_bound and not self.is_valid() else 200

    @property
    def filled(self) -> list[Any]:
        """The lines that are neither empty nor struck out, once the whole is valid; one that was there and that nobody
        touched is filled too, though Django says that it has not changed.
        """
        struck_out = self.deleted_forms if self.can_delete else []
        return [form for form in self.forms if (form.initial or form.has_changed()) and form not in struck_out]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What each filled line holds."""
        return [form.cleaned_data for form in self.filled]

    def add_refusal(self, refused: Refusal) -> None:
        self.refused = tuple(refused.reasons)

    @property
    def summary(self) -> list[tuple[str, str, str]]:
        """The errors of every line, in the shape of a form's summary."""
        if not self.is_bound:
            return []
        general = [("", "", sentence) for sentence in (*self.refused, *self.non_form_errors())]
        return general + [
            (anchor, f"Ligne {rank}, {starts_lower(label)}" if label else f"Ligne {rank}", sentence)
            for rank, form in enumerate(self.forms, start=1)
            for anchor, label, sentence in form.summary
        ]

    @property
    def summary_title(self) -> str:
        return _summary_title(self.summary, refused=bool(self.refused))


def _summary_title(lines: list[tuple[str, str, str]], *, refused: bool) -> str:
    return "L’action n’a pas été faite" if refused else f"{plural(len(lines), one='erreur')} à corriger"
