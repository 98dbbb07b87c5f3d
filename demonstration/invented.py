"""Numbers that nobody holds, whose keys are right: what checks them must let them through, what reads them must smile."""

from stdnum import iban, luhn

_BANQUE_DE_FRANCE, _TRESOR = "30001", "10071"
# No branch of these two banks bears this number.
_BRANCH = "09999"
_OF_SAME_VALUE = ("AJ", "BKS", "CLT", "DMU", "ENV", "FOW", "GPX", "HQY", "IRZ")
_LETTERS = {letter: str(value) for value, letters in enumerate(_OF_SAME_VALUE, start=1) for letter in letters}


def account_of_commune(number: int) -> str:
    """An IBAN at the Banque de France, where the comptable public of a commune has its account."""
    return _iban(_BANQUE_DE_FRANCE, f"DEMO{number:07}")


def account_of_college(number: int) -> str:
    """An IBAN at the Trésor, where an EPLE has its account."""
    return _iban(_TRESOR, f"DEMO{number:07}")


def _iban(bank: str, account: str) -> str:
    digits = "".join(_LETTERS.get(sign, sign) for sign in account)
    key = 97 - (89 * int(bank) + 15 * int(_BRANCH) + 3 * int(digits)) % 97
    bban = f"{bank}{_BRANCH}{account}{key:02}"
    return f"FR{iban.calc_check_digits(f'FR00{bban}')}{bban}"


def siret(of_siren: str, *, establishment: int = 1) -> str:
    """An establishment of a SIREN, with its key."""
    digits = f"{of_siren}{establishment:04}"
    return f"{digits}{luhn.calc_check_digit(digits)}"


def siret_of_nobody(number: int) -> str:
    """No SIREN begins with 00: no supplier, no collège bears this SIRET. Up to 999 999."""
    digits = f"{number:08}"
    return siret(f"{digits}{luhn.calc_check_digit(digits)}")


def ej(number: int) -> str:
    """Ten digits, as Chorus numbers its engagements."""
    return f"99000{number:05}"


def dp(number: int) -> str:
    return f"99100{number:05}"
