"""The dossiers of the demonstration. The places are genuine; what happens there, and to whom, is invented.

`tests/portal/test_demonstration.py` holds what each must come to, computed by hand.
"""

import datetime as dt

from conventions.rules import CbrSense
from demonstration import acts
from demonstration.scene import ClassName, Place
from demonstration.story import Story
from plannumerique.messages.enums import Audience
from projects.enums import Anchor, OpinionKind
from projects.services import Point
from subsidies.enums import PurchaseChannel

PHASE_2 = "liste nationale de la phase 2 (date d’exemple)"
PHASE_3 = "liste nationale de la phase 3 (date d’exemple)"
CAP = ("8000", "8000", "8000")


def stories() -> list[Story]:
    """In the order of their numbers; a new one goes to the end, since the others have been played."""
    return [
        *(_ornans(1), _chantrans(2), _besancon(3), _belfort(4), _saint_vit(5), _pontarlier(6), _hericourt(7)),
        *(_lons(8), _champagnole(9), _dole(10), _luxeuil(11), _gray(12), _delle(13), _morteau(14), _vesoul(15)),
    ]


def _ornans(number: int) -> Story:
    """The nominal thread: complete and constaté before the limit, paid before 7 December."""
    places = [Place("0251876D", "0251129S", CAP, "Écrire et publier à plusieurs", bandwidth=80)]
    story = Story("ornans", "200055903", 2, places, number)
    story.open("2016-03-04").write("2016-03-15").submit("2016-03-22").admit("2016-04-06")
    story.select("2016-05-17", listed=PHASE_2)
    story.negotiate("2016-05-24", payee="2016-05-27", checked="2016-05-30", settled="2016-06-06")
    story.deliberate("2016-06-20", executory="2016-06-24", received="2016-06-28").sign("2016-06-30")
    story.countersign("2016-07-05", notified="2016-07-08")
    story.order("2016-07-12", accepted="2016-07-18").decide("2016-07-20", signed="2016-07-26", notified="2016-07-29")
    story.ask_acompte("2016-08-23").pay_acompte("2016-08-29", validated="2016-08-31", paid="2016-09-09")
    story.grant("2016-09-05", account="2016-09-08", prepared="2016-09-14", validated="2016-09-15", paid="2016-09-23")
    story.deliver("2016-09-13").spend("2016-09-23", spent=("7900.50", "8000", "9100")).certify("2016-09-30")
    director, school = "direction.0251876D", "0251876D"
    story.say(
        *("2016-09-15", "12:10", director, Audience.SCHOOL),
        "Bonjour, les tablettes de la deuxième classe ne trouvent pas le réseau de l’école. Est-ce à nous de les y inscrire ?",
        uai=school,
    )
    story.say(
        *("2016-09-16", "09:35", "dane", Audience.SCHOOL),
        "Bonjour, non : l’ERUN passe lundi avec la clé du réseau. Gardez-les chargées dans leur valise d’ici là.",
        uai=school,
    )
    story.say(*("2016-09-20", "16:50", director, Audience.SCHOOL), "C’est fait, tout fonctionne. Merci !", uai=school)
    story.deposit("2016-10-03").constate("2016-10-07", checked="2016-10-05")
    story.say(
        *("2016-10-07", "11:40", "dane", Audience.ALL),
        "Le service fait est constaté : le solde suit. La DANE viendra voir les classes en novembre, nous vous proposerons une date.",
    )
    story.liquidate("2016-10-18").pay_solde("2016-11-03", paid="2016-11-16", closed="2016-11-25")
    return story


