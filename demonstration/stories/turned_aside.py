"""Dossiers that leave the nominal thread: stopped, given up in part, given back, not selected."""

import datetime as dt

from conventions.rules import CbrSense
from demonstration import acts
from demonstration.scene import ClassName, Place
from demonstration.stories.given import CAP, PHASE_2, PHASE_3
from demonstration.story import Story
from plannumerique.messages.enums import Audience
from projects.enums import Anchor, OpinionKind
from projects.services import Point


def belfort(number: int) -> Story:
    """Stopped by an unfavourable opinion: the DANE may negotiate again, the recteur pass over it in writing."""
    schools = ("0900020H", "0900204H", "0900209N", "0900210P", "0900216W", "0900316E")
    colleges = ("0900017E", "0900295G")
    places = [
        Place(uai, colleges[rank % 2], ("14000", "14000", "14000"), f"Une classe mobile par niveau, école {rank + 1}", 50)
        for rank, uai in enumerate(schools)
    ]
    story = Story("belfort", "219000106", 3, places, number)
    story.open("2016-05-11").write("2016-06-02").submit("2016-06-14").admit("2016-06-20")
    story.select("2016-07-04", listed=PHASE_3)
    story.negotiate("2016-07-06", payee="2016-07-11", checked="2016-07-13", settled="2016-07-20")
    story.ask_cbr(
        "2016-08-22",
        received="2016-08-24",
        given="2016-09-06",
        sense=CbrSense.UNFAVOURABLE,
        motive="Coût par classe très supérieur au plafond du programme ; la part de la commune n’est pas financée.",
    )
    story.say(
        *("2016-09-08", "10:05", "dane2", Audience.COLLECTIVITE),
        "Bonjour,\nl’avis du contrôleur budgétaire est défavorable : le coût par classe lui paraît trop élevé. Pouvez-vous revoir "
        "l’équipement à la baisse, ou joindre le plan de financement de la part de la ville ?",
    )
    story.say(
        *("2016-09-13", "15:20", story.editor, Audience.COLLECTIVITE),
        "Bonjour,\nvous trouverez ci-joint le plan de financement. Le devis révisé sera présenté au conseil du 17 octobre.",
        joined="PLAN DE FINANCEMENT FICTIF",
    )
    story.say(
        *("2016-09-14", "09:15", "dane2", Audience.INTERNAL),
        "Plan de financement reçu. La DAF peut-elle dire s’il répond au motif de l’avis, avant que nous rouvrions la négociation ?",
    )
    return story


def luxeuil(number: int) -> Story:
    """A class is given up after the acompte: what was paid exceeds what is due."""
    places = [Place("0700986S", "0701192R", CAP, "Filmer la ville", bandwidth=15)]
    story = Story("luxeuil", "217003110", 2, places, number)
    story.open("2016-03-10").write("2016-03-21").submit("2016-03-30").admit("2016-04-12")
    story.select("2016-05-17", listed=PHASE_2)
    story.negotiate("2016-05-30", payee="2016-06-06", checked="2016-06-08", settled="2016-06-14")
    story.deliberate("2016-06-27", executory="2016-07-01", received="2016-07-05").sign("2016-07-06")
    story.countersign("2016-07-13", notified="2016-07-19")
    story.order("2016-07-21", accepted="2016-07-28").decide("2016-07-29", signed="2016-08-04", notified="2016-08-11")
    story.ask_acompte("2016-08-26").pay_acompte("2016-09-01", validated="2016-09-05", paid="2016-09-15")
    story.grant("2016-09-08", account="2016-09-14", prepared="2016-09-20", validated="2016-09-22", paid="2016-10-03")
    story.step(
        "2016-09-19",
        "14:05",
        story.editor,
        acts.renounce_class,
        name=ClassName("0700986S", 3),
        motive="Fermeture d’une classe à la rentrée : la troisième classe mobile n’a plus d’élèves.",
    ).tell("une classe mobile abandonnée")
    story.say(
        *("2016-09-16", "10:25", story.editor, Audience.COLLECTIVITE),
        "Bonjour, une classe de l’école a fermé à la rentrée. Pouvons-nous renoncer à la troisième classe mobile, déjà commandée ?",
    )
    story.say(
        *("2016-09-19", "09:05", "dane", Audience.COLLECTIVITE),
        "Oui : enregistrez l’abandon sur la page de la classe, avec son motif. L’acompte versé sera comparé à ce qui reste dû.",
    )
    story.say(
        *("2016-09-20", "11:30", "daf", Audience.INTERNAL),
        "Luxeuil renonce à une classe après l’acompte : un trop-perçu est probable. Prévenez-nous dès le service fait.",
    )
    story.deliver("2016-09-22").spend("2016-09-29", spent=("5000", "5000", "")).certify("2016-10-04")
    story.deposit("2016-10-06").constate("2016-10-12", checked="2016-10-10")
    story.step("2016-10-20", "11:05", "daf", acts.declare_overpaid).tell("trop-perçu constaté")
    return story


