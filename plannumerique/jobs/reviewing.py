"""What a page showed before a job is confirmed: its digest goes with the form, and what changed since is shown again."""

import hashlib
import json
from typing import Any


def digest_of(shown: list[Any]) -> str:
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()


def carry_digest(form: Any, digest: str) -> None:
    """The bound form, drawn again with the digest of what the page now shows."""
    form.data = form.data.copy()
    form.data["digest"] = digest