def _chantrans(number: int) -> Story:
    """A commune of 419 inhabitants whose only class costs less than planned."""
    story = Story("chantrans", "212501209", 2, [Place("0250347S", "0251129S", ("7200",), "Lire le paysage", bandwidth=8)], number)
    story.open("2016-03-07").write("2016-03-17").submit("2016-03-25").admit("2016-04-07")
    story.select("2016-05-17", listed=PHASE_2)
    story.negotiate("2016-05-25", payee="2016-06-01", checked="2016-06-03", settled="2016-06-08")
    story.deliberate("2016-06-17", executory="2016-06-22", received="2016-06-27").sign("2016-06-28")
    story.countersign("2016-07-06", notified="2016-07-11")
    story.order("2016-07-13", accepted="2016-07-19", channel=PurchaseChannel.UGAP)
    story.decide("2016-07-21", signed="2016-07-27", notified="2016-08-02")
    story.ask_acompte("2016-08-24").pay_acompte("2016-08-30", validated="2016-09-01", paid="2016-09-12")
    story.grant("2016-09-06", account="2016-09-12", prepared="2016-09-15", validated="2016-09-16", paid="2016-09-26")
    story.deliver("2016-09-14").spend("2016-09-21", spent=("6333.33",)).certify("2016-09-26")
    story.deposit("2016-09-27").constate("2016-10-03", checked="2016-09-29")
    story.liquidate("2016-10-06").pay_solde("2016-10-13", paid="2016-10-25", closed="2016-11-04")
    return story


def _besancon(number: int) -> Story:
    """Twelve schools of three classes: above the threshold of the contrôle budgétaire, which is favourable."""
    colleges = ("0250009Z", "0250012C", "0251208C", "0251573Z")
    schools = (
        *("0250182M", "0250208R", "0250242C", "0251194M", "0251294W", "0251355M"),
        *("0251547W", "0251608M", "0251609N", "0251617X", "0251661V", "0251722L"),
    )
    titles = ("Enquêter dans le quartier", "Raconter les sciences", "Compter, mesurer, prouver", "Dire et mettre en scène")
    places = [
        Place(uai, colleges[rank % 4], CAP, f"{titles[rank % 4]}, groupe {rank + 1}", bandwidth=100)
        for rank, uai in enumerate(schools)
    ]
    story = Story("besancon", "212500565", 3, places, number)
    story.open("2016-05-09").write("2016-05-31").submit("2016-06-10").admit("2016-06-16", dsi="Filtrage académique en place.")
    story.select("2016-07-04", listed=PHASE_3)
    story.negotiate("2016-07-05", payee="2016-07-06", checked="2016-07-07", settled="2016-07-08")
    story.ask_cbr(
        "2016-07-11",
        received="2016-07-12",
        question=("2016-07-18", "2016-07-20"),
        given="2016-07-27",
        sense=CbrSense.FAVOURABLE,
        motive="Crédits disponibles, échéancier soutenable.",
    )
    story.deliberate("2016-07-07", executory="2016-07-28", received="2016-07-29").sign("2016-08-02")
    story.countersign("2016-08-22", notified="2016-08-24")
    story.order("2016-08-25", accepted="2016-08-30", channel=PurchaseChannel.UGAP)
    story.decide("2016-08-31", signed="2016-09-06", notified="2016-09-09")
    story.ask_acompte("2016-09-12").pay_acompte("2016-09-14", validated="2016-09-19", paid="2016-09-29")
    story.grant("2016-09-20", account="2016-09-27", prepared="2016-10-05", validated="2016-10-12", paid="2016-10-28")
    story.deliver("2016-10-06", only=schools[:4]).deliver("2016-11-08", only=schools[4:])
    story.spend("2016-11-24", spent=("7860",) * 36).certify("2016-11-29").deposit("2016-12-01")
    story.step(
        "2016-12-05",
        "10:35",
        "dane",
        acts.request_statement_completion,
        motive="La facture ne dit pas les numéros de série : joignez la liste remise par le fournisseur.",
    ).tell("justificatifs à compléter")
    story.deposit("2016-12-12").constate("2016-12-16", checked="2016-12-14")
    story.liquidate("2017-01-12").pay_solde("2017-03-02", paid="2017-03-14", closed="2017-03-24")
    return story


