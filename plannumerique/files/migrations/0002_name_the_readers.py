import django.db.models.deletion
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    """Each piece and document says whom it is for; 0003 finds it for those that are there, 0004 closes the door again."""

    dependencies = [
        ("files", "0001_initial"),
        ("organisations", "0002_places"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='issueddocument',
            name='issue_never_changes',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='piece',
            name='deposit_never_changes',
        ),
        migrations.AddField(
            model_name='issueddocument',
            name='college',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.school', verbose_name='collège'),
        ),
        migrations.AddField(
            model_name='issueddocument',
            name='readers',
            field=models.CharField(choices=[('dossier', 'la collectivité, les écoles du dossier et l’académie'), ('school', 'la collectivité, l’école concernée et l’académie'), ('collectivite', 'la collectivité et l’académie'), ('signatories', 'la collectivité et, à l’académie, qui vérifie, paie ou signe'), ('account', 'la collectivité et, à l’académie, qui vérifie ou paie'), ('college', 'le collège et l’académie'), ('college_account', 'le collège et, à l’académie, qui vérifie ou paie')], default='collectivite', max_length=16, verbose_name='lu par'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='piece',
            name='college',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.school', verbose_name='collège'),
        ),
        migrations.AddField(
            model_name='piece',
            name='readers',
            field=models.CharField(choices=[('dossier', 'la collectivité, les écoles du dossier et l’académie'), ('school', 'la collectivité, l’école concernée et l’académie'), ('collectivite', 'la collectivité et l’académie'), ('signatories', 'la collectivité et, à l’académie, qui vérifie, paie ou signe'), ('account', 'la collectivité et, à l’académie, qui vérifie ou paie'), ('college', 'le collège et l’académie'), ('college_account', 'le collège et, à l’académie, qui vérifie ou paie')], default='collectivite', max_length=16, verbose_name='lu par'),
            preserve_default=False,
        ),
    ]
