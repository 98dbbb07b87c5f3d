"""What a confirmation asks, once for all the rows."""

from typing import Any

from django import forms

from plannumerique.ui.forms import DateField, PortalForm, comment_field


class ConfirmForm(PortalForm):
    """`expected` is the number of rows that the page showed: a set that changed since is shown again."""

    expected = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def parameters(self) -> dict[str, Any]:
        """As a job keeps them: days in ISO."""
        own = {name: value for name, value in self.cleaned_data.items() if name != "expected"}
        return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in own.items()}


class DueForm(ConfirmForm):
    due_on = DateField(label="Avis attendus au plus tard le")


class SelectionForm(ConfirmForm):
    on = DateField(label="Date de la décision")
    selection_list = forms.CharField(
        label="Liste ou séance", max_length=200, help_text="Par exemple : liste publiée par le ministère le 4 juillet 2016."
    )


class SetAsideForm(SelectionForm):
    comment = comment_field(
        label="Motif, le même pour toutes", required=True, help_text="Il est écrit dans la lettre adressée à chaque collectivité."
    )


class ReminderForm(ConfirmForm):
    comment = comment_field(label="Ce que vous ajoutez au courriel, le même pour toutes")
