"""The base of every form, and the fields that the portal asks for: what is typed stays, what is wrong is said in French."""

from plannumerique.ui.forms.amounts import LARGEST_AMOUNT, AmountField, AmountInput
from plannumerique.ui.forms.base import PortalForm, PortalFormMixin, VersionedForm, comment_field
from plannumerique.ui.forms.days import EARLIEST, LATEST, DateField, DateInput, HourField
from plannumerique.ui.forms.identifiers import BicField, IbanField, SirenField, SiretField, UAIField
from plannumerique.ui.forms.lines import PortalFormSet
from plannumerique.ui.forms.uploads import UPLOAD_HINT, UPLOAD_MAX_BYTES, UploadInput

__all__ = [
    "EARLIEST",
    "LARGEST_AMOUNT",
    "LATEST",
    "UPLOAD_HINT",
    "UPLOAD_MAX_BYTES",
    "AmountField",
    "AmountInput",
    "BicField",
    "DateField",
    "DateInput",
    "HourField",
    "IbanField",
    "PortalForm",
    "PortalFormMixin",
    "PortalFormSet",
    "SirenField",
    "SiretField",
    "UAIField",
    "UploadInput",
    "VersionedForm",
    "comment_field",
]
