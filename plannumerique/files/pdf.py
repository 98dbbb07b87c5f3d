"""From stored data to the bytes of a PDF/A-3a: the same data and the same template give the same bytes."""

import ctypes
import datetime as dt
import hashlib
import logging
import re
import sys
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import segno
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import engines
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from plannumerique.files.letters import Letter, Sender, Snapshot, thaw
from plannumerique.files.models import IssuedDocument, printed_code

logger = logging.getLogger(__name__)

VARIANT = "pdf/a-3a"
STYLESHEET = "pdf/letter.css"
LAYOUT = "pdf/letter.html"
_NAMED = re.compile(r"""\{%\s*(?:extends|include)\s+["']([^"']+)["']""")


@dataclass(frozen=True, slots=True)
class Imprint:
    """What the portal itself prints on a letter. A draft has neither number nor code, and says what it still lacks."""

    title: str
    reference: str = ""
    code: str = ""
    address: str = ""  # where the code is verified
    issued_at: dt.datetime | None = None
    draft: bool = False
    blanks: tuple[str, ...] = ()

    @property
    def qr(self) -> SafeString:
        """The address for a telephone, as SVG. Level M still reads with 15 % of it soiled; the quiet zone is the paper's."""
        drawn = segno.make(self.address, error="m", micro=False).svg_inline(
            border=0, omitsize=True, svgclass=None, lineclass=None
        )
        return mark_safe(drawn)  # modules and nothing else: the address is drawn, not written


@dataclass(frozen=True, slots=True)
class Laid:
    data: bytes
    template_version: str


def layout(document: IssuedDocument) -> Laid:
    """The bytes of an issued document, from its stored data and the public address of the portal alone."""
    imprint = Imprint(
        title=document.title,
        reference=document.reference,
        code=printed_code(document.verification_code),
        address=verification_address(document.verification_code),
        issued_at=timezone.localtime(document.issued_at),
    )
    identifier = hashlib.sha256(f"{document.series}/{document.number}".encode()).digest()[:16]
    html = render_to_string(document.template, context_of(document.snapshot, imprint))
    data = engine().to_pdf(html, pdf_variant=VARIANT, pdf_identifier=identifier)
    return Laid(data=data, template_version=version_of(document.template))


def verification_address(code: str) -> str:
    """As short as can be: people type it from the paper. The page is a room's above: PORTAL_VERIFICATION names it."""
    return settings.PORTAL_URL + reverse(settings.PORTAL_VERIFICATION, args=[code])


def context_of(snapshot: Snapshot, imprint: Imprint) -> dict[str, Any]:
    return {**thaw(snapshot), "imprint": imprint}


def version_of(template: str) -> str:
    """A digest of the template, of all that it extends and includes, and of the stylesheet: what the bytes owe to the code."""
    digest = hashlib.sha256()
    for name in sorted(_family(template)):
        digest.update(f"{name}\0{_source(name)}\0".encode())
    digest.update(_stylesheet())
    return digest.hexdigest()[:16]


def _family(template: str, found: frozenset[str] = frozenset()) -> frozenset[str]:
    found |= {template}
    for name in _NAMED.findall(_source(template)):
        if name not in found:
            found = _family(name, found)
    return found


def _source(template: str) -> str:
    return str(engines["django"].get_template(template).template.source)  # type: ignore[attr-defined]


def _stylesheet() -> bytes:
    path = finders.find(STYLESHEET)
    if path is None:
        raise FileNotFoundError(STYLESHEET)
    with open(path, "rb") as sheet:
        return sheet.read()


def engine() -> ModuleType:
    # WeasyPrint takes over a second to import: commands, and pages that lay nothing out, do without it.
    from plannumerique.files import engine as weasyprint_engine

    return weasyprint_engine


def warm_up() -> None:
    """Imports, fonts and stylesheet, once per process."""
    if not subsetting_available():
        logger.warning(SLOW_FONTS)
    blank = Letter(sender=Sender(academie="", service="", address=""), place="", dated=None)
    engine().to_pdf(
        render_to_string(LAYOUT, context_of(blank.snapshot(), Imprint(title="Essai", draft=True))), pdf_variant=VARIANT
    )


SLOW_FONTS = (
    "La bibliothèque libharfbuzz-subset est absente : chaque document prend dix fois plus de temps."
    " Sous Debian : apt-get install libharfbuzz-subset0"
)


@cache
def subsetting_available() -> bool:
    if sys.platform != "linux":
        return True
    try:
        ctypes.CDLL("libharfbuzz-subset.so.0")
    except OSError:
        return False
    return True
