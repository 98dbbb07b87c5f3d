from django.db.models import TextChoices


class MobileClassState(TextChoices):
    PLANNED = "planned", "prévue"
    RECEIVED = "received", "reçue"
    RENOUNCED = "renounced", "abandonnée"
