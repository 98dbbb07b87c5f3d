"""The figures of the demonstration, recomputed from the rows by other means than the rules that wrote them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from django.db.models import Max, Sum

from conventions.models import Convention, CoveredClass
from demonstration.stories import stories
from demonstration.story import Story
from plannumerique.files.models import IssuedDocument, LetterSeries
from plannumerique.lib.money import CENT, ZERO, euros
from plannumerique.lib.text import plural
from plannumerique.notices.enums import MailState
from plannumerique.notices.models import OutboxMail
from projects.models import Application, Dossier
from subsidies.enums import InvoiceState, PaymentKind, PaymentState
from subsidies.models import EquipmentSubsidy, InvoiceLine, Payment, ResourcesSubsidy

_CAP, _RATE, _GRANT = Decimal(8000), Decimal("0.5"), Decimal(500)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a dossier comes to at the end of the scenario, worked out by hand: euros, None for what never came."""

    state: str
    maximum: Decimal | None = None
    definitive: Decimal | None = None
    paid: Decimal = ZERO
    grants_paid: int = 0


def _expect(state: str, maximum: str = "", definitive: str = "", paid: str = "0", grants: int = 0) -> Expected:
    return Expected(
        state, Decimal(maximum) if maximum else None, Decimal(definitive) if definitive else None, Decimal(paid), grants
    )


