import pytest

from plannumerique.lib.verbs import done


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("Notifier la décision", "a notifié la décision"),
        ("Constater qu’aucun solde n’est dû", "a constaté qu’aucun solde n’est dû"),
        ("Prendre acte de la délibération", "a pris acte de la délibération"),
        ("Écarter la délibération", "a écarté la délibération"),
        ("Établir l’état récapitulatif", "a établi l’état récapitulatif"),
        ("reprendre une décision", "a repris une décision"),
        ("Établir\u00a0: Accusé de réception", "a établi\u00a0: Accusé de réception"),
        ("Archiver", "a archivé"),
    ],
)
def test_what_was_to_be_done_is_done(act, told):
    assert done(act) == told


@pytest.mark.parametrize("act", ["Entrer en exécution", "Revenir de convention", "Courir", "Bon de commande", "describe", ""])
def test_what_is_no_act_of_the_portal_is_not_guessed(act):
    with pytest.raises(ValueError, match="infinitive"):
        done(act)
