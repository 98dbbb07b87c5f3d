"""Who is expected to keep the account of whom."""

import pytest

from conventions.rules import CbrSense, account_warning
from tests.factories_conventions import EPLE_IBAN, PRIVATE_IBAN, PUBLIC_IBAN


@pytest.mark.parametrize(
    ("iban", "public", "words"),
    [
        (PUBLIC_IBAN, True, None),
        (EPLE_IBAN, True, "dépôt de fonds au Trésor"),
        (PRIVATE_IBAN, True, "banque ordinaire"),
        (PRIVATE_IBAN, False, None),
        (PUBLIC_IBAN, False, "inhabituel pour un bénéficiaire privé"),
    ],
)
def test_an_account_kept_elsewhere_than_expected_is_said(iban, public, words):
    warning = account_warning(iban, public=public)

    assert warning is None if words is None else words in warning


def test_every_sense_of_the_controleur_has_its_word():
    assert [one.label for one in CbrSense] == ["favorable", "favorable avec réserves", "défavorable"]
