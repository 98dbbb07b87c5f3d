from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, Q

PAYMENT, GRANT = "subsidies.payment", "subsidies.resourcessubsidy"
CERTIFICATES = ("acompte", "solde")
SIGNED_ACTS = ("convention", "decision")
RIBS = ("rib", "new_rib")
SIGNED_COPIES = ("signed_by_collectivite", "original", "signed_decision")
ORDERS = ("purchase_order", "groupement")
OF_THE_CONTROLLER = ("cbr_opinion", "cbr_overruled")


def derive(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _pieces(apps)
    _documents(apps)


def _pieces(apps: Apps) -> None:
    pieces = apps.get_model("files", "Piece").objects.all()
    named = (*RIBS, *SIGNED_COPIES, *ORDERS, *OF_THE_CONTROLLER)
    others = pieces.exclude(kind__in=named)
    pieces.filter(kind__in=RIBS).update(readers="account")
    pieces.filter(kind__in=SIGNED_COPIES).update(readers="signatories")
    pieces.filter(kind__in=[*ORDERS, *OF_THE_CONTROLLER]).update(readers="collectivite")
    others.filter(confidential=False, school=None).update(readers="dossier")
    others.filter(confidential=False, school__isnull=False).update(readers="school")


def _documents(apps: Apps) -> None:
    """The school of a payment or of a grant was the collège that receives it; the letter of a grant concerns its école too."""
    documents = apps.get_model("files", "IssuedDocument").objects.all()
    about_grants = documents.filter(subject_kind__in=[PAYMENT, GRANT], school__isnull=False)
    about_grants.update(college=F("school"), school=None)
    of_payments = documents.filter(subject_kind=PAYMENT)
    of_payments.filter(kind__in=CERTIFICATES, college=None).update(readers="account")
    of_payments.filter(college__isnull=False).update(readers="college")
    of_payments.filter(college__isnull=False, confidential=True).update(readers="college_account")
    schools = dict(apps.get_model("subsidies", "ResourcesSubsidy").objects.values_list("pk", "school_id"))
    for letter in documents.filter(subject_kind=GRANT, college__isnull=False).only("pk", "subject_id"):
        documents.filter(pk=letter.pk).update(readers="school", school_id=schools[letter.subject_id])
    documents.filter(kind__in=SIGNED_ACTS).update(readers="signatories")
    documents.filter(confidential=False, school__isnull=False, college=None).update(readers="school")


def forget(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """As before: the acts of a payment, a convention or a statement for the parties alone, an avis or a letter for the schools too."""
    for name in ("Piece", "IssuedDocument"):
        rows = apps.get_model("files", name).objects.all()
        rows.filter(college__isnull=False).update(school=F("college"))
        closed = Q(readers__in=["account", "college_account"]) | Q(readers="signatories") & ~Q(kind__in=SIGNED_COPIES)
        open_ones = [*ORDERS, *OF_THE_CONTROLLER, "payment_notice", "service_fait"]
        rows.filter(closed | Q(readers="collectivite") & ~Q(kind__in=open_ones)).update(confidential=True)


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0002_name_the_readers"),
        ("subsidies", "0001_initial"),
    ]

    operations = [migrations.RunPython(derive, forget)]
