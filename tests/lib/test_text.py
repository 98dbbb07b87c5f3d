import pytest
from hypothesis import given
from hypothesis import strategies as st

from plannumerique.lib.text import (
    NBSP,
    NNBSP,
    agree,
    as_college,
    as_school,
    de,
    french_list,
    plural,
    search_key,
    starts_lower,
    typeset,
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("École", "ecole"),
        ("L’École Jules-Ferry", "l ecole jules ferry"),
        ("L’Œuvre d’Ægidius", "l oeuvre d aegidius"),
        ("  SAINT‐VIT \u00a0(Doubs) ", "saint vit doubs"),
        ("Ça/et_là", "ca et la"),
        ("E\u0301tupes", "etupes"),
        ("Groupe scolaire n° 2", "groupe scolaire n 2"),
        ("…", ""),
        ("", ""),
    ],
)
def test_a_search_key_keeps_only_the_words(text: str, key: str) -> None:
    assert search_key(text) == key


@given(st.text())
def test_a_search_key_is_its_own_key(text: str) -> None:
    key = search_key(text)

    assert search_key(key) == key
    assert key == " ".join(key.split())


@given(st.text(alphabet=st.characters(codec="latin-1")))
def test_capitals_do_not_change_a_search_key(text: str) -> None:
    assert search_key(text.upper()) == search_key(text.lower())


@pytest.mark.parametrize(
    ("plain", "set_"),
    [
        ("Payé : oui", f"Payé{NBSP}: oui"),
        ("Payé: oui", f"Payé{NBSP}: oui"),
        ("« dossier complet »", f"«{NBSP}dossier complet{NBSP}»"),
        ("«dossier complet»", f"«{NBSP}dossier complet{NBSP}»"),
        ("Trop tard !", f"Trop tard{NNBSP}!"),
        ("Trop tard!", f"Trop tard{NNBSP}!"),
        ("Que dit-il ?!", f"Que dit-il{NNBSP}?!"),
        ("un ; deux", f"un{NNBSP}; deux"),
        ("50 % de 8 000 €.", f"50{NBSP}% de 8 000{NBSP}€."),
        ("50%", f"50{NBSP}%"),
        ("« Vraiment ? » : non", f"«{NBSP}Vraiment{NNBSP}?{NBSP}»{NBSP}: non"),
        ("(voir l’article) ; puis", f"(voir l’article){NNBSP}; puis"),
        ("« »", f"«{NBSP}»"),
        ("la convention n° 3, n° 12", f"la convention n°{NBSP}3, n°{NBSP}12"),
        ("l'école et d'« Ornans »", f"l’école et d’«{NBSP}Ornans{NBSP}»"),
    ],
)
def test_unbreakable_spaces_are_set(plain: str, set_: str) -> None:
    assert typeset(plain) == set_


@pytest.mark.parametrize(
    "text", ["https://exemple.fr/?page=1", "à 12:30", "20'", "'a'", "a%20b", ": en tête", "\n: en tête", "…!", "rien à faire", ""]
)
def test_what_is_not_french_punctuation_stays(text: str) -> None:
    assert typeset(text) == text


@given(st.text(alphabet="abn1 «»;:!?%€°.()\u00a0\u202f\n"))
def test_setting_twice_changes_nothing(text: str) -> None:
    assert typeset(typeset(text)) == typeset(text)


@given(st.text(alphabet="abn1 «»;:!?%€°.()\n"))
def test_setting_changes_nothing_but_spaces(text: str) -> None:
    assert "".join(typeset(text).split()) == "".join(text.split())


def test_the_plural_begins_at_two() -> None:
    assert plural(0, one="classe") == f"0{NBSP}classe"
    assert plural(1, one="classe") == f"1{NBSP}classe"
    assert plural(2, one="classe") == f"2{NBSP}classes"
    assert plural(-1, one="jour") == f"-1{NBSP}jour"
    assert plural(1757, one="commune") == f"1{NNBSP}757{NBSP}communes"


