"""The look of an upload, and the draft that is kept when the form comes back with an error."""

from collections.abc import Mapping
from typing import Any

from django import forms

from plannumerique.lib.text import NBSP, NNBSP

UPLOAD_KINDS = "application/pdf,image/jpeg,image/png"
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
UPLOAD_HINT = f"PDF, JPEG ou PNG{NNBSP}; 20{NBSP}Mo au plus."


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
