"""French words and typography, on plain text: what is HTML is escaped later, by the templates."""

import re
import unicodedata
from collections.abc import Sequence

NBSP = "\u00a0"
NNBSP = "\u202f"

_SPACES = " \u00a0\u2009\u202f"
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[\w«])")
_OPENING = re.compile(rf"«[{_SPACES}]*")
_CLOSING = re.compile(rf"[{_SPACES}]*»")
# A sign inside an address or an hour (« http: », « 12:30 », « ?page ») is not punctuation: what follows it decides.
_DOUBLE_SIGN = re.compile(rf"(?<=[^\s{_SPACES}])([{_SPACES}]*)([;!?:%€])(?=[\s.,;:!?)»\]…\"']|$)")
_NUMBER = re.compile(r"(?<!\w)([nN]°) +(?=\S)")
_NARROW_BEFORE = ";!?"
_ENDS_A_WORD = ")]»\"'’"
_FIRST_WORD = re.compile(r"[\w-]*")
# What keeps its capital wherever it stands, though it has one capital only.
_PROPER_NAMES = frozenset({"Chorus", "France", "Hélios", "Internet", "Éduthèque"})
_KINDS_OF_COLLEGE = ("college", "lycee", "cite", "groupe", "institution", "ecole")


def search_key(text: str) -> str:
    """The words of a text for a search-and-sort column: « L’École Jules-Ferry » and « l ecole jules ferry » are the same key."""
    folded = unicodedata.normalize("NFKD", text).casefold().replace("œ", "oe").replace("æ", "ae")
    bare = "".join(character for character in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(character))
    return _NOT_ALPHANUMERIC.sub(" ", bare).strip()


def typeset(text: str) -> str:
    """The text with the Imprimerie nationale's unbreakable spaces: U+202F before ; ! ?, U+00A0 before : % € » and after « and n°.

    A straight apostrophe inside a word becomes a curved one.
    Plain text only: the semicolon of an HTML entity would be taken for punctuation. Applying it twice changes nothing.
    """
    numbered = _NUMBER.sub(rf"\1{NBSP}", text)
    quoted = _OPENING.sub(f"«{NBSP}", _CLOSING.sub(f"{NBSP}»", _APOSTROPHE.sub("’", numbered)))
    return _DOUBLE_SIGN.sub(_with_its_space, quoted)


def _with_its_space(match: re.Match[str]) -> str:
    gap, sign = match.groups()
    before = match.string[match.start() - 1]
    if not gap and not before.isalnum() and before not in _ENDS_A_WORD:
        return sign
    return f"{NNBSP if sign in _NARROW_BEFORE else NBSP}{sign}"


def agree(count: int, *, one: str, many: str | None = None) -> str:
    """The word that agrees with a count: in French the plural begins at two. Without `many`, an s is added."""
    if abs(count) < 2:
        return one
    return f"{one}s" if many is None else many


def plural(count: int, *, one: str, many: str | None = None) -> str:
    """A count and its word, that a line break can't part: « 1 757 communes », « 0 classe »."""
    number = f"{count:,}".replace(",", NNBSP)
    return f"{number}{NBSP}{agree(count, one=one, many=many)}"


def french_list(items: Sequence[str], *, last: str = "et") -> str:
    """« a, b et c »; an empty sequence gives an empty text."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def de(name: str) -> str:
    """« de Besançon », « d’Ornans », « du Russey », « des Fins », « de La Chaux », « d’Héricourt », « de Houtaud ».

    No list says which h is mute: before e, i and y it is taken for mute, elsewhere for aspirate, which holds for the communes of
    the four départements. A name that takes an article without carrying it (le Doubs) must be written by the caller.
    """
    article, _, rest = name.partition(" ")
    if rest and article.casefold() in ("le", "les"):
        return f"{'du' if article.casefold() == 'le' else 'des'} {rest}"
    return f"d’{name}" if _elides(search_key(name)) else f"de {name}"


def starts_lower(sentence: str) -> str:
    """« le recteur » for « Le recteur »: what goes on in the middle of a sentence. « HT », « Wi-Fi », « Chorus » stay.

    A sentence that begins with the name of a place or of somebody can't be told from another: let a noun stand before it.
    """
    first = _FIRST_WORD.match(sentence)[0]  # type: ignore[index]
    if first in _PROPER_NAMES or any(one.isupper() or one.isdigit() for one in first[1:]):
        return sentence
    return sentence[:1].lower() + sentence[1:]


def as_school(name: str) -> str:
    """« école élémentaire Vauthier », « école Les Tilleuls »: the directory names some schools by their kind, others not."""
    kind, space, rest = name.partition(" ")
    return f"école{space}{rest}" if search_key(kind) == "ecole" else f"école {name}"


def as_college(name: str) -> str:
    """« collège Victor Hugo », « lycée Pergaud », « collège Les Villanelles »."""
    kind, space, rest = name.partition(" ")
    return f"{kind.lower()}{space}{rest}" if search_key(kind) in _KINDS_OF_COLLEGE else f"collège {name}"


def _elides(key: str) -> bool:
    first, second = key[:1], key[1:2]
    if first == "h":
        return second != "" and second in "eiy"
    if first == "y":
        return second not in ("", "a", "e", "i", "o", "u")
    return first != "" and first in "aeiou"
