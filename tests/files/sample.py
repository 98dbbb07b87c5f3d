"""Letters as an app would describe them: invented persons, visibly fictitious."""

import datetime as dt
import io
import zipfile
from dataclasses import dataclass
from decimal import Decimal

from PIL import Image

from plannumerique.files.letters import Act, Addressee, Letter, Row, Sender, Signature, Table

SENDER = Sender(
    academie="Besançon",
    service="Direction des affaires financières (DAF)",
    address="10 rue de la Convention\n25030 Besançon Cedex",
    email="daf@exemple.invalid",
    phone="03 00 00 00 00",
    followed_by="Dominique EXEMPLE",
)


@dataclass(frozen=True, kw_only=True)
class SampleLetter(Letter):
    kind = "selection"
    title = "Lettre de sélection"
    act = "la lettre de sélection"
    template = "sample/letter.html"
    labels = {"school": "le nom de l’école", "addressee": "le destinataire"}

    school: str


@dataclass(frozen=True, kw_only=True)
class SampleDecision(Act):
    kind = "decision"
    title = "Décision attributive de subvention"
    act = "la décision attributive"
    template = "sample/decision.html"
    labels = {
        "beneficiary": "le bénéficiaire",
        "maximum": "le montant maximal de la subvention",
        "deliberation_number": "le numéro de délibération",
        "deliberation_on": "la date de la délibération",
    }

    beneficiary: str
    maximum: Decimal | None
    deliberation_number: str
    deliberation_on: dt.date | None
    limit: dt.date
    financing: Table
    schools: Table


def letter(**changes: object) -> SampleLetter:
    values: dict[str, object] = {
        "sender": SENDER,
        "place": "Besançon",
        "dated": dt.date(2016, 7, 1),
        "addressee": Addressee(
            name="Camille EXEMPLE", capacity="Madame la Maire d’Ornans", address="1 place d’Exemple\n25290 Ornans"
        ),
        "subject": "plan numérique pour l’école, résultat de l’appel à projets 2016",
        "school": "Jules-Ferry",
        "signature": Signature(
            name="Claude EXEMPLE",
            capacity="Le secrétaire général de l’académie",
            delegation="arrêté du 1er septembre 2015 portant délégation de signature",
            on=dt.date(2016, 7, 1),
        ),
    }
    return SampleLetter(**(values | changes))  # type: ignore[arg-type]


def _financing() -> Table:
    return Table(
        caption="Calcul de la subvention",
        columns=("Classe mobile", "Dépense prévue TTC", "Dépense retenue", "Taux", "Subvention"),
        rows=tuple(
            Row(
                label=f"École Jules-Ferry, classe {number}",
                note="0250018J",
                cells=(Decimal(cost), Decimal("8000.00"), "50\u00a0%", Decimal("4000.00")),
            )
            for number, cost in enumerate(("8000.00", "8150.00", "9100.00"), start=1)
        ),
        total=Row(label="Total", cells=(Decimal("25250.00"), Decimal("24000.00"), None, Decimal("12000.00"))),
        note="Dépense plafonnée à 8\u202f000,00\u00a0€ par classe mobile.",
    )


def decision(**changes: object) -> SampleDecision:
    values: dict[str, object] = {
        "sender": SENDER,
        "place": "Besançon",
        "dated": dt.date(2016, 9, 20),
        "subject": "Plan numérique pour l’école – appel à projets 2016 – commune d’Ornans",
        "addressee": Addressee(name="Commune d’Ornans", capacity="Madame la Maire", address="1 place d’Exemple\n25290 Ornans"),
        "authority": "Le recteur de l’académie de Besançon, chancelier des universités",
        "visas": (
            "Vu la loi organique n° 2001-692 du 1er août 2001 relative aux lois de finances",
            "Vu le décret n° 2012-1246 du 7 novembre 2012 relatif à la gestion budgétaire et comptable publique",
            "Vu le décret n° 99-1060 du 16 décembre 1999 relatif aux subventions de l’État pour des projets d’investissement",
            "Vu l’appel à projets 2016 et la liste des écoles retenues publiée par le ministère",
            "Vu la convention n° BES-2016-CONV-0003 signée le 25 août 2016",
        ),
        "signature": Signature(
            name="Claude EXEMPLE",
            capacity="Le secrétaire général de l’académie",
            delegation="arrêté du 1er septembre 2015 portant délégation de signature",
        ),
        "recourse": (
            "La présente décision peut être contestée devant le tribunal administratif de Besançon dans un délai de deux mois"
            " à compter de sa notification. Elle peut aussi faire l’objet d’un recours gracieux auprès de son auteur."
        ),
        "copies": ("comptable public de la collectivité", "direction départementale des finances publiques du Doubs"),
        "beneficiary": "commune d’Ornans",
        "maximum": Decimal("12000.00"),
        "deliberation_number": "2016-42",
        "deliberation_on": dt.date(2016, 6, 27),
        "limit": dt.date(2016, 10, 14),
        "financing": _financing(),
        "schools": Table(
            caption="Écoles couvertes",
            columns=("École", "UAI", "Classes", "Mise en service prévue"),
            rows=(Row(label="Jules-Ferry, Ornans", cells=("0250018J", 3, dt.date(2016, 11, 7))),),
        ),
    }
    return SampleDecision(**(values | changes))  # type: ignore[arg-type]


# --- Files as people send them ---


def pdf_bytes(text: str = "Devis d'exemple") -> bytes:
    """A whole PDF of one page, with its table where it says."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text.encode()),
    ]
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return data + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)


def image_bytes(kind: str = "JPEG", size: tuple[int, int] = (320, 200)) -> bytes:
    noise = Image.effect_noise(size, 60).convert("RGB")
    out = io.BytesIO()
    noise.save(out, kind)
    return out.getvalue()


def zip_bytes() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("programme.exe", b"MZ" + b"\x00" * 64)
    return out.getvalue()
