from plannumerique.ui.forms import DateField, VersionedForm, comment_field


class NotifyConventionForm(VersionedForm):
    on = DateField(label="Notifiée le", help_text="Le jour où la collectivité a reçu son exemplaire signé.")
    comment = comment_field()
