from django import forms

from plannumerique.files.forms import UploadField, UploadsMixin
from plannumerique.ui.forms import BicField, IbanField, VersionedForm, comment_field


class AccountForm(UploadsMixin, VersionedForm):
    iban = IbanField(label="Nouvel IBAN", help_text="Tel que le relevé d’identité bancaire le donne.")
    bic = BicField(label="BIC", required=False)
    holder = forms.CharField(label="Titulaire du compte", max_length=200)
    rib = UploadField(label="Relevé d’identité bancaire")
    comment = comment_field()
