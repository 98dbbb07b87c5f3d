"""What a take-over must not have done."""

from conventions.models import Convention
from plannumerique.files.models import IssuedDocument
from plannumerique.journal.models import JournalLine, Thread
from plannumerique.notices.models import OutboxMail
from projects.models import Application
from subsidies.models import EquipmentSubsidy, Payment


def nothing_went_out():
    return not IssuedDocument.objects.exists() and not OutboxMail.objects.exists()


def nothing_is_there():
    return not any(one.objects.exists() for one in (Thread, Application, Convention, EquipmentSubsidy, Payment, JournalLine))
