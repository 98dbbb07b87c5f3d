"""Signed after the summer, and still under way."""

import datetime as dt

from demonstration import acts
from demonstration.scene import Place
from demonstration.stories.given import CAP, PHASE_3
from demonstration.story import Story
from subsidies.enums import PurchaseChannel


def lons(number: int) -> Story:
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


def champagnole(number: int) -> Story:
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


def dole(number: int) -> Story:
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


def gray(number: int) -> Story:
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
