"""A dossier in one file: its pieces, its documents and their signed copies, an index with the digests, its messages, its journal."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO
from zipfile import ZIP_STORED, ZipFile

from django.utils import timezone

from plannumerique.files.content import EXTENSIONS, safe_name
from plannumerique.files.models import IssuedDocument, Piece, StoredFile
from plannumerique.journal.models import JournalLine, Thread
from plannumerique.journal.pages import state_in_words
from plannumerique.lib.dates import clock_time
from plannumerique.messages.models import Message
from plannumerique.organisations.actor import Actor
from plannumerique.ui.columns import Value
from plannumerique.ui.exports import csv_lines, local_day
from portal.events import journal_for

logger = logging.getLogger(__name__)

INDEX = ("Fichier", "Nature", "Intitulé", "Numéro", "Date", "État", "Motif", "Empreinte SHA-256", "Remarque")
JOURNAL = ("Date", "Heure", "Personne", "Rôle", "Objet", "Action", "État d’avant", "État d’après", "Commentaire")

MESSAGES = ("Date", "Heure", "Personne", "Rôle", "Destinataires", "Message", "Pièce jointe")


@dataclass(frozen=True, slots=True)
class Entry:
    path: str
    stored: StoredFile
    about: tuple[Value, ...]

    @property
    def line(self) -> tuple[Value, ...]:
        return (self.path, *self.about, self.stored.sha256)


def archive_of(thread: Thread, actor: Actor) -> IO[bytes]:
    """A ZIP, open at its beginning: what this person may read of the thread; four queries, whatever its length.

    Stored, not compressed: PDF and photographs already are.
    """
    messages = list(Message.objects.visible_to(actor).filter(thread=thread).select_related("school", "attachment").order_by("pk"))
    attachments = dict(_attachments(messages))
    entries = [*_documents(thread, actor), *_pieces(thread, actor), *attachments.values()]
    file = TemporaryFile()  # noqa: SIM115  # the answer closes it
    try:
        with ZipFile(file, "w", ZIP_STORED) as archive:
            lines = [(*entry.line, _put(archive, entry)) for entry in entries]
            archive.writestr("index.csv", "".join(csv_lines(INDEX, lines)))
            archive.writestr("messages.csv", "".join(csv_lines(MESSAGES, _messages(messages, attachments))))
            archive.writestr(
                "journal.csv", "".join(csv_lines(JOURNAL, _journal(journal_for(actor).filter(thread=thread).order_by("pk"))))
            )
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _put(archive: ZipFile, entry: Entry) -> str:
    """The remark of the index: a file that the storage has lost is named, and does not keep the others from their reader."""
    try:
        with entry.stored.file.open("rb") as source, archive.open(entry.path, "w") as target:
            for chunk in source.chunks():
                target.write(chunk)
    except FileNotFoundError:
        logger.error("%s: the bytes of file %s are missing", entry.path, entry.stored.pk)
        return "fichier introuvable dans le stockage"
    return ""


def _documents(thread: Thread, actor: Actor) -> Iterator[Entry]:
    documents = IssuedDocument.objects.visible_to(actor).filter(thread=thread).rendered().for_pages().order_by("pk")
    for rank, one in enumerate(documents, start=1):
        about = ("document", one.title, one.reference, local_day(one.issued_at), one.get_state_display(), "")
        if one.file is not None:
            yield Entry(_path("documents", rank, str(one), one.file), one.file, about)
        if one.signed_file is not None:
            signed = ("exemplaire signé", one.title, one.reference, one.signed_on, one.signatory_name, "")
            yield Entry(_path("documents", rank, f"{one} (signé)", one.signed_file), one.signed_file, signed)


def _pieces(thread: Thread, actor: Actor) -> Iterator[Entry]:
    """Those that were refused or replaced too: an auditor reads what was brought, not what is left of it."""
    pieces = Piece.objects.visible_to(actor).filter(thread=thread).for_pages().order_by("pk")
    for rank, one in enumerate(pieces, start=1):
        about = ("pièce", one.label, "", local_day(one.deposited_at), one.get_state_display(), one.motive)
        yield Entry(_path("pieces", rank, one.label, one.file), one.file, about)


def _attachments(messages: Iterable[Message]) -> Iterator[tuple[int, Entry]]:
    """The file of each message that has one, by the key of the message."""
    for rank, message in enumerate(messages, start=1):
        if file := message.attachment:
            about = ("pièce jointe d’un message", file.original_name, "", local_day(message.written_at), "", "")
            yield message.pk, Entry(_path("messages", rank, file.original_name, file), file, about)


def _messages(messages: Iterable[Message], attachments: Mapping[int, Entry]) -> Iterator[tuple[Value, ...]]:
    for message in messages:
        at = timezone.localtime(message.written_at)
        joined = attachments[message.pk].path if message.pk in attachments else ""
        yield (at.date(), clock_time(at), message.author_name, message.author_role, message.among, message.text, joined)


def _path(folder: str, rank: int, name: str, stored: StoredFile) -> str:
    """The rank first: two pieces may have the same name."""
    extension = EXTENSIONS[stored.content_type]
    plain = safe_name(name.replace("/", "-")).removesuffix(extension)
    return f"{folder}/{rank:03} {plain}{extension}"


def _journal(lines: Iterable[JournalLine]) -> Iterator[tuple[Value, ...]]:
    for line in lines:
        at = timezone.localtime(line.occurred_at)
        states = (state_in_words(line, line.from_state), state_in_words(line, line.to_state))
        yield (
            *(at.date(), clock_time(at), line.actor_name, line.actor_role, line.subject_label),
            *(line.label, *states, line.comment),
        )