def _belfort(number: int) -> Story:
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


def _saint_vit(number: int) -> Story:
    """The statement comes back signed on paper, on the eve of the last day."""
    places = [
        Place("0250863C", "0251394E", ("7500", "8400"), "Construire un récit en images", bandwidth=30),
        Place("0251392C", "0251394E", ("8000", "8000"), "Apprendre à chercher", bandwidth=30),
    ]
    story = Story("saint-vit", "212505275", 2, places, number)
    story.open("2016-03-09").write("2016-03-18").submit("2016-03-29").admit("2016-04-11")
    story.select("2016-05-17", listed=PHASE_2)
    story.negotiate("2016-05-26", payee="2016-06-02", checked="2016-06-06", settled="2016-06-10")
    story.deliberate("2016-06-23", executory="2016-06-29", received="2016-07-01").sign("2016-07-04")
    story.countersign("2016-07-12", notified="2016-07-18")
    story.order("2016-07-20", accepted="2016-07-27").decide("2016-07-28", signed="2016-08-03", notified="2016-08-10")
    story.ask_acompte("2016-08-25").pay_acompte("2016-08-31", validated="2016-09-02", paid="2016-09-14")
    story.grant("2016-09-07", account="2016-09-13", prepared="2016-09-19", validated="2016-09-21", paid="2016-09-30")
    story.deliver("2016-09-27").spend("2016-10-05", spent=("7512.36", "8399.40", "8100", "7640.28"))
    story.certify_on_paper("2016-10-11", signed="2016-10-12").deposit("2016-10-13")
    story.constate("2016-10-14", checked="2016-10-14")
    story.liquidate("2016-11-02").pay_solde("2016-11-21", paid="2016-12-02")
    return story


def _pontarlier(number: int) -> Story:
    """Complete on 17 October: two days too late, so the solde waits for March. A third school was not selected."""
    places = [
        Place("0250779L", "0251677M", ("8000", "8000"), "Mesurer le froid", bandwidth=40),
        Place("0250783R", "0251677M", ("8000", "8000"), "Écrire avec un autre pays", bandwidth=40),
        Place("0251306J", "0251524W", ("8000", "8000"), "Programmer un parcours", bandwidth=4),
    ]
    story = Story("pontarlier", "212504625", 3, places, number)
    story.open("2016-05-12").write("2016-06-03").submit("2016-06-13").admit("2016-06-21")
    story.select("2016-07-04", listed=PHASE_3, without=["0251306J"])
    story.step(
        "2016-07-04",
        "14:20",
        "dan",
        acts.set_aside,
        uai="0251306J",
        listed=PHASE_3,
        motive="Le débit de l’école ne permet pas encore l’usage de tablettes ; le projet peut être présenté de nouveau.",
    ).tell("une école non retenue")
    story.negotiate("2016-07-07", payee="2016-07-12", checked="2016-07-13", settled="2016-07-18")
    story.deliberate("2016-07-19", executory="2016-07-25", received="2016-07-27").sign("2016-07-29")
    story.countersign("2016-08-23", notified="2016-08-25")
    story.order("2016-08-26", accepted="2016-08-31").decide("2016-09-01", signed="2016-09-07", notified="2016-09-12")
    story.ask_acompte("2016-09-13").pay_acompte("2016-09-20", validated="2016-09-22", paid="2016-10-04")
    story.grant("2016-09-21", account="2016-09-28", prepared="2016-10-06", validated="2016-10-13", paid="2016-10-27")
    story.deliver("2016-10-05").spend("2016-10-11", spent=("7980", "7980", "7980", "7980", "", "")).certify("2016-10-14")
    story.deposit("2016-10-17").constate("2016-10-20", checked="2016-10-19")
    story.liquidate("2016-11-08").pay_solde("2017-03-01", paid="2017-03-07", closed="2017-03-16")
    return story


