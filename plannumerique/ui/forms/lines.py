"""Several lines of the same form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from plannumerique.lib.text import starts_lower, typeset
from plannumerique.ui.forms.base import UNPROCESSABLE, Refusal, summary_title_of

_GARBLED_LINES = typeset("Les lignes du formulaire sont arrivées incomplètes : rechargez la page.")


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
        return summary_title_of(self.summary, refused=bool(self.refused))
