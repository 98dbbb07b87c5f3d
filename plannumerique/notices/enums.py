from django.db.models import TextChoices


class MailState(TextChoices):
    PENDING = "pending", "à envoyer"
    SENDING = "sending", "en cours d’envoi"
    SENT = "sent", "parti"
    FAILED = "failed", "non parti"
    SETTLED = "settled", "réglé autrement"
