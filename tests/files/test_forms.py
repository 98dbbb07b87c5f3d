from typing import Any

import pytest
import time_machine
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from plannumerique.files.forms import TOKEN_LASTS, UploadField, UploadForm
from plannumerique.files.models import StoredFile
from plannumerique.organisations.actor import Actor
from tests.files.conftest import Dossier
from tests.files.sample import image_bytes, pdf_bytes
from tests.files.test_content import EXE


class DeliberationForm(UploadForm):
    number = forms.CharField(label="Numéro")
    file = UploadField(label="Délibération")
    annex = UploadField(label="Annexe", required=False)


def submit(actor: Actor, data: bytes | None = None, *, name: str = "délibération.pdf", **fields: str) -> DeliberationForm:
    typed = QueryDict(mutable=True)
    typed.update(fields)
    files = MultiValueDict({"file": [SimpleUploadedFile(name, data)]} if data is not None else {})
    return DeliberationForm(typed, files, actor=actor)


def token_in(form: DeliberationForm) -> str:
    token: str = form.fields["file"].widget.kept_key
    assert f'name="file_kept" value="{token}"' in str(form["file"])
    return token


def test_an_upload_is_cleaned_to_a_draft_of_its_sender(dossier: Dossier) -> None:
    form = submit(dossier.mairie, pdf_bytes(), number="12")
    assert form.is_valid(), form.errors
    file = form.cleaned_data["file"]
    assert (file.uploaded_by, file.attached_at) == (dossier.mairie.user, None)
    assert form.cleaned_data["annex"] is None


def test_an_error_elsewhere_keeps_the_file(dossier: Dossier) -> None:
    form = submit(dossier.mairie, pdf_bytes(), number="")
    assert not form.is_valid()
    page = form.as_p() if False else str(form)
    assert "délibération.pdf (1\u00a0Ko)" in page
    assert "required" not in str(form["file"]).split("<input")[1]

    again = submit(dossier.mairie, number="12", file_kept=token_in(form))
    assert again.is_valid(), again.errors
    assert again.cleaned_data["file"].original_name == "délibération.pdf"
    assert StoredFile.objects.count() == 1


def test_a_new_choice_takes_the_place_of_the_kept_file(dossier: Dossier) -> None:
    first = submit(dossier.mairie, pdf_bytes(), number="")
    first.is_valid()
    again = submit(dossier.mairie, image_bytes(), name="photo.jpg", number="12", file_kept=token_in(first))
    assert again.is_valid()
    assert again.cleaned_data["file"].original_name == "photo.jpg"


def test_the_token_of_another_person_is_refused(dossier: Dossier) -> None:
    form = submit(dossier.mairie, pdf_bytes(), number="")
    form.is_valid()

    stolen = submit(dossier.agent, number="12", file_kept=token_in(form))

    assert not stolen.is_valid()
    assert stolen.errors["file"] == ["Le fichier déjà reçu n’est plus disponible : choisissez-le de nouveau."]


@pytest.mark.parametrize("forge", [lambda token: token[:-1] + "x", lambda token: "1", lambda token: "é" * 10])
def test_a_forged_token_is_refused(dossier: Dossier, forge: Any) -> None:
    form = submit(dossier.mairie, pdf_bytes(), number="")
    form.is_valid()
    assert not submit(dossier.mairie, number="12", file_kept=forge(token_in(form))).is_valid()


def test_a_token_dies_with_its_draft(dossier: Dossier) -> None:
    form = submit(dossier.mairie, pdf_bytes(), number="")
    form.is_valid()
    token = token_in(form)
    with time_machine.travel(__import__("time").time() + TOKEN_LASTS + 60):
        assert not submit(dossier.mairie, number="12", file_kept=token).is_valid()

    dossier.deposit(file=StoredFile.objects.get())
    assert not submit(dossier.mairie, number="12", file_kept=token).is_valid()


def test_a_missing_file_is_asked_for(dossier: Dossier) -> None:
    form = submit(dossier.mairie, number="12")
    assert form.errors["file"] == ["Choisissez un fichier."]
    assert form.http_status == 422


def test_a_wrong_file_says_so_and_is_not_kept(dossier: Dossier) -> None:
    form = submit(dossier.mairie, EXE, name="devis.pdf", number="12")
    assert "est un programme Windows" in form.errors["file"][0]
    assert not form.fields["file"].widget.kept_key
    assert not StoredFile.objects.exists()


def test_what_is_received_is_said_before_the_choice(dossier: Dossier) -> None:
    page = str(DeliberationForm(actor=dossier.mairie)["file"].as_field_group())
    assert "PDF, JPEG ou PNG" in page
    assert "20\u00a0Mo" in page
