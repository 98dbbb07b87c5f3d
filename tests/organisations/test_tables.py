"""A table is found by its headers, whatever the spreadsheet that saved it."""

import datetime as dt
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plannumerique.organisations.imports.columns import CHANGE_COLUMNS, EPCI_COLUMNS, LIST_COLUMNS, SCHOOL_COLUMNS
from plannumerique.organisations.imports.tables import FileRefused, Line, Table, clean, find_columns, fold_header, open_table
from tests.organisations.conftest import WriteTable

ALIASES = {"uai": ("UAI", "numero_uai"), "name": ("Nom de l'école", "Nom"), "insee_code": ("Code_commune",)}
HEADERS = ("Numéro UAI", "Nom de l’école", "Code commune")
ROW = ("0250018J", "École d’Écot ; l’élémentaire", "25056")


def records(table: Table) -> list[Line]:
    lines = list(table.lines)
    assert all(isinstance(line, Line) for line in lines)
    return lines


def refusals(table: Table) -> list[tuple[int, str]]:
    return [(line[0], str(line[1])) for line in table.lines if isinstance(line, tuple)]


# --- Headers ---


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Code postal", "Code_postal"),
        ("code_postal", "CODE POSTAL"),
        ("Nom de l'établissement", "Nom de l’etablissement"),
        ("etat_etablissement", "État établissement"),
        ("pmun_2017", "pmun_2024"),
        ("\ufeffsiren", "SIREN"),
    ],
)
def test_one_header_through_its_vintages(one: str, other: str) -> None:
    assert fold_header(one) == fold_header(other)


def test_a_year_alone_stays_a_header() -> None:
    assert fold_header("2017") == "2017"
    assert fold_header("EPSG 2154") != fold_header("EPSG")


@given(
    words=st.lists(st.sampled_from(["code", "département", "élève", "œuvre", "nom", "uai", "à"]), min_size=1, max_size=4),
    data=st.data(),
)
def test_case_accents_and_separators_of_a_header_are_indifferent(words: list[str], data: st.DataObject) -> None:
    between = [data.draw(st.sampled_from([" ", "_", "-", "  ", "'", "."])) for _ in words]
    written = "".join(itertools.chain.from_iterable(zip(map(data.draw, map(_cases, words)), between, strict=True)))
    assert fold_header(written) == fold_header("_".join(words))


def _cases(word: str) -> st.SearchStrategy[str]:
    return st.sampled_from([word, word.upper(), word.capitalize()])


@given(st.text())
def test_folding_a_header_twice_changes_nothing_more(header: str) -> None:
    folded = fold_header(header)
    assert fold_header(folded) in (folded, folded.rstrip("0123456789"))


@pytest.mark.parametrize("aliases", [SCHOOL_COLUMNS, EPCI_COLUMNS, LIST_COLUMNS, CHANGE_COLUMNS])
def test_no_header_names_two_columns_of_one_file(aliases: dict[str, tuple[str, ...]]) -> None:
    owners = [(fold_header(alias), column) for column, names in aliases.items() for alias in names]
    assert len(dict(set(owners))) == len(set(owners))


def test_a_repeated_header_is_called_by_its_name_and_2() -> None:
    assert find_columns(["siren", "pmun_2017", "insee", "pmun_2017"], {"epci": ("pmun",), "commune": ("pmun2",)}) == {
        "epci": 1,
        "commune": 3,
    }


def test_the_first_alias_present_wins() -> None:
    assert find_columns(["numero_uai", "UAI"], ALIASES)["uai"] == 1


# --- Encodings, separators, ends of lines ---


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_any_separator_encoding_and_end_of_line(write_table: WriteTable, separator: str, encoding: str, end: str) -> None:
    name = ROW[1].replace("’", "'") if encoding == "latin-1" else ROW[1]
    headers = ("Numéro UAI", "Nom de l'école", "Code commune")
    path = write_table(headers, (ROW[0], f'"{name}"', ROW[2]), separator=separator, encoding=encoding, end=end)
    table = open_table(path, SCHOOL_COLUMNS)
    (line,) = records(table)
    assert (line["uai"], line["name"], line["insee_code"]) == (ROW[0], name, ROW[2])


def test_bytes_that_cp1252_leaves_undefined_are_latin_1(tmp_path: Path) -> None:
    path = tmp_path / "ancien.csv"
    path.write_bytes("UAI;Nom\n0250018J;Collège \x81\n".encode("latin-1"))
    (line,) = records(open_table(path, ALIASES))
    assert line["name"] == "Collège \x81"


