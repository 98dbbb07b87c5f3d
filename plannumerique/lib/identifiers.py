"""Identifiers of French schools, organisations, places and bank accounts: read as people type them, stored in one form.

Each `check_…` returns the stored form or raises IdentifierError, whose text is the French sentence to show.
"""

import re
from enum import StrEnum

from stdnum import exceptions, iban
from stdnum.fr import siren, siret

from plannumerique.lib.text import NNBSP, typeset

_UAI_KEYS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_BETWEEN = re.compile(r"[\s.\-\u2010-\u2015]+")
_SEVEN_DIGITS = re.compile(r"[0-9]{7}")
_COMMUNE = re.compile(r"(?:0[1-9]|1[0-9]|2[1-9AB]|[3-8][0-9]|9[0-578])[0-9]{3}")
_POSTAL_CODE = re.compile(r"(?:0[1-9]|[1-8][0-9]|9[0-578])[0-9]{3}")
_FRENCH_IBAN_LENGTH = 27
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_BANQUE_DE_FRANCE = "30001"
_TRESOR = "10071"
_ECHOED = 30


class IdentifierError(ValueError):
    """What was typed is not this identifier; its text is the French sentence to show."""

    def __init__(self, sentence: str) -> None:
        super().__init__(typeset(sentence))


def normalise(value: str) -> str:
    """Upper case, without the spaces, dots and hyphens that people put between groups."""
    return _BETWEEN.sub("", value).upper()


# --- Schools ---


def uai_key(digits: str) -> str:
    """The letter that closes the seven digits of a UAI: the number modulo 23, in an alphabet without I, O and Q."""
    return _UAI_KEYS[int(digits) % len(_UAI_KEYS)]


def check_uai(value: str) -> str:
    """The UAI in capitals (0250018J: seven digits and their key)."""
    uai = normalise(value)
    digits, key = uai[:7], uai[7:]
    if re.fullmatch(r"[0-9]{6}[A-Z]", uai) and uai_key(uai[:6]) == uai[6]:
        raise IdentifierError(f"Il manque le zéro de tête du numéro UAI « {uai} » : écrivez 0{uai}.")
    if len(uai) != 8:
        raise IdentifierError(
            f"Un numéro UAI compte 7 chiffres et une lettre, comme 0250018J ; « {_echo(uai)} » en compte {len(uai)}."
        )
    if not _SEVEN_DIGITS.fullmatch(digits):
        raise IdentifierError(f"Les sept premiers signes d’un numéro UAI sont des chiffres : « {uai} » n’en est pas un.")
    if key not in _UAI_KEYS:
        raise IdentifierError(
            f"Le numéro UAI « {uai} » doit finir par une lettre, qui n’est jamais I, O ni Q : ici {uai_key(digits)}."
        )
    if key != uai_key(digits):
        raise IdentifierError(
            f"La clé du numéro UAI « {uai} » est fausse : {digits} appelle la lettre {uai_key(digits)}. "
            "Vérifiez les chiffres et la lettre."
        )
    return uai


def department_of_uai(uai: str) -> str:
    """The département of a checked UAI as INSEE writes it: 025 → 25, 620 and 720 → 2A and 2B, 971 → 971."""
    code = uai[:3]
    return {"620": "2A", "720": "2B"}.get(code, code.removeprefix("0"))


# --- Organisations ---


def check_siren(value: str) -> str:
    """The nine digits of a SIREN, its Luhn key verified."""
    number = normalise(value)
    _refuse_other_than_digits(number, name="SIREN", length=9)
    if not siren.is_valid(number):
        raise IdentifierError(f"Le numéro SIREN « {number} » comporte une erreur : sa clé de contrôle est fausse.")
    return number


def check_siret(value: str) -> str:
    """The fourteen digits of a SIRET, its key verified, by the rule of La Poste for the establishments of La Poste."""
    number = normalise(value)
    _refuse_other_than_digits(number, name="SIRET", length=14)
    if not siret.is_valid(number):
        raise IdentifierError(f"Le numéro SIRET « {number} » comporte une erreur : sa clé de contrôle est fausse.")
    return number


def siren_of(number: str) -> str:
    """The SIREN that opens a checked SIRET."""
    return number[:9]


