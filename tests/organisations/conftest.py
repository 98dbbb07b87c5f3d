import datetime as dt
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from django.conf import settings

from plannumerique.organisations.imports.collectivites import import_collectivites
from plannumerique.organisations.imports.report import Report
from plannumerique.organisations.imports.schools import import_schools
from plannumerique.organisations.models import Academie, Collectivite, Departement
from tests.factories import AcademieFactory, CollectiviteFactory, DepartementFactory
from tests.organisations.school_files import FULL, FULL_HEADERS, LIST_HEADERS

DATA = Path(settings.BASE_DIR) / "data"
IPS = DATA / "ips_ecoles_academie_besancon_2021-2022.csv"
COLLEGES = DATA / "colleges_academie_besancon_geolocalisation.csv"
ANNUAIRE_35 = DATA / "annuaire_education_dep35_2023.csv"
IN_OCTOBER = dt.date(2016, 10, 10)
IN_MARCH = dt.date(2017, 3, 1)

WriteTable = Callable[..., Path]


@pytest.fixture
def besancon() -> Academie:
    for traits in ({}, {"jura": True}, {"haute_saone": True}, {"belfort": True}):
        DepartementFactory(**traits)
    return AcademieFactory()


@pytest.fixture
def rennes() -> Academie:
    departement: Departement = DepartementFactory(ille_et_vilaine=True)
    return departement.academie


@pytest.fixture
def write_table(tmp_path: Path) -> WriteTable:
    """A file of the given rows, headers first, as one spreadsheet or another would save it."""

    def write(
        *rows: Iterable[str], separator: str = ";", encoding: str = "utf-8", end: str = "\n", name: str = "fichier.csv"
    ) -> Path:
        path = tmp_path / name
        path.write_bytes("".join(separator.join(row) + end for row in rows).encode(encoding))
        return path

    return write


@pytest.fixture
def collectivites_2016(besancon: Academie) -> None:
    with Report() as report:
        for name, on in (
            ("epci_communes_2016_dep25-39-70-90.csv", dt.date(2016, 1, 1)),
            ("departements_academie_besancon.csv", None),
        ):
            import_collectivites(DATA / name, report=report, today=IN_OCTOBER, on=on)


def load(name: str, *, on: dt.date | None = None, today: dt.date = IN_OCTOBER) -> Report:
    """Import one of the shipped files of collectivités; the report, closed, still has its counts."""
    with Report() as report:
        import_collectivites(DATA / name, report=report, today=today, on=on)
    return report


@pytest.fixture
def write_workbook(tmp_path: Path) -> WriteTable:
    """A workbook of one sheet per keyword: text as text, numbers as numbers, as Excel would save them."""

    def write(name: str = "classeur.xlsx", **sheets: list[list[object]]) -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w") as book:
            book.writestr("[Content_Types].xml", _CONTENT_TYPES)
            book.writestr("_rels/.rels", _RELS.format(_OFFICE, "officeDocument", "xl/workbook.xml"))
            listed = "".join(f'<sheet name="{title}" sheetId="{n}" r:id="rId{n}"/>' for n, title in enumerate(sheets, start=1))
            book.writestr(
                "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
            )
            links = "".join(
                f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
                for n in range(1, len(sheets) + 1)
            )
            book.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>')
            for n, rows in enumerate(sheets.values(), start=1):
                body = "".join(f"<row>{''.join(_cell(value) for value in row)}</row>" for row in rows)
                book.writestr(
                    f"xl/worksheets/sheet{n}.xml", f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'
                )
        return path

    return write


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELS = f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{{}}/{{}}" Target="{{}}"/></Relationships>'
_CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, dt.date):
        return f'<c t="d"><v>{value.isoformat()}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def import_file(path: Path, *, on: dt.date = IN_OCTOBER, **options: Any) -> Report:
    with Report() as report:
        import_schools(path, report=report, on=on, **options)
    return report


@pytest.fixture
def full_line(write_table: WriteTable, besancon: Academie) -> Callable[..., Report]:
    """Import lines of the annuaire: the usual one, with the values given."""

    def lines(*differences: dict[str, str], **options: Any) -> Report:
        rows = [{**FULL, **different} for different in differences or ({},)]
        return import_file(
            write_table(FULL_HEADERS, *([row.get(header, "") for header in FULL_HEADERS] for row in rows)), **options
        )

    return lines


@pytest.fixture
def list_line(write_table: WriteTable, besancon: Academie) -> Callable[..., Report]:
    def lines(*rows: tuple[str, ...], **options: Any) -> Report:
        return import_file(write_table(LIST_HEADERS, *rows), **options)

    return lines


@pytest.fixture
def besancon_city(besancon: Academie) -> Collectivite:
    return CollectiviteFactory(name="Besançon", insee_code="25056", siren="212500565")
