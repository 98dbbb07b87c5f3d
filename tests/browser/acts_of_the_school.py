"""What the director of the school does on the pages, along the nominal thread."""

from tests.browser.people import Person
from tests.browser.stage import Stage


def write_the_pedagogical_part(director: Person, stage: Stage) -> None:
    director.goes_to("Candidatures", str(stage.school))
    director.opens("Écrire la partie pédagogique")
    director.select("Collège référent", str(stage.college))
    director.fill(
        {
            "Titre du projet": "Écrire à plusieurs mains",
            "Projet pédagogique": "Les élèves écrivent, enregistrent et publient le journal de l’école.",
            "Refondation de l’école et réforme du collège": "Le socle commun, de la lecture à la publication.",
            "Déclinaison académique du plan numérique": "L’éducation aux médias.",
            "Équipe engagée": "Cinq enseignants d’exemple.",
            "Lien avec ce collège": "Un comité de rédaction commun avec la classe de sixième.",
        }
    )
    director.press("Remettre la partie pédagogique", then="La partie pédagogique est remise.")


def receive_the_classes(director: Person, stage: Stage) -> None:
    for number in (1, 2, 3):
        director.opens("Classes", f"{stage.school} – classe {number}")
        director.does("Enregistrer la réception", {"Numéro du bon de livraison": f"BL-{number}"}, then="réception")
