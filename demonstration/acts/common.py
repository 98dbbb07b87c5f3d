"""What the acts share: files sent, suppliers who do not exist."""

from decimal import Decimal
from typing import TypeVar

from demonstration import papers
from demonstration.papers import Row
from demonstration.scene import Scene
from plannumerique.files import services as files
from plannumerique.files.models import StoredFile
from plannumerique.lib.text import de
from plannumerique.organisations.actor import Actor

T = TypeVar("T")

VAT = Decimal("0.20")
UGAP = "Centrale d’achat fictive (UGAP de démonstration)"
SUPPLIERS = ("Tablettes imaginaires SARL", "Informatique de nulle part SAS", "Ardoises et chimères SCOP")


def upload(data: bytes, name: str, actor: Actor) -> StoredFile:
    return files.store(data, name=name, actor=actor)


def paper(scene: Scene, actor: Actor, heading: str, *rows: Row | str, name: str, issuer: str = "") -> StoredFile:
    """A fictitious paper of that day, sent; without an issuer, the commune's."""
    issuer = issuer or f"Commune {de(scene.collectivite.name)}"
    return upload(papers.paper(heading, issuer=issuer, on=actor.today, rows=rows), name, actor)


def there(row: T | None) -> T:
    """A visitor may have taken away what the script left there: its story then stops, by this very error."""
    if row is None:
        raise LookupError("ce que le récit attendait n’est plus là.")
    return row
