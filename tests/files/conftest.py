import dataclasses
from pathlib import Path
from typing import Any

import pytest

from plannumerique.files import services
from plannumerique.files.enums import Readers
from plannumerique.files.models import Piece, StoredFile
from plannumerique.journal.models import Thread
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Role
from plannumerique.organisations.models import School
from tests.factories import SchoolFactory, actor_for
from tests.files.sample import pdf_bytes
from tests.threads import open_thread


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


@pytest.fixture(autouse=True)
def sample_templates(settings: Any) -> None:
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], Path(__file__).parent / "templates"]}]


@dataclasses.dataclass(frozen=True)
class Dossier:
    """A dossier, its school, and somebody of each side."""

    thread: Thread
    school: School
    mairie: Actor
    agent: Actor
    dan: Actor
    director: Actor

    def receive(self, *, by: Actor | None = None, data: bytes | None = None, name: str = "devis.pdf") -> StoredFile:
        return services.store(pdf_bytes() if data is None else data, name=name, actor=by or self.mairie)

    def deposit(self, *, by: Actor | None = None, kind: str = "quote", label: str = "Devis", **options: Any) -> Piece:
        by = by or self.mairie
        if "file" not in options:
            options["file"] = self.receive(by=by)
        options.setdefault("readers", Readers.DOSSIER)
        return services.deposit_piece(thread=self.thread, subject=self.thread, kind=kind, label=label, actor=by, **options)


@pytest.fixture
def dossier(db: None) -> Dossier:
    school = SchoolFactory()
    thread = open_thread(school.collectivite, schools=[school])
    return Dossier(
        thread=thread,
        school=school,
        mairie=actor_for(Role.EDITEUR, thread.collectivite),
        agent=actor_for(Role.AGENT_DANE, thread.academie),
        dan=actor_for(Role.DAN, thread.academie),
        director=actor_for(Role.DIRECTOR, school),
    )
