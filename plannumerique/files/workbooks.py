"""A workbook that was sent and kept: opened again as hostile, and its faults as `ui/_workbook_faults.html` shows them."""

from collections.abc import Sequence
from typing import Any

from plannumerique.files.models import StoredFile
from plannumerique.ui.spreadsheets import Book, Fault, open_book


def open_stored(file: StoredFile) -> Book:
    """Raises BadWorkbook, whose text is the sentence to show, when nothing of the file can be read."""
    with file.file.open("rb") as stored:
        return open_book(stored.read(), name=file.original_name)


def faults_page(faults: Sequence[Fault], *, most: int, name: str) -> dict[str, Any]:
    """The first `most` faults, how many there are, and of which file."""
    return {"faults": faults[:most], "fault_count": len(faults), "more": max(len(faults) - most, 0), "name": name}
