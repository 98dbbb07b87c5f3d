from typing import Any

from django.db import migrations, models


def _asked(name: str, max_length: int = 200, **options: Any) -> migrations.AddField:
    field = models.CharField(max_length=max_length, default="", **options)
    return migrations.AddField("academie", name, field, preserve_default=False)


class Migration(migrations.Migration):
    """Tribunal, comptable and recteur belong to the académie; projects.0007 fills those that have campaigns."""

    dependencies = [("organisations", "0002_places")]

    operations = [
        _asked(
            "head",
            12,
            verbose_name="recteur ou rectrice",
            choices=[("le recteur", "le recteur"), ("la rectrice", "la rectrice")],
        ),
        _asked("tribunal", verbose_name="tribunal administratif", help_text="« tribunal administratif de … »"),
        _asked("tribunal_address", verbose_name="adresse du tribunal", help_text="Sur une ligne, dans les voies de recours."),
        _asked(
            "comptable",
            verbose_name="comptable assignataire",
            help_text="« Directeur régional des finances publiques de … »",
        ),
        migrations.AlterField("academie", "name", models.CharField("nom", max_length=80, help_text="« Rennes »")),
    ]
