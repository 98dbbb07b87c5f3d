import pytest
from hypothesis import given
from hypothesis import strategies as st

from plannumerique.lib.identifiers import (
    BankKind,
    IdentifierError,
    bank_kind,
    check_bic,
    check_iban,
    check_insee_code,
    check_postal_code,
    check_siren,
    check_siret,
    check_uai,
    department_of_uai,
    siren_of,
    spaced_iban,
    spaced_siren,
    uai_key,
)


def sentence_of(check, value: str, **keywords: str) -> str:
    with pytest.raises(IdentifierError) as refusal:
        check(value, **keywords)
    assert isinstance(refusal.value, ValueError)
    return str(refusal.value).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("typed", ["0250018J", "0250018j", " 025 0018 J ", "025\u00a00018J", "025-0018-J"])
def test_a_uai_is_stored_in_capitals(typed: str) -> None:
    assert check_uai(typed) == "0250018J"


@pytest.mark.parametrize("uai", ["0250018J", "0250737R", "0350122T", "0350741R", "0390142T"])
def test_genuine_uai_pass(uai: str) -> None:
    assert check_uai(uai) == uai


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Un numéro UAI compte 7 chiffres et une lettre, comme 0250018J ; « » en compte 0."),
        ("0250018", "Un numéro UAI compte 7 chiffres et une lettre, comme 0250018J ; « 0250018 » en compte 7."),
        ("02500180J", "Un numéro UAI compte 7 chiffres et une lettre, comme 0250018J ; « 02500180J » en compte 9."),
        ("250018J", "Il manque le zéro de tête du numéro UAI « 250018J » : écrivez 0250018J."),
        ("250018K", "Un numéro UAI compte 7 chiffres et une lettre, comme 0250018J ; « 250018K » en compte 7."),
        ("O25OO18J", "Les sept premiers signes d’un numéro UAI sont des chiffres : « O25OO18J » n’en est pas un."),
        ("02500189", "Le numéro UAI « 02500189 » doit finir par une lettre, qui n’est jamais I, O ni Q : ici J."),
        ("0250018O", "Le numéro UAI « 0250018O » doit finir par une lettre, qui n’est jamais I, O ni Q : ici J."),
        (
            "0250018K",
            "La clé du numéro UAI « 0250018K » est fausse : 0250018 appelle la lettre J. Vérifiez les chiffres et la lettre.",
        ),
    ],
)
def test_a_refused_uai_says_what_is_wrong(typed: str, sentence: str) -> None:
    assert sentence_of(check_uai, typed) == sentence


def test_a_long_value_is_not_echoed_whole() -> None:
    assert "A" * 30 + "…" in sentence_of(check_uai, "A" * 5000)
    assert len(sentence_of(check_uai, "A" * 5000)) < 200


@given(st.integers(0, 9_999_999), st.integers(0, 6), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(number: int, position: int, shift: int) -> None:
    digits = f"{number:07}"
    wrong = digits[:position] + str((int(digits[position]) + shift) % 10) + digits[position + 1 :]

    assert check_uai(digits + uai_key(digits)) == digits + uai_key(digits)
    with pytest.raises(IdentifierError):
        check_uai(wrong + uai_key(digits))


@pytest.mark.parametrize(
    ("uai", "department"),
    [("0250018J", "25"), ("0390142T", "39"), ("0900001A", "90"), ("6200001A", "2A"), ("7200001A", "2B"), ("9710001A", "971")],
)
def test_a_uai_tells_its_department(uai: str, department: str) -> None:
    assert department_of_uai(uai) == department


@pytest.mark.parametrize("typed", ["212500565", "212 500 565", "200006872"])
def test_genuine_siren_pass(typed: str) -> None:
    assert check_siren(typed) == typed.replace(" ", "")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("212500566", "Le numéro SIREN « 212500566 » comporte une erreur : sa clé de contrôle est fausse."),
        ("21250056", "Un numéro SIREN compte 9 chiffres ; celui-ci en compte 8."),
        ("21250056A", "Un numéro SIREN ne compte que des chiffres : « 21250056A » n’en est pas un."),
        ("٢١٢٥٠٠٥٦٥", "Un numéro SIREN ne compte que des chiffres : « ٢١٢٥٠٠٥٦٥ » n’en est pas un."),
    ],
)
def test_a_refused_siren_says_what_is_wrong(typed: str, sentence: str) -> None:
    assert sentence_of(check_siren, typed) == sentence


@pytest.mark.parametrize("typed", ["21350016800025", "213 500 507 00024", "35600000000048", "35600000049837"])
def test_genuine_siret_pass_la_poste_included(typed: str) -> None:
    assert check_siret(typed) == typed.replace(" ", "")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("21350016800026", "Le numéro SIRET « 21350016800026 » comporte une erreur : sa clé de contrôle est fausse."),
        ("35600000049838", "Le numéro SIRET « 35600000049838 » comporte une erreur : sa clé de contrôle est fausse."),
        ("213500168", "Un numéro SIRET compte 14 chiffres ; celui-ci en compte 9."),
        ("", "Un numéro SIRET compte 14 chiffres ; celui-ci en compte 0."),
        ("2135001680002X", "Un numéro SIRET ne compte que des chiffres : « 2135001680002X » n’en est pas un."),
    ],
)
def test_a_refused_siret_says_what_is_wrong(typed: str, sentence: str) -> None:
    assert sentence_of(check_siret, typed) == sentence


