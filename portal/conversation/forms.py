import uuid
from collections.abc import Sequence
from typing import Any, Protocol

from django import forms
from django.core.exceptions import ValidationError

from plannumerique.files.forms import UploadField, UploadForm
from plannumerique.lib.text import plural, typeset
from plannumerique.messages.enums import Audience
from plannumerique.messages.models import LONGEST_TEXT
from plannumerique.organisations.models import School

_STALE = typeset("Cette page n’est plus à jour : rechargez-la.")


class AudienceChoice(Protocol):
    """What the page lets this person choose (`pages.Choice`)."""

    @property
    def audience(self) -> Audience: ...
    @property
    def label(self) -> str: ...
    @property
    def school(self) -> School | None: ...
    @property
    def value(self) -> str: ...


class MessageForm(UploadForm):
    """Nothing is chosen beforehand: a note meant for the académie must not go to all by inattention."""

    sending = forms.UUIDField(
        widget=forms.HiddenInput, initial=uuid.uuid4, error_messages=dict.fromkeys(("required", "invalid"), _STALE)
    )
    audience = forms.ChoiceField(
        label=typeset("À qui écrivez-vous ?"),
        help_text=typeset(
            "L’académie lit tous les messages ; l’IEN et la DSDEN lisent ceux qui sont adressés à tous ou à une école."
        ),
        error_messages={
            "required": "Choisissez à qui vous écrivez.",
            "invalid_choice": "Choisissez dans la liste à qui vous écrivez.",
        },
    )
    text = forms.CharField(
        label="Votre message",
        help_text=typeset(f"{plural(LONGEST_TEXT, one='caractère')} au plus. Un message envoyé ne se modifie plus."),
        # No `max_length`: the browser would cut a text that is pasted, without a word.
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Écrivez votre message."},
    )
    attachment = UploadField(label="Pièce jointe", required=False)

    def __init__(self, *args: Any, choices: Sequence[AudienceChoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_value = {choice.value: choice for choice in choices}
        self.fields["audience"].choices = [  # type: ignore[attr-defined]
            ("", "Choisissez"),
            *((choice.value, choice.label) for choice in choices),
        ]

    def clean_audience(self) -> AudienceChoice:
        return self.by_value[self.cleaned_data["audience"]]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].replace("\r\n", "\n")
        if len(text) > LONGEST_TEXT:
            length = plural(len(text), one="caractère")
            raise ValidationError(
                typeset(
                    f"Votre message compte {length} : réduisez-le à {plural(LONGEST_TEXT, one='caractère')}, ou joignez un document."
                )
            )
        return text
