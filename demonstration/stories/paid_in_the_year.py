"""Complete and constaté before the limit: the solde is paid before 7 December."""

from demonstration.scene import Place
from demonstration.stories.given import CAP, PHASE_2
from demonstration.story import Story
from plannumerique.messages.enums import Audience
from subsidies.enums import PurchaseChannel


def ornans(number: int) -> Story:
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


def chantrans(number: int) -> Story:
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


def saint_vit(number: int) -> Story:
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
