"""Names that a file writes in capitals without accents, as they are printed in a letter."""

import re
from typing import Final

_COMMON: Final = {
    "college": "collège",
    "communal": "communal",
    "communale": "communale",
    "ecole": "école",
    "ecoles": "écoles",
    "educatif": "éducatif",
    "elementaire": "élémentaire",
    "groupe": "groupe",
    "intercommunal": "intercommunal",
    "intercommunale": "intercommunale",
    "liees": "liées",
    "maternelle": "maternelle",
    "mixte": "mixte",
    "pedagogique": "pédagogique",
    "pole": "pôle",
    "primaire": "primaire",
    "prive": "privé",
    "privee": "privée",
    "public": "public",
    "publique": "publique",
    "scolaire": "scolaire",
}
_LINKS: Final = frozenset({"au", "aux", "de", "des", "du", "en", "et", "la", "le", "les", "sous", "sur"})
_SPELLED: Final = {"coeur": "Cœur", "coeurs": "Cœurs"}
_ELIDED = re.compile(r"\b([DL])[ '’](?=[AEIOUYHÉÈ])", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_KEPT = re.compile(r"[IVX]+|RP[CI]|ZAC|ZUP")


def tidy_name(name: str) -> str:
    """« ECOLE PRIMAIRE JEANNE D ARC » is « École primaire Jeanne d’Arc »; a name that has small letters is left alone."""
    if not name.isupper():
        return name
    text = _WORD.sub(_tidy_word, _ELIDED.sub(lambda found: f"{found[1].lower()}’", name))
    return text[:1].upper() + text[1:]


def _tidy_word(match: re.Match[str]) -> str:
    word, low = match[0], match[0].lower()
    if low in _LINKS or word in ("d", "l"):
        return low
    if known := _COMMON.get(low) or _SPELLED.get(low):
        return known
    return word if _KEPT.fullmatch(word) else word.capitalize()