def test_an_irregular_plural_is_given() -> None:
    assert agree(1, one="école retenue", many="écoles retenues") == "école retenue"
    assert agree(3, one="école retenue", many="écoles retenues") == "écoles retenues"
    assert plural(2, one="classe mobile", many="classes mobiles") == f"2{NBSP}classes mobiles"


@pytest.mark.parametrize(
    ("items", "joined"), [([], ""), (["a"], "a"), (["a", "b"], "a et b"), (["a", "b", "c"], "a, b et c"), (("a", "b"), "a et b")]
)
def test_a_list_is_joined_as_a_sentence(items: list[str], joined: str) -> None:
    assert french_list(items) == joined


def test_a_list_of_choices_is_joined_with_ou() -> None:
    assert french_list(["PDF", "JPEG", "PNG"], last="ou") == "PDF, JPEG ou PNG"


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("Besançon", "de Besançon"),
        ("Ornans", "d’Ornans"),
        ("Étupes", "d’Étupes"),
        ("Œuilly", "d’Œuilly"),
        ("Héricourt", "d’Héricourt"),
        ("Hyémondans", "d’Hyémondans"),
        ("Houtaud", "de Houtaud"),
        ("H", "de H"),
        ("Yvrey", "d’Yvrey"),
        ("Yerville", "de Yerville"),
        ("Y", "de Y"),
        ("Le Russey", "du Russey"),
        ("Les Fins", "des Fins"),
        ("La Chaux", "de La Chaux"),
        ("L'Isle-sur-le-Doubs", "de L'Isle-sur-le-Doubs"),
        ("Lescherolles", "de Lescherolles"),
        ("", "de "),
    ],
)
def test_de_elides_and_contracts(name: str, phrase: str) -> None:
    assert de(name) == phrase


@pytest.mark.parametrize(
    ("name", "in_a_sentence"),
    [
        ("École élémentaire Vauthier", "école élémentaire Vauthier"),
        ("Ecole primaire", "école primaire"),
        ("École", "école"),
        ("Les Tilleuls", "école Les Tilleuls"),
    ],
)
def test_a_school_is_named_once(name: str, in_a_sentence: str) -> None:
    assert as_school(name) == in_a_sentence


@pytest.mark.parametrize(("alone", "inside"), [("Le recteur", "le recteur"), ("École", "école"), ("maire", "maire"), ("", "")])
def test_a_capital_is_left_at_the_start_of_sentences(alone: str, inside: str) -> None:
    assert starts_lower(alone) == inside


@pytest.mark.parametrize(
    "kept", ["HT", "TVA en euros", "DAN de l’académie", "Wi-Fi de l’école", "Chorus", "IEN", "H2O", "Éduthèque", "Saint-Vit"]
)
def test_a_capital_of_the_word_itself_stays(kept: str) -> None:
    assert starts_lower(kept) == kept


@pytest.mark.parametrize(
    ("alone", "inside"),
    [
        ("N° d’EJ", "n° d’EJ"),
        ("À vérifier", "à vérifier"),
        ("L’IEN", "l’IEN"),
        ("Numéro SIRET", "numéro SIRET"),
        ("« Clore »", "« Clore »"),
    ],
)
def test_only_the_first_letter_is_lowered(alone: str, inside: str) -> None:
    assert starts_lower(alone) == inside


@pytest.mark.parametrize(
    ("name", "in_a_sentence"),
    [
        ("Collège Victor Hugo", "collège Victor Hugo"),
        ("Victor Hugo", "collège Victor Hugo"),
        ("Lycée Pergaud", "lycée Pergaud"),
        ("Cité scolaire Jules Haag", "cité scolaire Jules Haag"),
    ],
)
def test_a_college_keeps_the_capitals_of_its_name(name: str, in_a_sentence: str) -> None:
    assert as_college(name) == in_a_sentence
