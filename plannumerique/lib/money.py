"""Money: Decimal, in euros, to the centime."""

import re
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

from plannumerique.lib.text import NBSP, NNBSP, typeset

ZERO = Decimal("0.00")
CENT = Decimal("0.01")

_MINUS = "\u2212"
_LONGEST_TYPED = 40
_CURRENCY = re.compile(r"(€|eur|euros?)$", re.IGNORECASE)
_UNBREAKABLE = str.maketrans({NBSP: " ", NNBSP: " ", "\u2009": " ", _MINUS: "-"})
_AMOUNT = re.compile(r"(?P<sign>[+-]?) ?(?P<units>[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:[.,](?P<cents>[0-9]+))?")


class AmountError(ValueError):
    """What was typed is not an acceptable amount; its text is the French sentence to show."""

    def __init__(self, sentence: str) -> None:
        super().__init__(typeset(sentence))


def parse_amount(typed: str, *, minimum: Decimal, maximum: Decimal) -> Decimal:
    """The euros of an amount as a person types it: « 8 000,50 », « 8000.5 », « 8 000,50 € », between two bounds included.

    AmountError for what is empty, not a plain number (1e9, NaN, two signs, « 8.000,50 »), below the centime or out of bounds.
    """
    written = typed.translate(_UNBREAKABLE).strip()
    if not written:
        raise AmountError("Indiquez un montant.")
    if len(written) > _LONGEST_TYPED:
        raise AmountError("Ce montant est trop long pour être lu.")

    match = _AMOUNT.fullmatch(_CURRENCY.sub("", written).rstrip())
    if match is None:
        raise AmountError(f"« {written} » n’est pas un montant. Écrivez-le en chiffres, par exemple 8{NNBSP}000,50.")
    cents = match["cents"] or ""
    if len(cents) > 2:
        raise AmountError(f"« {written} » compte plus de deux décimales : un montant s’arrête au centime.")

    value = Decimal(f"{match['sign']}{match['units'].replace(' ', '')}.{cents:0<2}")
    if value < minimum:
        raise AmountError(f"Le montant doit être d’au moins {euros(minimum)}.")
    if value > maximum:
        raise AmountError(f"Le montant ne peut pas dépasser {euros(maximum)}.")
    return value if value else ZERO


def euros(value: Decimal | int) -> str:
    """« 12 000,00 € », with U+202F between thousands and U+00A0 before the sign.

    ValueError for what is finer than the centime: to show it rounded would hide money.
    """
    exact = _to_the_cent(value)
    digits = f"{abs(exact):,.2f}".replace(",", NNBSP).replace(".", ",")
    return f"{_MINUS if exact < 0 else ''}{digits}{NBSP}€"


def percentage(rate: Decimal) -> str:
    """« 50 % » for 0.50, « 5,5 % » for 0.055."""
    return f"{(rate * 100).normalize():f}".replace(".", ",") + f"{NBSP}%"


def round_down_to_cent(value: Decimal) -> Decimal:
    """Thousandths are neglected (arrêté du 22 mars 1972); a negative value goes towards zero."""
    return value.quantize(CENT, rounding=ROUND_DOWN)


