"""Complete or constaté too late, by whoever's delay: the solde waits for March."""

from conventions.rules import CbrSense
from demonstration import acts
from demonstration.scene import Place
from demonstration.stories.given import CAP, PHASE_3
from demonstration.story import Story
from subsidies.enums import PurchaseChannel

_SCHOOLS_OF_BESANCON = (
    *("0250182M", "0250208R", "0250242C", "0251194M", "0251294W", "0251355M"),
    *("0251547W", "0251608M", "0251609N", "0251617X", "0251661V", "0251722L"),
)


def _places_of_besancon() -> list[Place]:
    colleges = ("0250009Z", "0250012C", "0251208C", "0251573Z")
    titles = ("Enquêter dans le quartier", "Raconter les sciences", "Compter, mesurer, prouver", "Dire et mettre en scène")
    return [
        Place(uai, colleges[rank % 4], CAP, f"{titles[rank % 4]}, groupe {rank + 1}", bandwidth=100)
        for rank, uai in enumerate(_SCHOOLS_OF_BESANCON)
    ]


def besancon(number: int) -> Story:
    """Twelve schools of three classes: above the threshold of the contrôle budgétaire, which is favourable."""
    schools = _SCHOOLS_OF_BESANCON
    story = Story("besancon", "212500565", 3, _places_of_besancon(), number)
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


def pontarlier(number: int) -> Story:
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


def hericourt(number: int) -> Story:
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