def _hericourt(number: int) -> Story:
    """Complete on the 12th, constaté on the 18th: the delay is the DANE's, and the solde slips to March all the same."""
    places = [Place("0700469E", "0700787A", ("7000", "7000", "9000"), "Observer les étoiles", bandwidth=25)]
    story = Story("hericourt", "217002856", 3, places, number)
    story.open("2016-05-13").write("2016-06-06").submit("2016-06-15").admit("2016-06-22")
    story.select("2016-07-04", listed=PHASE_3)
    story.negotiate("2016-07-08", payee="2016-07-13", checked="2016-07-15", settled="2016-07-19")
    story.deliberate("2016-07-21", executory="2016-07-26", received="2016-07-28").sign("2016-08-01")
    story.countersign("2016-08-24", notified="2016-08-26")
    story.order("2016-08-29", accepted="2016-09-01").decide("2016-09-02", signed="2016-09-08", notified="2016-09-13")
    story.ask_acompte("2016-09-14").pay_acompte("2016-09-21", validated="2016-09-23", paid="2016-10-05")
    story.grant("2016-09-22", account="2016-09-29")
    story.deliver("2016-09-29").spend("2016-10-06", spent=("6999.60", "7000.80", "9480.60")).certify("2016-10-11")
    story.deposit("2016-10-12").constate("2016-10-18", checked="2016-10-17")
    story.liquidate("2016-11-09").pay_solde("2017-03-02", paid="2017-03-08")
    return story


def _lons(number: int) -> Story:
    """The text is settled; the assembly sits on 17 October only."""
    places = [Place("0390551M", "0390907Z", CAP, "Débattre et décider", bandwidth=60)]
    story = Story("lons", "213903008", 3, places, number)
    story.open("2016-05-16").write("2016-06-07").submit("2016-06-16").admit("2016-06-23")
    story.select("2016-07-04", listed=PHASE_3)
    story.negotiate("2016-07-11", payee="2016-08-30", checked="2016-09-02", settled="2016-09-08")
    story.step("2016-09-12", "09:55", story.editor, acts.tell_next_sitting, on=dt.date(2016, 10, 17))
    story.deliberate("2016-10-17", executory="2016-10-21", received="2016-10-24").sign("2016-10-26")
    story.countersign(
        "2016-11-07",
        notified="2016-11-09",
        late="Le conseil municipal ne pouvait se réunir avant le 17 octobre : installation retardée.",
    )
    story.order("2016-11-14", accepted="2016-11-18").decide("2016-11-22", signed="2016-11-29", notified="2016-12-14")
    story.ask_acompte("2016-12-16").pay_acompte("2017-01-10", validated="2017-01-12", paid="2017-01-25")
    story.grant("2017-01-11", account="2017-01-18", prepared="2017-02-07")
    story.deliver("2017-02-14")
    return story


def _champagnole(number: int) -> Story:
    """The recteur signs after 1 September, and says why."""
    places = [
        Place("0391051F", "0390961H", ("8000", "8000"), "Jardiner avec des capteurs", bandwidth=20),
        Place("0391163C", "0390961H", ("8000", "7600"), "Tenir une radio d’école", bandwidth=20),
    ]
    story = Story("champagnole", "213900970", 3, places, number)
    story.open("2016-05-17").write("2016-06-08").submit("2016-06-16").admit("2016-06-24")
    story.select("2016-07-04", listed=PHASE_3)
    story.negotiate("2016-07-12", payee="2016-07-19", checked="2016-07-20", settled="2016-07-22")
    story.deliberate("2016-08-29", executory="2016-09-05", received="2016-09-07").sign("2016-09-09")
    story.countersign(
        "2016-09-14", notified="2016-09-16", late="Le conseil municipal n’a pu délibérer que le 29 août, après la pause de l’été."
    )
    story.order("2016-09-20", accepted="2016-09-26", channel=PurchaseChannel.PRESTATAIRE)
    story.decide("2016-09-27", signed="2016-09-30", notified="2016-10-05").ask_acompte("2016-10-06")
    story.pay_acompte("2016-10-11", validated="2016-10-14", paid="2016-10-26")
    story.grant("2016-10-17", account="2016-11-07", prepared="2016-11-10", validated="2016-11-14", paid="2016-11-23")
    story.deliver("2016-11-15").spend("2016-11-28", spent=("7999.20", "7999.20", "8000.40", "7590")).certify("2016-12-02")
    story.deposit("2016-12-05").constate("2016-12-13", checked="2016-12-09")
    story.liquidate("2017-01-17")
    return story


