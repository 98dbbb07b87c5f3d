import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0003_derive_the_readers"),
    ]

    operations = [
        migrations.RemoveField(
            model_name='issueddocument',
            name='confidential',
        ),
        migrations.RemoveField(
            model_name='piece',
            name='confidential',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='issueddocument',
            trigger=pgtrigger.compiler.Trigger(name='issue_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."thread_id" IS DISTINCT FROM (NEW."thread_id") OR OLD."subject_kind" IS DISTINCT FROM (NEW."subject_kind") OR OLD."subject_id" IS DISTINCT FROM (NEW."subject_id") OR OLD."school_id" IS DISTINCT FROM (NEW."school_id") OR OLD."college_id" IS DISTINCT FROM (NEW."college_id") OR OLD."readers" IS DISTINCT FROM (NEW."readers") OR OLD."series" IS DISTINCT FROM (NEW."series") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."template" IS DISTINCT FROM (NEW."template") OR OLD."snapshot" IS DISTINCT FROM (NEW."snapshot") OR OLD."issued_at" IS DISTINCT FROM (NEW."issued_at") OR OLD."issued_by_id" IS DISTINCT FROM (NEW."issued_by_id") OR OLD."replaces_id" IS DISTINCT FROM (NEW."replaces_id") OR OLD."verification_code" IS DISTINCT FROM (NEW."verification_code"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='133d1428ef94f2f0aa40460c317837ffc8ea2466', operation='UPDATE', pgid='pgtrigger_issue_never_changes_159bb', table='files_issueddocument', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='piece',
            trigger=pgtrigger.compiler.Trigger(name='deposit_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."thread_id" IS DISTINCT FROM (NEW."thread_id") OR OLD."subject_kind" IS DISTINCT FROM (NEW."subject_kind") OR OLD."subject_id" IS DISTINCT FROM (NEW."subject_id") OR OLD."school_id" IS DISTINCT FROM (NEW."school_id") OR OLD."college_id" IS DISTINCT FROM (NEW."college_id") OR OLD."readers" IS DISTINCT FROM (NEW."readers") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."file_id" IS DISTINCT FROM (NEW."file_id") OR OLD."deposited_by_id" IS DISTINCT FROM (NEW."deposited_by_id") OR OLD."deposited_at" IS DISTINCT FROM (NEW."deposited_at") OR OLD."replaces_id" IS DISTINCT FROM (NEW."replaces_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='02db0cf633e7d37acbb8025b04c20dd5379d7359', operation='UPDATE', pgid='pgtrigger_deposit_never_changes_bc59b', table='files_piece', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='issueddocument',
            constraint=models.CheckConstraint(condition=models.Q(('readers__in', ['dossier', 'collectivite', 'signatories', 'account']), models.Q(('readers', 'school'), ('school__isnull', False)), models.Q(('college__isnull', False), ('readers__in', ('college', 'college_account'))), _connector='OR'), name='issueddocument_names_its_readers', violation_error_message='Une pièce ou un document dit qui le lit, et nomme l’école ou le collège qui le lit.'),
        ),
        migrations.AddConstraint(
            model_name='piece',
            constraint=models.CheckConstraint(condition=models.Q(('readers__in', ['dossier', 'collectivite', 'signatories', 'account']), models.Q(('readers', 'school'), ('school__isnull', False)), models.Q(('college__isnull', False), ('readers__in', ('college', 'college_account'))), _connector='OR'), name='piece_names_its_readers', violation_error_message='Une pièce ou un document dit qui le lit, et nomme l’école ou le collège qui le lit.'),
        ),
    ]
