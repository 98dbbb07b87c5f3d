"""The base of every form: what is missing is named, what a use case refused is shown above what was typed."""

from typing import Any, Protocol, cast

from django import forms

from plannumerique.lib.text import plural, typeset

UNPROCESSABLE = 422
_REQUIRED = {
    "choices": "Choisissez une réponse.",
    "select": "Choisissez dans la liste.",
    "checkbox": "Cochez cette case pour continuer.",
    "file": "Choisissez un fichier.",
    "input": "Remplissez ce champ.",
}
_CSS = {"select": "fr-select", "file": "fr-upload", "input": "fr-input"}


class Refusal(Protocol):
    """What a use case raises when it will not be done now: sentences for the person."""

    reasons: list[str]


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
        return summary_title_of(self.summary, refused=self.refused)


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


def summary_title_of(lines: list[tuple[str, str, str]], *, refused: bool) -> str:
    return "L’action n’a pas été faite" if refused else f"{plural(len(lines), one='erreur')} à corriger"
