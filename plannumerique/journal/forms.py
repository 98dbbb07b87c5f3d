"""The forms that most acts are content with."""

from plannumerique.ui.forms import VersionedForm, comment_field


class PlainForm(VersionedForm):
    """Nothing to type: the page shows what is about to be done, and the button does it."""


class CommentForm(VersionedForm):
    comment = comment_field()


class MotiveForm(VersionedForm):
    comment = comment_field(label="Motif", required=True)