def test_a_single_byte_file_larger_than_a_chunk(write_table: WriteTable) -> None:
    filler = [("0250018J", "x" * 1000, "25056")] * 1100
    path = write_table(("UAI", "Nom", "Code_commune"), *filler, ("0250018J", "Écot", "25056"), encoding="cp1252")
    assert records(open_table(path, ALIASES))[-1]["name"] == "Écot"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_utf_8_file_that_breaks_off_is_refused(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "coupe.csv"
    path.write_bytes("UAI;Nom\n0250018J;Écot\n0250040H;Collège la Source à É".encode(encoding)[:-1])
    with pytest.raises(FileRefused, match="UTF-8"):
        open_table(path, ALIASES)


def test_blank_lines_before_and_between_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "blancs.csv"
    path.write_text("\n;;\nUAI;Nom;Code_commune\n\n0250018J;Écot;25056\n;;\n ; ;\n", encoding="utf-8")
    (line,) = records(open_table(path, ALIASES))
    assert (line.number, line["name"]) == (5, "Écot")


def test_a_value_on_two_lines_counts_as_one_record(tmp_path: Path) -> None:
    path = tmp_path / "retours.csv"
    path.write_text('UAI;Nom\n0250018J;"Écot\nle Bas"\n0250040H;Mouthe\n', encoding="utf-8")
    lines = records(open_table(path, ALIASES))
    assert [(line.number, line["name"]) for line in lines] == [(2, "Écot le Bas"), (4, "Mouthe")]


# --- What cannot be taken ---


def test_a_line_cut_short_is_refused_alone(write_table: WriteTable) -> None:
    path = write_table(("UAI", "Nom", "Code_commune"), ("0250018J", "Écot"), ("0250040H", "Mouthe", "25413"))
    table = open_table(path, ALIASES)
    assert refusals(table) == [(2, "Ligne incomplète\u00a0: 2\u00a0colonnes au lieu de 3.")]


def test_a_line_with_a_stray_separator_is_refused_alone(write_table: WriteTable) -> None:
    path = write_table(("UAI", "Nom"), ("0250018J", "Écot", "le Bas"), ("0250040H", "Mouthe", ""))
    lines = list(open_table(path, ALIASES).lines)
    assert isinstance(lines[0], tuple)
    assert "séparateur" in str(lines[0][1])
    assert isinstance(lines[1], Line)


def test_a_quote_never_closed_refuses_the_file_from_its_line(tmp_path: Path) -> None:
    path = tmp_path / "guillemet.csv"
    path.write_text('UAI;Nom\n0250018J;"Écot\n' + "0250040H;Mouthe\n" * 20_000, encoding="utf-8")
    with pytest.raises(FileRefused, match="ligne 2"):
        list(open_table(path, ALIASES).lines)


def test_missing_columns_are_named_with_those_that_were_found(write_table: WriteTable) -> None:
    table = open_table(write_table(("Numéro", "Nom"), ("1", "Écot")), ALIASES)
    with pytest.raises(FileRefused) as refusal:
        table.demand(ALIASES, "uai", "name", "insee_code")
    assert str(refusal.value) == (
        "Le fichier «\u00a0fichier.csv\u00a0» ne peut être lu\u00a0: il manque «\u00a0UAI\u00a0» et «\u00a0Code_commune\u00a0». "
        "Colonnes trouvées\u00a0: Numéro, Nom."
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "vide"), (b"\x00\x01\x02\xff\xfe\x00", "ni un fichier CSV"), (b"PK\x03\x04 nothing of a workbook", "abîmé")],
)
def test_what_is_no_table_says_so(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "autre.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused, match=sentence):
        list(open_table(path, ALIASES).lines)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="n’existe pas"):
        open_table(tmp_path / "absent.csv", ALIASES)
    with pytest.raises(FileRefused, match="est-ce bien un fichier"):
        open_table(tmp_path, ALIASES)


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("  Écot\u00a0le \t Bas ", "Écot le Bas"),
        ("#N/A", ""),
        ("null", ""),
        ('="25056"', "25056"),
        ("L’a\x00b", "L’a b"),
    ],
)
def test_a_cell_is_read_as_a_person_would(raw: str, read: str) -> None:
    assert clean(raw) == read


# --- Workbooks ---


def test_a_workbook_gives_back_codes_that_it_took_for_numbers(write_workbook: WriteTable) -> None:
    path = write_workbook(
        Notice=[["Lisez-moi"]],
        Ecoles=[["UAI", "Nom", "Code_commune"], [], ["0250018J", "Écot", 25056.0], ["0250040H", True, 46.5]],
    )
    lines = records(open_table(path, ALIASES))
    assert [(line.number, line["uai"], line["name"], line["insee_code"]) for line in lines] == [
        (3, "0250018J", "Écot", "25056"),
        (4, "0250040H", "1", "46.5"),
    ]


def test_an_empty_workbook_has_no_column(write_workbook: WriteTable) -> None:
    assert open_table(write_workbook(Vide=[]), ALIASES).columns == {}


def test_a_date_of_a_workbook_reads_as_it_is_written_elsewhere(write_workbook: WriteTable) -> None:
    path = write_workbook(Feuille=[["UAI", "Nom"], [dt.date(2017, 1, 1), dt.datetime(2017, 1, 1, 12, 30)]])
    (line,) = records(open_table(path, ALIASES))
    assert (line["uai"], line["name"]) == ("2017-01-01", "2017-01-01T12:30:00")