def test_siren_and_siret_are_printed_by_groups() -> None:
    assert siren_of("21350016800025") == "213500168"
    assert spaced_siren("213500168") == "213\u202f500\u202f168"
    assert spaced_siren("21350016800025") == "213\u202f500\u202f168\u202f00025"


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("FR76 3000 1007 9412 3456 7890 185", BankKind.COMPTABLE_PUBLIC),
        ("fr7630001007941234567890185", BankKind.COMPTABLE_PUBLIC),
        ("FR1420041010050500013M02606", BankKind.ORDINARY),
        ("DE89370400440532013000", BankKind.ORDINARY),
    ],
)
def test_an_iban_tells_who_keeps_the_account(typed: str, kind: BankKind) -> None:
    assert bank_kind(check_iban(typed)) is kind


def test_an_account_of_the_tresor_is_recognised() -> None:
    assert bank_kind("FR7610071250000000000000000") is BankKind.DFT


def test_each_kind_of_bank_has_a_french_label() -> None:
    assert [kind.label for kind in BankKind] == [
        "comptable public (Banque de France)",
        "dépôt de fonds au Trésor",
        "banque ordinaire",
    ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("FR7630001007941234567890186", "La clé de cet IBAN est fausse : un signe a été mal recopié. Relisez le RIB."),
        ("FR763000100794123456789018", "Un IBAN français compte 27 signes ; celui-ci en compte 26."),
        ("", "Ceci n’est pas un IBAN : il commence par deux lettres et deux chiffres (FR76), suivis du numéro de compte."),
        ("DE88é", "Ceci n’est pas un IBAN : il commence par deux lettres et deux chiffres (FR76), suivis du numéro de compte."),
        ("DE89370400440532013001", "La clé de cet IBAN est fausse : un signe a été mal recopié. Relisez le RIB."),
    ],
)
def test_a_refused_iban_says_what_is_wrong(typed: str, sentence: str) -> None:
    assert sentence_of(check_iban, typed) == sentence


def test_an_iban_is_printed_by_groups_of_four() -> None:
    assert spaced_iban("FR7630001007941234567890185") == "FR76 3000 1007 9412 3456 7890 185".replace(" ", "\u202f")


@pytest.mark.parametrize(
    ("typed", "code"), [("25056", "25056"), ("01004", "01004"), ("2a004", "2A004"), ("2B033", "2B033"), ("97411", "97411")]
)
def test_genuine_insee_codes_pass(typed: str, code: str) -> None:
    assert check_insee_code(typed) == code


@pytest.mark.parametrize("department", ["01", "001", "1"])
def test_a_lost_zero_comes_back_with_its_department(department: str) -> None:
    assert check_insee_code("1004", department=department) == "01004"


@pytest.mark.parametrize("department", ["", "70", "07", "0", "10", "2A"])
def test_a_lost_zero_is_not_guessed(department: str) -> None:
    assert (
        sentence_of(check_insee_code, "1004", department=department)
        == "Le code commune « 1004 » n’a que 4 chiffres : si son zéro de tête est perdu, écrivez 01004."
    )


def test_a_four_digit_code_of_ardeche_is_not_taken_for_haute_saone() -> None:
    assert "7075" in sentence_of(check_insee_code, "7075", department="70")


@pytest.mark.parametrize("typed", ["", "00001", "20004", "2C001", "96001", "250567", "abcde", "99100", "056"])
def test_what_is_not_a_commune_is_refused(typed: str) -> None:
    sentence = sentence_of(check_insee_code, typed)

    assert sentence.startswith("Un code commune compte 5 signes, par exemple 25056 ou 2A004 : «")
    assert typed.upper() in sentence


@pytest.mark.parametrize("typed", ["25000", "25 000", "01000", "20090", "97400", "98800"])
def test_genuine_postal_codes_pass(typed: str) -> None:
    assert check_postal_code(typed) == typed.replace(" ", "")


@pytest.mark.parametrize("typed", ["1000", "00100", "2A000", "99000", "250000"])
def test_what_is_not_a_postal_code_is_refused(typed: str) -> None:
    assert (
        sentence_of(check_postal_code, typed)
        == f"Un code postal compte 5 chiffres, par exemple 25000 : « {typed} » n’en est pas un."
    )


def test_a_bic_is_kept_in_capitals_without_spaces() -> None:
    assert check_bic(" bdfe frpp cct ") == "BDFEFRPPCCT"


@pytest.mark.parametrize("typed", ["XX", "BDFEFRPP1", "12345678", "BDFEFRPPCCTX"])
def test_what_is_not_a_bic_is_refused(typed: str) -> None:
    assert sentence_of(check_bic, typed) == "Un BIC compte 8 ou 11 signes, comme BDFEFRPPCCT."
