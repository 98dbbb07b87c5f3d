from django.db.models import TextChoices


class SessionKind(TextChoices):
    TEACHERS_START = "teachers_start", "prise en main par les enseignants"
    TEACHING_USES = "teaching_uses", "usages pédagogiques de la classe mobile"
    ECOSYSTEM = "ecosystem", "espace de stockage et écosystème numérique"
    PUPILS_START = "pupils_start", "prise en main par les élèves"