def delle(number: int) -> Story:
    """One school was not selected, the other stands on the waiting list."""
    places = [
        Place("0900152B", "0900007U", ("8000", "8000"), "Parler l’allemand plus tôt", bandwidth=9),
        Place("0900373S", "0900007U", ("6500",), "Calculer en jouant", bandwidth=35),
    ]
    story = Story("delle", "219000338", 3, places, number)
    story.open("2016-05-20").write("2016-06-13").submit("2016-06-16").admit("2016-06-29")
    motive = "Le projet ne dit pas encore comment les classes mobiles serviraient aux apprentissages."
    story.step(
        *("2016-07-04", "14:40", "dan", acts.set_aside),
        uai="0900152B",
        listed=PHASE_3,
        motive=motive,
    ).tell("une école non retenue")
    story.step("2016-07-04", "14:50", "dan", acts.put_on_waiting_list, uai="0900373S", listed=PHASE_3)
    return story


def morteau(number: int) -> Story:
    """A draft: the director wrote her part, nothing was ever deposited."""
    story = Story("morteau", "212504112", 3, [Place("0251305H", "0251090Z", ("8000", "8000"), "Écouter la montagne", 18)], number)
    return story.open("2016-05-23").write("2016-06-14")


def vesoul(number: int) -> Story:
    """Deposited late by derogation, given back to be completed."""
    story = Story("vesoul", "217005503", 3, [Place("0700981L", "0700785Y", ("8000", "7900"), "Lire chaque matin", 22)], number)
    story.open("2016-05-24").write("2016-06-15")
    story.step(
        *("2016-09-15", "10:15", "dane", acts.grant_derogation),
        motive="Le dossier, prêt le 17 juin, n’a pu être déposé : panne constatée par la DSI.",
    ).tell("dérogation de dépôt tardif")
    story.submit("2016-09-20")
    story.step("2016-09-26", "09:25", "dane", acts.reject_quote, motive="Le devis ne distingue pas les deux classes.")
    story.step(
        *("2016-09-26", "09:35", "dane", acts.request_completion),
        points=[
            Point(Anchor.QUOTE, "Joignez un devis détaillé par classe."),
            Point(Anchor.INFRASTRUCTURE, "Dites où l’armoire sera fermée à clé."),
        ],
        due_on=dt.date(2016, 10, 21),
    ).tell("candidature à compléter")
    story.step("2016-10-18", "10:50", story.editor, acts.deposit_new_quote)
    story.step(
        *("2016-10-18", "10:55", story.editor, acts.respond),
        anchor=Anchor.INFRASTRUCTURE,
        text="Dans la salle des maîtres, au rez-de-chaussée.",
    )
    story.step("2016-10-18", "11:00", story.editor, acts.complete)
    story.step("2016-10-25", "09:10", "dane", acts.check_application_pieces)
    text = "Projet clair, équipe engagée."
    story.step("2016-10-25", "11:30", "ien3", acts.give_opinions, kind=OpinionKind.IEN, text=text)
    return story.step("2016-10-26", "10:00", "dane", acts.admit).tell("candidature recevable")