def round_half_up(value: Decimal) -> Decimal:
    """The nearest centime, the half going away from zero (arrêté du 22 mars 1972)."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def vat_on(ht: Decimal, *, rate: Decimal) -> Decimal:
    """The VAT, in euros, on an amount HT; the rate is a fraction (0.20). Nearest centime, as suppliers print it line by line."""
    return round_half_up(ht * rate)


def ttc_from_ht(ht: Decimal, *, rate: Decimal) -> Decimal:
    """HT plus its VAT, so that the two printed figures always add up."""
    return ht + vat_on(ht, rate=rate)


def ht_from_ttc(ttc: Decimal, *, rate: Decimal) -> Decimal:
    """The amount HT behind a TTC one, to the nearest centime; several TTC share one HT at most by a centime."""
    return round_half_up(ttc / (1 + rate))


def split_by_shares(amount: Decimal, *, shares: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """The amount shared out in proportion, each part to the centime, their sum exactly the amount.

    The centimes left by rounding down go to the largest remainders, the first one when they are equal. A negative amount
    (credit note) is shared like its opposite. ValueError when a share is negative or when all are nil.
    """
    total = sum((Fraction(share) for share in shares), Fraction(0))
    if total <= 0 or min(shares) < 0:
        raise ValueError("Les parts doivent être positives, l’une au moins n’étant pas nulle.")

    cents = int(abs(_to_the_cent(amount)) * 100)
    exact = [cents * Fraction(share) / total for share in shares]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda index: parts[index] - exact[index])
    for index in by_remainder[: cents - sum(parts)]:
        parts[index] += 1
    sign = -1 if amount < 0 else 1
    return tuple(sign * part * CENT for part in parts)


def _to_the_cent(value: Decimal | int) -> Decimal:
    exact = Decimal(value)
    if not exact.is_finite() or exact != round_down_to_cent(exact):
        raise ValueError(f"{value} n’est pas un nombre entier de centimes.")
    return exact


_UNITS = (
    *("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"),
    *("dix", "onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"),
)
_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}
_LARGEST_IN_WORDS = 10**12


def amount_in_words(value: Decimal) -> str:
    """« onze mille neuf cent cinquante euros et vingt-cinq centimes », from zero to a thousand milliards excluded.

    Traditional spelling, the one of administrative letters: hyphens under one hundred only, none around « et ».
    ValueError out of range.
    """
    exact = _to_the_cent(value)
    if not 0 <= exact < _LARGEST_IN_WORDS:
        raise ValueError(f"{value} ne s’écrit pas en lettres.")

    units, cents = divmod(int(exact * 100), 100)
    euros_part = f"{_in_words(units)} {_currency_after(units)}"
    if not cents:
        return euros_part
    cents_part = f"{_in_words(cents)} {'centime' if cents == 1 else 'centimes'}"
    return f"{euros_part} et {cents_part}" if units else cents_part


def _currency_after(units: int) -> str:
    if units >= 10**6 and units % 10**6 == 0:
        return "d’euros"
    return "euro" if units < 2 else "euros"


def _in_words(number: int) -> str:
    """Million and milliard are nouns, and leave their s to cent and quatre-vingts; mille is a numeral, and takes it away."""
    if number == 0:
        return _UNITS[0]
    milliards, rest = divmod(number, 10**9)
    millions, rest = divmod(rest, 10**6)
    thousands, rest = divmod(rest, 1000)
    words = []
    if milliards:
        words.append(f"{_below_thousand(milliards, final=True)} milliard{'s' if milliards > 1 else ''}")
    if millions:
        words.append(f"{_below_thousand(millions, final=True)} million{'s' if millions > 1 else ''}")
    if thousands:
        words.append("mille" if thousands == 1 else f"{_below_thousand(thousands, final=False)} mille")
    if rest:
        words.append(_below_thousand(rest, final=True))
    return " ".join(words)


def _below_thousand(number: int, *, final: bool) -> str:
    hundreds, rest = divmod(number, 100)
    words = []
    if hundreds:
        plural_s = "s" if hundreds > 1 and not rest and final else ""
        words.append(f"cent{plural_s}" if hundreds == 1 else f"{_UNITS[hundreds]} cent{plural_s}")
    if rest:
        words.append(_below_hundred(rest, final=final))
    return " ".join(words)


def _below_hundred(number: int, *, final: bool) -> str:
    if number < 20:
        return _UNITS[number]
    ten = number // 10 * 10
    if ten in (70, 90):
        ten -= 10
    rest = number - ten
    if rest == 0:
        return "quatre-vingts" if ten == 80 and final else _TENS[ten]
    if rest in (1, 11) and ten != 80:
        return f"{_TENS[ten]} et {_UNITS[rest]}"
    return f"{_TENS[ten]}-{_UNITS[rest]}"