def _dole(number: int) -> Story:
    """A groupement buys through a purchasing body: the coordinator orders, each member has its share."""
    places = [
        Place("0390350U", "0390797E", CAP, "Comprendre la rivière", bandwidth=45),
        Place("0390352W", "0390800H", CAP, "Chanter ensemble à distance", bandwidth=45),
    ]
    story = Story("dole", "213901986", 3, places, number)
    story.open("2016-05-18").write("2016-06-09").submit("2016-06-16").admit("2016-06-27")
    story.select("2016-07-04", listed=PHASE_3)
    story.negotiate("2016-07-13", payee="2016-07-20", checked="2016-07-21", settled="2016-07-25")
    story.deliberate("2016-07-26", executory="2016-08-01", received="2016-08-03").sign("2016-08-05")
    story.countersign("2016-08-25", notified="2016-08-30")
    story.order(
        "2016-10-04", accepted="2016-10-11", channel=PurchaseChannel.GROUPEMENT, coordinator="CA du Grand Dole, coordonnateur"
    )
    story.decide("2016-10-13", signed="2016-10-18", notified="2016-10-21").ask_acompte("2016-10-24")
    story.pay_acompte("2016-11-04", validated="2016-11-08", paid="2016-11-18")
    story.grant("2016-10-24", account="2016-11-08", prepared="2016-11-14", validated="2016-11-16", paid="2016-11-25")
    story.deliver("2016-12-06").spend("2017-01-19", spent=("8000", "7800", "7800", "8000", "7800", "7800"))
    story.certify("2017-02-02").deposit("2017-02-06")
    return story


def _luxeuil(number: int) -> Story:
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


def _gray(number: int) -> Story:
    """Signed by the collectivité, waiting for the recteur."""
    story = Story("gray", "217002799", 3, [Place("0700830X", "0700010F", ("7700",), "Cartographier l’école", 12)], number)
    story.open("2016-05-19").write("2016-06-10").submit("2016-06-16").admit("2016-06-28")
    story.select("2016-07-04", listed=PHASE_3)
    story.negotiate("2016-07-18", payee="2016-08-29", checked="2016-09-01", settled="2016-09-06")
    story.deliberate("2016-09-19", executory="2016-09-27", received="2016-09-30").sign("2016-10-05")
    story.countersign("2016-10-12", notified="2016-10-14", late="Négociation rouverte à la demande de la commune pendant l’été.")
    story.order("2016-11-03", accepted="2016-11-10").decide("2016-11-15", signed="2016-11-22", notified="2016-11-28")
    story.ask_acompte("2016-12-01").pay_acompte("2016-12-12", validated="2016-12-14", paid="2017-01-11")
    story.grant("2016-12-02", account="2016-12-08")
    story.deliver("2017-01-24").spend("2017-02-09", spent=("7680",))
    return story


def _delle(number: int) -> Story:
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


def _morteau(number: int) -> Story:
    """A draft: the director wrote her part, nothing was ever deposited."""
    story = Story("morteau", "212504112", 3, [Place("0251305H", "0251090Z", ("8000", "8000"), "Écouter la montagne", 18)], number)
    return story.open("2016-05-23").write("2016-06-14")


def _vesoul(number: int) -> Story:
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
