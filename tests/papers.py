"""Papers and instants that the situations stand on: a PDF, a draft that was just sent, a document already laid out."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from plannumerique.accounts.models import User
from plannumerique.files.content import check
from plannumerique.files.enums import Readers
from plannumerique.files.models import IssuedDocument, StoredFile
from projects.enums import ActKind

PARIS = ZoneInfo("Europe/Paris")


def a_pdf() -> bytes:
    """The smallest file that a reader takes for a whole PDF."""
    body = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    table = b"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000056 00000 n \n"
    return body + table + b"trailer<</Size 3/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)


def draft(user: User, *, at: dt.datetime, name: str = "bon-de-commande.pdf") -> StoredFile:
    """A file that this person has just sent, not yet part of anything."""
    checked = check(a_pdf(), name=name)
    return StoredFile.objects.keep(
        a_pdf(), name=checked.name, content_type=checked.content_type, at=at, verdict=checked.verdict, by=user
    )


def at(on: dt.date, hour: int = 10) -> dt.datetime:
    return dt.datetime.combine(on, dt.time(hour), tzinfo=PARIS)


READERS_OF_ACTS = {
    **dict.fromkeys((ActKind.RECEIPT, ActKind.SELECTION, ActKind.NON_SELECTION, ActKind.RESOURCES), Readers.SCHOOL),
    **dict.fromkeys((ActKind.CONVENTION, ActKind.DECISION), Readers.SIGNATORIES),
    **dict.fromkeys((ActKind.ACOMPTE, ActKind.SOLDE), Readers.ACCOUNT),
}


class IssuedDocumentFactory(DjangoModelFactory):
    """A document already laid out; its bytes are not there."""

    class Meta:
        model = IssuedDocument

    class Params:
        subject = None
        pending = factory.Trait(state="pending", file=None, sha256="")

    thread = factory.LazyAttribute(lambda one: one.subject.thread)
    subject_kind = factory.LazyAttribute(lambda one: one.subject._meta.label_lower)
    subject_id = factory.LazyAttribute(lambda one: one.subject.pk)
    kind = ActKind.CONVENTION.value
    title = factory.LazyAttribute(lambda one: str(ActKind(one.kind).label).capitalize())
    readers = factory.LazyAttribute(lambda one: READERS_OF_ACTS.get(one.kind, Readers.COLLECTIVITE))
    series = factory.LazyAttribute(lambda one: f"essai-{one.kind}")
    number = factory.Sequence(lambda number: number + 1)
    reference = factory.LazyAttribute(lambda one: f"AAP-2016-{one.kind[:4].upper()}-{one.number:04}")
    template = "exemple.html"
    template_version = "0"
    snapshot = factory.LazyFunction(dict)
    issued_at = at(dt.date(2016, 8, 22))
    verification_code = factory.Sequence(lambda number: f"K{number:011}")
    state = "rendered"
    sha256 = "0" * 64
    version = 1

    @factory.lazy_attribute
    def file(self: Any) -> StoredFile:
        return StoredFile.objects.create(
            file="exemple/absent",
            original_name="exemple.pdf",
            content_type="application/pdf",
            size=1000,
            sha256="0" * 64,
            uploaded_at=self.issued_at,
            attached_at=self.issued_at,
        )
