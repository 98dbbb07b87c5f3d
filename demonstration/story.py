"""How a dossier's life is told: dated steps, each one act of one person, in chapters that most dossiers share."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Concatenate, ParamSpec, Self
from zoneinfo import ZoneInfo

from conventions.rules import CbrSense
from demonstration import acts
from demonstration.people import Parties
from demonstration.scene import ClassName, Place, Scene
from plannumerique.messages.enums import Audience
from plannumerique.organisations.actor import Actor
from projects.enums import OpinionKind
from subsidies.enums import PaymentKind, PurchaseChannel

PARIS = ZoneInfo("Europe/Paris")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Step:
    """One act, of one person (nobody: of the portal), at one instant. `told` is what the play says once it is done."""

    at: dt.datetime
    who: str
    name: str
    act: Callable[[Scene, Actor], None]
    told: str = ""


@dataclass(slots=True)
class Story:
    """One dossier, from its opening to where its steps leave it."""

    key: str
    siren: str
    phase: int
    places: Sequence[Place]
    number: int
    steps: list[Step] = field(default_factory=list)

    @property
    def editor(self) -> str:
        return f"editeur.{self.key}"

    @property
    def mayor(self) -> str:
        return f"maire.{self.key}"

    def parties(self) -> Parties:
        colleges = tuple(dict.fromkeys(place.college for place in self.places))
        return Parties(self.key, self.siren, tuple(place.uai for place in self.places), colleges)

    def class_names(self) -> list[ClassName]:
        return [ClassName(place.uai, number) for place in self.places for number in range(1, len(place.forecasts) + 1)]

    def forecast(self) -> dict[ClassName, Decimal]:
        amounts = [Decimal(amount) for place in self.places for amount in place.forecasts]
        return dict(zip(self.class_names(), amounts, strict=True))

    def step(
        self,
        day: str,
        hour: str,
        who: str,
        act: Callable[Concatenate[Scene, Actor, P], None],
        *args: P.args,
        **given: P.kwargs,
    ) -> Self:
        at = dt.datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=PARIS) + dt.timedelta(minutes=self.number)

        def played(scene: Scene, actor: Actor) -> None:
            act(scene, actor, *args, **given)

        self.steps.append(Step(at, who, act.__name__, played))
        return self

    def tell(self, words: str) -> Self:
        """What the last step has come to."""
        self.steps[-1] = replace(self.steps[-1], told=words)
        return self

    def in_time(self) -> list[Step]:
        """The chapters overlap: the resources are paid while the equipment is ordered."""
        return sorted(self.steps, key=lambda step: step.at)

    def say(self, day: str, hour: str, who: str, to: Audience, text: str, *, uai: str = "", joined: str = "") -> Self:
        return self.step(day, hour, who, acts.write_message, to=to, text=text, uai=uai, joined=joined)

    # --- Chapters ---

    def open(self, day: str) -> Self:
        self.step(day, "09:30", self.editor, acts.open_dossier)
        return self.step(day, "14:10", self.editor, acts.describe_schools).tell("dossier ouvert")

    def write(self, day: str) -> Self:
        for place in self.places:
            self.step(day, "16:45", f"direction.{place.uai}", acts.write_pedagogy, uai=place.uai)
        return self

    def submit(self, day: str) -> Self:
        self.step(day, "10:20", self.editor, acts.deposit_application_pieces)
        return self.step(day, "11:40", self.mayor, acts.submit).tell("candidature déposée")

    def admit(self, day: str, *, dsi: str = "") -> Self:
        self.step(day, "09:15", "dane", acts.check_application_pieces)
        if dsi:
            self.step(day, "10:30", "dsi", acts.give_opinions, kind=OpinionKind.DSI, text=dsi)
        return self.step(day, "15:20", "dane", acts.admit).tell("candidature recevable")

    def select(self, day: str, *, listed: str, without: Iterable[str] = ()) -> Self:
        return self.step(day, "14:00", "dan", acts.retain, listed=listed, without=tuple(without)).tell("sélection enregistrée")

    def negotiate(self, day: str, *, payee: str, checked: str, settled: str) -> Self:
        self.step(day, "09:00", "dane2", acts.open_convention)
        self.step(day, "09:40", "dane2", acts.negotiate)
        self.step(payee, "11:00", self.editor, acts.describe_payee)
        self.step(checked, "08:50", "dane2", acts.check_rib)
        return self.step(settled, "14:30", "dan", acts.settle).tell("projet de convention arrêté")

    def ask_cbr(
        self, day: str, *, received: str, given: str, sense: CbrSense, motive: str, question: tuple[str, str] | None = None
    ) -> Self:
        self.step(day, "10:00", "dane2", acts.request_cbr)
        self.step(received, "15:00", "dane2", acts.record_cbr_reception)
        if question:
            self.step(question[0], "09:10", "dane2", acts.record_cbr_request)
            self.step(question[1], "16:10", "dane2", acts.record_cbr_answer)
        told = f"avis du CBR : {sense.label}"
        return self.step(given, "15:30", "dane2", acts.record_cbr_opinion, sense=sense, motive=motive).tell(told)

    def deliberate(self, sitting: str, *, executory: str, received: str) -> Self:
        self.step(executory, "15:15", self.editor, acts.record_deliberation, on=dt.date.fromisoformat(sitting))
        self.step(received, "09:20", "dane2", acts.check_deliberation)
        return self.step(received, "09:25", "dane2", acts.receive_deliberation).tell("délibération exécutoire reçue")

    def sign(self, day: str) -> Self:
        return self.step(day, "10:45", self.mayor, acts.sign_for_collectivite).tell("signature de la collectivité")

    def countersign(self, day: str, *, notified: str, late: str = "") -> Self:
        self.step(day, "09:10", "dane2", acts.check_signed_copy)
        self.step(day, "17:00", "recteur", acts.sign_for_recteur, late=late)
        return self.step(notified, "11:30", "dane2", acts.notify_convention).tell("convention notifiée")

    def order(
        self, day: str, *, accepted: str = "", channel: PurchaseChannel = PurchaseChannel.ALONE, coordinator: str = ""
    ) -> Self:
        number, shares = f"BC-2016-{self.number:03}", self.forecast()
        self.step(
            *(day, "11:20", self.editor, acts.deposit_order),
            number=number,
            shares=shares,
            channel=channel,
            coordinator=coordinator,
        ).tell("bon de commande déposé")
        if accepted:
            self.step(accepted, "14:40", "dane", acts.accept_orders).tell("bon de commande accepté")
        return self

    def decide(self, day: str, *, signed: str, notified: str = "") -> Self:
        self.step(day, "09:50", "daf", acts.prepare_decision)
        self.step(signed, "16:20", "secretaire", acts.sign_decision).tell("décision attributive signée")
        self.step(signed, "16:50", "daf", acts.record_ej)
        if notified:
            self.step(notified, "10:10", "daf", acts.notify_decision).tell("décision notifiée")
        return self

    def ask_acompte(self, day: str) -> Self:
        return self.step(day, "14:20", self.editor, acts.request_acompte).tell("acompte demandé")

    def pay_acompte(self, prepared: str, *, validated: str, paid: str) -> Self:
        self.step(prepared, "10:40", "daf", acts.prepare_acompte)
        self.step(validated, "15:10", "valideur", acts.validate_payments, kind=PaymentKind.ACOMPTE)
        return self.step(paid, "09:05", "daf", acts.record_payments, kind=PaymentKind.ACOMPTE).tell("acompte versé")

    def deliver(self, day: str, *, only: Iterable[str] = ()) -> Self:
        wanted = tuple(only) or tuple(place.uai for place in self.places)
        for uai in wanted:
            self.step(day, "13:45", f"direction.{uai}", acts.receive_classes, uai=uai)
        return self.tell("classes mobiles reçues")

    def spend(self, day: str, *, spent: Sequence[str], suffix: str = "") -> Self:
        """`spent`: what each class cost, TTC, in the order of the schools and their classes; empty for one not bought."""
        cost = {name: Decimal(amount) for name, amount in zip(self.class_names(), spent, strict=True) if amount}
        number = f"F-2016-{self.number:03}{suffix}"
        return self.step(day, "11:10", self.editor, acts.enter_invoice, number=number, cost=cost)

    def certify(self, day: str) -> Self:
        return self.step(day, "15:00", self.mayor, acts.certify_statement)

    def certify_on_paper(self, day: str, *, signed: str) -> Self:
        self.step(day, "09:45", self.editor, acts.lay_out_statement)
        return self.step(signed, "16:15", self.editor, acts.record_signed_statement).tell("état récapitulatif signé sur papier")

    def deposit(self, day: str) -> Self:
        return self.step(day, "16:30", self.editor, acts.deposit_statement).tell("justificatifs déposés")

    def constate(self, day: str, *, checked: str) -> Self:
        self.step(checked, "09:30", "dane", acts.accept_invoices)
        return self.step(day, "11:15", "dan", acts.certify_service_fait).tell("service fait constaté")

    def liquidate(self, day: str) -> Self:
        return self.step(day, "10:25", "daf", acts.liquidate_solde).tell("solde liquidé")

    def pay_solde(self, validated: str, *, paid: str, closed: str = "") -> Self:
        self.step(validated, "14:50", "valideur", acts.validate_payments, kind=PaymentKind.SOLDE)
        self.step(paid, "09:35", "daf", acts.record_payments, kind=PaymentKind.SOLDE).tell("solde versé")
        if closed:
            self.step(closed, "11:50", "daf", acts.close).tell("subvention close")
        return self

    def grant(self, notified: str, *, account: str, prepared: str = "", validated: str = "", paid: str = "") -> Self:
        """The resources of each school, to its collège."""
        self.step(notified, "15:40", "daf", acts.notify_grants).tell("dotations de ressources notifiées")
        for college in self.parties().colleges:
            self.step(account, "10:05", f"gestion.{college}", acts.record_college_account, college=college)
        if prepared:
            self.step(prepared, "09:20", "daf", acts.prepare_grants)
        if validated:
            self.step(validated, "16:05", "valideur", acts.validate_payments, kind=PaymentKind.RESOURCES)
        if paid:
            self.step(paid, "09:15", "daf", acts.record_payments, kind=PaymentKind.RESOURCES).tell(
                "dotations de ressources versées"
            )
        return self