def spaced_siren(number: str) -> str:
    """« 212 500 565 » or « 212 500 565 00016 », for letters."""
    groups = [number[0:3], number[3:6], number[6:9], number[9:]]
    return NNBSP.join(group for group in groups if group)


def _refuse_other_than_digits(number: str, *, name: str, length: int) -> None:
    if not re.fullmatch(r"[0-9]*", number):
        raise IdentifierError(f"Un numéro {name} ne compte que des chiffres : « {_echo(number)} » n’en est pas un.")
    if len(number) != length:
        raise IdentifierError(f"Un numéro {name} compte {length} chiffres ; celui-ci en compte {len(number)}.")


# --- Bank accounts ---


class BankKind(StrEnum):
    """Who keeps an account, since that says whether it is the one expected of this kind of payee."""

    COMPTABLE_PUBLIC = "comptable_public"
    DFT = "dft"
    ORDINARY = "ordinary"

    @property
    def label(self) -> str:
        return {
            BankKind.COMPTABLE_PUBLIC: "comptable public (Banque de France)",
            BankKind.DFT: "dépôt de fonds au Trésor",
            BankKind.ORDINARY: "banque ordinaire",
        }[self]


def check_iban(value: str) -> str:
    """The IBAN without spaces, its key verified (modulo 97) with the length of its country, 27 signs for France.

    A foreign account of the SEPA area passes: no payer may refuse an account for its country (règlement UE 260/2012, article 9).
    """
    number = normalise(value)
    if number.startswith("FR") and len(number) != _FRENCH_IBAN_LENGTH:
        raise IdentifierError(f"Un IBAN français compte {_FRENCH_IBAN_LENGTH} signes ; celui-ci en compte {len(number)}.")
    try:
        return str(iban.validate(number))
    except exceptions.InvalidChecksum:
        raise IdentifierError("La clé de cet IBAN est fausse : un signe a été mal recopié. Relisez le RIB.") from None
    except exceptions.ValidationError:
        raise IdentifierError(
            "Ceci n’est pas un IBAN : il commence par deux lettres et deux chiffres (FR76), suivis du numéro de compte."
        ) from None


def check_bic(value: str) -> str:
    """The BIC in capitals, eight or eleven signs: bank, country, place, and branch when there is one."""
    bic = normalise(value)
    if not _BIC.fullmatch(bic):
        raise IdentifierError("Un BIC compte 8 ou 11 signes, comme BDFEFRPPCCT.")
    return bic


def bank_kind(number: str) -> BankKind:
    """Who keeps a checked IBAN: Banque de France (30001) for a comptable public, Trésor (10071) for an EPLE, else a bank."""
    if not number.startswith("FR"):
        return BankKind.ORDINARY
    return {_BANQUE_DE_FRANCE: BankKind.COMPTABLE_PUBLIC, _TRESOR: BankKind.DFT}.get(number[4:9], BankKind.ORDINARY)


def spaced_iban(number: str) -> str:
    """« FR76 3000 1007 … », by groups of four, for letters."""
    return NNBSP.join(number[start : start + 4] for start in range(0, len(number), 4))


# --- Places ---


def check_insee_code(value: str, *, department: str = "") -> str:
    """The five signs of a commune's INSEE code (25056, 2A004).

    A spreadsheet loses the zero of départements 01 to 09: it is restored only when the département (« 01 », « 001 », « 1 ») is
    told and agrees, since « 7075 » alone is a commune of Ardèche for one reader and a truncated code for another.
    """
    code = normalise(value)
    if re.fullmatch(r"[0-9]{4}", code):
        if department and code[0] == department.lstrip("0"):
            return f"0{code}"
        raise IdentifierError(f"Le code commune « {code} » n’a que 4 chiffres : si son zéro de tête est perdu, écrivez 0{code}.")
    if not _COMMUNE.fullmatch(code):
        raise IdentifierError(f"Un code commune compte 5 signes, par exemple 25056 ou 2A004 : « {_echo(code)} » n’en est pas un.")
    return code


def check_postal_code(value: str) -> str:
    """The five digits of a postal code."""
    code = normalise(value)
    if not _POSTAL_CODE.fullmatch(code):
        raise IdentifierError(f"Un code postal compte 5 chiffres, par exemple 25000 : « {_echo(code)} » n’en est pas un.")
    return code


def _echo(value: str) -> str:
    return value if len(value) <= _ECHOED else f"{value[:_ECHOED]}…"
