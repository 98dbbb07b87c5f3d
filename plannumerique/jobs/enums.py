from django.db.models import TextChoices


class Outcome(TextChoices):
    WAITING = "waiting", "à faire"
    PASSED = "passed", "fait"
    REFUSED = "refused", "refusé"