EXPECTED: dict[str, Expected] = {
    "ornans": _expect("closed", "12000", "11950.25", "11950.25", 1),
    "chantrans": _expect("closed", "3600", "3166.66", "3166.66", 1),
    "besancon": _expect("closed", "144000", "141480", "141480", 12),
    "belfort": _expect("cbr_given", "72000"),
    "saint-vit": _expect("solde_paid", "15750", "15576.32", "15576.32", 2),
    "pontarlier": _expect("closed", "16000", "15960", "15960", 2),
    "hericourt": _expect("solde_paid", "11000", "11000", "11000"),
    "lons": _expect("acompte_paid", "12000", paid="6000"),
    "champagnole": _expect("solde_liquidated", "15800", "15794.20", "7900", 2),
    "dole": _expect("justified", "24000", paid="12000", grants=2),
    "luxeuil": _expect("overpaid", "12000", "5000", "6000", 1),
    "gray": _expect("acompte_paid", "3850", paid="1925"),
    "delle": _expect("not_retained, waiting_list"),
    "morteau": _expect("draft"),
    "vesoul": _expect("admissible"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """What the check prints of one dossier."""

    key: str
    name: str
    state: str
    letters: int
    payments: int
    paid: Decimal

    def __str__(self) -> str:
        letters, payments = plural(self.letters, one="lettre"), plural(self.payments, one="paiement")
        return f"{self.key:12} {self.name:18} {self.state:34} {letters:>11}  {payments:>12}  {euros(self.paid):>14}"


def lines() -> list[Line]:
    return [
        _line(story, Dossier.objects.select_related("collectivite").get(collectivite__siren=story.siren)) for story in stories()
    ]


def _line(story: Story, dossier: Dossier) -> Line:
    paid = Payment.objects.paid().filter(thread=dossier.thread_id)
    return Line(
        key=story.key,
        name=dossier.collectivite.name,
        state=", ".join(_shown_states(dossier)),
        letters=IssuedDocument.objects.filter(thread=dossier.thread_id).count(),
        payments=paid.count(),
        paid=_sum(paid.values_list("amount", flat=True)),
    )


def _shown_states(dossier: Dossier) -> list[str]:
    return list(dict.fromkeys(row.get_state_display() for row in _furthest(dossier)))


def _furthest(dossier: Dossier) -> list[EquipmentSubsidy | Convention | Application]:
    """The rows whose state tells where the dossier stands: its subsidy, else its convention, else its applications."""
    subsidy = EquipmentSubsidy.objects.filter(convention__dossier=dossier).first()
    if subsidy:
        return [subsidy]
    convention = Convention.objects.live().filter(dossier=dossier).first()
    return [convention] if convention else list(Application.objects.filter(dossier=dossier).order_by("pk"))


# --- What is wrong ---


def faults_at_the_end() -> Iterator[str]:
    """Where a dossier differs from what was worked out by hand."""
    for story in stories():
        dossier = Dossier.objects.get(collectivite__siren=story.siren)
        yield from (f"{story.key} : {fault}" for fault in _differences(dossier, EXPECTED[story.key]))


def _differences(dossier: Dossier, expected: Expected) -> Iterator[str]:
    states = sorted(str(row.state) for row in _furthest(dossier))
    convention = Convention.objects.live().filter(dossier=dossier).first()
    subsidy = EquipmentSubsidy.objects.filter(convention__dossier=dossier).first()
    found = Expected(
        state=", ".join(states),
        maximum=convention.subsidy_max if convention else None,
        definitive=subsidy.definitive_amount if subsidy else None,
        paid=subsidy.paid_total if subsidy else ZERO,
        grants_paid=ResourcesSubsidy.objects.filter(convention__dossier=dossier, state="paid").count(),
    )
    for name in ("state", "maximum", "definitive", "paid", "grants_paid"):
        if getattr(found, name) != getattr(expected, name):
            yield f"{name} {getattr(found, name)}, attendu {getattr(expected, name)}"


def faults_of_money() -> Iterator[str]:
    """What holds at every stop, whatever a dossier has come to."""
    for convention in Convention.objects.live().exclude(subsidy_max=None):
        yield from _faults_of_convention(convention)
    for subsidy in EquipmentSubsidy.objects.select_related("convention__dossier__collectivite"):
        yield from (f"{subsidy} : {fault}" for fault in _faults_of_subsidy(subsidy))
    for grant in ResourcesSubsidy.objects.select_related("school"):
        paid = _sum(Payment.objects.paid().filter(resources=grant).values_list("amount", flat=True))
        if grant.paid_total != paid or paid not in (ZERO, _GRANT):
            yield f"{grant} : versé {grant.paid_total}, paiements {paid}"


def _faults_of_convention(convention: Convention) -> Iterator[str]:
    forecasts = CoveredClass.objects.filter(covered_school__convention=convention).values_list("expense", flat=True)
    computed = sum((_share(expense) for expense in forecasts), ZERO)
    if convention.subsidy_max != computed:
        yield f"{convention} : maximum {convention.subsidy_max}, recalculé {computed}"


def _faults_of_subsidy(subsidy: EquipmentSubsidy) -> Iterator[str]:
    paid = Payment.objects.paid().filter(equipment=subsidy)
    total = _sum(paid.values_list("amount", flat=True))
    decided = subsidy.decided_amount or ZERO
    if subsidy.paid_total != total:
        yield f"versé {subsidy.paid_total}, somme des paiements {total}"
    if not total <= decided <= (subsidy.convention.subsidy_max or ZERO):
        yield f"versé {total}, décidé {decided}, convention {subsidy.convention.subsidy_max}"
    for acompte in paid.filter(kind=PaymentKind.ACOMPTE):
        if acompte.amount != _cut(decided * _RATE):
            yield f"acompte {acompte.amount}, la moitié de {decided}"
    if subsidy.definitive_amount is not None and subsidy.definitive_amount != min(_justified(subsidy), decided):
        yield f"définitive {subsidy.definitive_amount}, recalculée {min(_justified(subsidy), decided)}"
    if subsidy.state in ("solde_paid", "closed") and total != subsidy.definitive_amount:
        yield f"close à {total} pour {subsidy.definitive_amount}"


def _justified(subsidy: EquipmentSubsidy) -> Decimal:
    invoiced = InvoiceLine.objects.filter(invoice__subsidy=subsidy, invoice__state=InvoiceState.ACCEPTED)
    by_class: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for mobile_class, amount in invoiced.values_list("mobile_class_id", "amount_ttc"):
        by_class[mobile_class] += amount
    return sum((_share(spent) for spent in by_class.values()), ZERO)


def _share(expense: Decimal) -> Decimal:
    return _cut(min(expense, _CAP) * _RATE)


def _cut(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_DOWN)


def _sum(amounts: object) -> Decimal:
    return sum(amounts, ZERO)  # type: ignore[call-overload]  # a queryset of Decimal


def faults_of_letters() -> Iterator[str]:
    """Every letter has its bytes; in each series the numbers run from one without a gap."""
    for letter in IssuedDocument.objects.pending():
        yield f"La lettre {letter} n’est pas mise en page : {letter.render_error}"
    numbered = IssuedDocument.objects.values("series").order_by("series")
    last = dict(LetterSeries.objects.values_list("series", "last"))
    for row in numbered.annotate(highest=Max("number"), count=Sum(1)):
        if not row["highest"] == row["count"] == last[row["series"]]:
            yield f"Série {row['series']} : {row['count']} lettres, dernier numéro {row['highest']}"


def faults_of_mails() -> Iterator[str]:
    for mail in OutboxMail.objects.exclude(state=MailState.SENT).order_by("pk"):
        yield f"Courriel {mail.pk} ({mail.kind}) {mail.get_state_display()} : {mail.last_error}"


def mails_on_their_way() -> bool:
    return OutboxMail.objects.filter(state__in=[MailState.PENDING, MailState.SENDING]).exists()


def payments_paid() -> tuple[int, Decimal]:
    paid = Payment.objects.filter(state=PaymentState.PAID)
    return paid.count(), _sum(paid.values_list("amount", flat=True))
