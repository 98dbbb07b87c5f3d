"""A file in a form: checked as soon as it comes, kept as a draft, so that an error elsewhere never asks for it twice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from plannumerique.files import services
from plannumerique.files.content import BadFile, TooBig, safe_name, size_in_words
from plannumerique.files.models import StoredFile
from plannumerique.lib.text import NBSP, NNBSP
from plannumerique.organisations.actor import Actor
from plannumerique.ui.forms import UPLOAD_HINT, UPLOAD_MAX_BYTES, PortalForm, UploadInput
from plannumerique.ui.spreadsheets import LARGEST_WORKBOOK, ODS, XLSX

# Drafts are deleted after two days; a page that stayed open longer has lost its file, and says so.
TOKEN_LASTS = 2 * 24 * 3600
WORKBOOK_HINT = (
    f"Classeur XLSX (Excel 2007 ou plus récent) ou ODS (LibreOffice){NNBSP}; {LARGEST_WORKBOOK // 1024 // 1024}{NBSP}Mo au plus."
)
_SALT = "plannumerique.files.draft"
_GONE = "Le fichier déjà reçu n’est plus disponible : choisissez-le de nouveau."


class DraftInput(UploadInput):
    """A file that comes with the request, or the draft kept from the request before."""

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, "UploadedFile[Any]"], name: str) -> Any:
        return super().value_from_datadict(data, files, name) or self.kept_key_in(data, name)

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: MultiValueDict[str, "UploadedFile[Any]"], name: str
    ) -> bool:
        return super().value_omitted_from_data(data, files, name) and not self.kept_key_in(data, name)


class UploadField(forms.Field):
    """Cleaned to a draft StoredFile of the person who sends the form (None when nothing was sent and nothing is required).

    The form gives it its actor: put UploadsMixin before the form class, or use UploadForm.
    """

    widget: DraftInput
    default_error_messages = {"required": "Choisissez un fichier."}
    actor: Actor | None = None
    store: Callable[..., StoredFile] = staticmethod(services.store)

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", UPLOAD_HINT)
        options.setdefault("widget", DraftInput)
        super().__init__(**options)

    def to_python(self, value: "UploadedFile[Any] | str | None") -> StoredFile | None:
        if not value:
            return None
        if self.actor is None:
            raise TypeError("An UploadField needs the actor of its form: see UploadsMixin.")
        draft = _kept(value, actor=self.actor) if isinstance(value, str) else received(value, actor=self.actor, store=self.store)
        self.widget.keep(name=f"{draft.original_name} ({size_in_words(draft.size)})", key=_token(draft))
        return draft

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """A browser never shows a chosen file again; the widget says which one was kept."""
        return None


class WorkbookInput(DraftInput):
    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"accept": f".xlsx,.ods,{XLSX},{ODS}", "data-max-bytes": str(LARGEST_WORKBOOK), **(attrs or {})})


class WorkbookField(UploadField):
    """A workbook to be read: plain XLSX or ODS, whole, and nothing in it that acts."""

    store = staticmethod(services.store_workbook)

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", WORKBOOK_HINT)
        options.setdefault("widget", WorkbookInput)
        super().__init__(**options)


def received(upload: "UploadedFile[Any]", *, actor: Actor, store: Callable[..., StoredFile] = services.store) -> StoredFile:
    """The draft of a file that came with the request; ValidationError says why it is refused."""
    name = upload.name or "fichier"
    try:
        if (upload.size or 0) > UPLOAD_MAX_BYTES:  # not read: its size says enough
            raise TooBig(safe_name(name))
        return store(upload.read(), name=name, actor=actor)
    except BadFile as error:
        raise ValidationError(str(error), code="bad_file") from error


@dataclass(frozen=True, slots=True)
class Received:
    """Of several files sent at once, the drafts of those that are right, and why the others are refused."""

    drafts: list[StoredFile]
    refusals: list[str]


class SeveralInput(UploadInput):
    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"multiple": True, **(attrs or {})})

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, "UploadedFile[Any]"], name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else []


class SeveralUploadsField(UploadField):
    """Cleaned to Received: a wrong file among twenty does not send back the nineteen others, which no browser would refill."""

    def __init__(self, *, most: int, **options: Any) -> None:
        self.most = most
        options.setdefault("widget", SeveralInput)
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        if len(value or ()) > self.most:
            raise ValidationError(f"{self.most} fichiers au plus à la fois.", code="too_many")
        found = Received([], [])
        for upload in value or ():
            try:
                found.drafts.append(received(upload, actor=cast(Actor, self.actor), store=self.store))
            except ValidationError as error:
                found.refusals.extend(error.messages)
        return found if value else None


def _kept(token: str, *, actor: Actor) -> StoredFile:
    try:
        signed = signing.loads(token, salt=_SALT, max_age=TOKEN_LASTS)
    except signing.BadSignature as error:
        raise ValidationError(_GONE, code="gone") from error
    draft = StoredFile.objects.drafts_of(actor).filter(pk=signed["file"], uploaded_by_id=signed["user"]).first()
    if draft is None:
        raise ValidationError(_GONE, code="gone")
    return draft


def _token(draft: StoredFile) -> str:
    return signing.dumps({"file": draft.pk, "user": draft.uploaded_by_id}, salt=_SALT)


class UploadsMixin:
    """Gives the form's UploadFields the person who sends it; put before a form class of `ui.forms`."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]  # of the form class that follows
            if isinstance(field, UploadField):
                field.actor = actor

    def forget(self, name: str) -> None:
        """A file that is refused as a whole is not kept for the next answer: it is mended, then chosen again."""
        self.fields[name].widget.keep(name="", key="")  # type: ignore[attr-defined]  # of the form class that follows


class UploadForm(UploadsMixin, PortalForm):
    pass
