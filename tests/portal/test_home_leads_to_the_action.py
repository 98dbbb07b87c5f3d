"""From the home, one click: each line of what is expected opens a page whose main action is the expected one.

That action stands there as a button, or shut, with what is missing and who can bring it.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from plannumerique import clock
from plannumerique.organisations.enums import Role
from portal.home.todo import TASKS, Task
from tests.browser.situations import TODAY, every_situation, somebody
from tests.walk import EVERY_ROLE

EXPECTED: dict[str, tuple[str, ...]] = {
    "Écrire la partie pédagogique": ("Écrire la partie pédagogique",),
    "Enregistrer la réception des classes mobiles": ("Enregistrer la réception",),
    "Répondre à la DANE sur la partie pédagogique": ("Répondre sur",),
    "Compléter et déposer les candidatures": ("Déposer la candidature", "Transmettre les compléments", "Répondre sur"),
    "Faire avancer la convention": (
        *("Indiquer le compte à créditer", "Indiquer le calendrier et le pilotage", "Enregistrer la délibération"),
        "Enregistrer la signature de la collectivité",
    ),
    "Déposer la copie des bons de commande": ("Déposer un bon de commande",),
    "Demander l’acompte": ("Demander l’acompte",),
    "Déposer l’état récapitulatif et les factures": ("Remplir l’état", "Déposer l’état récapitulatif"),
    "Saisir le compte du collège": ("Saisir le compte du collège",),
    "Instruire les candidatures": ("Déclarer recevable",),
    "Enregistrer la sélection": ("Enregistrer la sélection",),
    "Préparer une convention": ("Préparer la convention",),
    "Vérifier les pièces des dossiers": ("Enregistrer la vérification",),
    "Faire avancer les conventions": (
        *("Transmettre le projet", "Saisir le contrôleur", "Enregistrer l’avis du contrôleur", "Enregistrer la délibération"),
        *("Enregistrer l’exemplaire signé", "Notifier la convention", "Prendre acte de la délibération"),
        "Passer outre l’avis défavorable",
    ),
    "Arrêter les projets de convention": ("Arrêter le projet de convention",),
    "Vérifier les bons de commande": ("Accepter le bon de commande",),
    "Vérifier les factures": ("Accepter la facture",),
    "Constater le service fait": ("Constater le service fait",),
    "Passer outre un avis défavorable, ou y renoncer": ("Passer outre l’avis défavorable",),
    "Signer les conventions": ("Enregistrer la signature du recteur",),
    "Signer les décisions attributives": ("Enregistrer la signature de la décision",),
    "Décider : préparer, signer, notifier": (
        *("Préparer la décision attributive", "Enregistrer la signature de la décision", "Notifier la décision"),
    ),
    "Préparer les demandes d’acompte": ("Préparer le paiement de l’acompte",),
    "Liquider les soldes": ("Liquider le solde",),
    "Valider les demandes de paiement": ("Valider la demande de paiement",),
    "Enregistrer les paiements de la DRFiP": ("Enregistrer le paiement",),
    "Notifier les dotations de ressources": ("Notifier la dotation",),
    "Compléter les dotations de ressources : numéro d’EJ, compte du collège": (
        "Saisir le numéro d’EJ",
        "Saisir le compte du collège",
    ),
    "Préparer le versement des dotations de ressources": ("Préparer le paiement de la dotation",),
    "Lire les messages": ("Envoyer le message",),
    "Envoyer les courriels qui ne sont pas partis": ("Envoyer le courriel",),
    "Rendre l’avis de l’IEN": ("Rendre l’avis de l’IEN",),
    "Rendre l’avis de la DSI": ("Rendre l’avis de la DSI",),
}
BUTTON = re.compile(
    r'<(?P<tag>a|button)[^>]*class="fr-btn(?: fr-btn--sm)?"[^>]*>(.*?)</(?P=tag)>|portal-action__shut[^>]*>(.*?)</p>', re.S
)


@pytest.fixture
def situations(db: None, settings: Any, tmp_path: Path) -> None:
    settings.PORTAL_DEMO = True
    settings.PORTAL_CLOCK_FILE = str(tmp_path / "today")
    every_situation()
    clock.shift_to(TODAY)


@pytest.mark.slow
def test_every_line_of_every_home_leads_to_its_action(situations: None, client: Client) -> None:
    astray = []
    for role in EVERY_ROLE:
        client.force_login(somebody(role))
        todo = client.get("/").context["todo"]
        assert {task.label for task in todo} == {task.label for task in tasks_of(role)}, role
        for task in todo:
            for line in task.lines:
                actions = main_actions(client.get(line.url).content.decode())
                if not any(action.startswith(EXPECTED[task.label]) for action in actions):
                    astray.append(f"{role}, {task.label}, {line.label} {line.url}: {actions}")

    assert astray == []


def tasks_of(role: Role) -> list[Task]:
    return [task for task in TASKS if role in task.roles]


def main_actions(page: str) -> list[str]:
    main = page[page.index("<main") : page.index("</main>")]
    return [" ".join(re.sub("<[^>]+>", "", found[2] or found[3]).split()) for found in BUTTON.finditer(main)]
