"""The rows that wait for somebody: what each task of a home counts, before it is narrowed to a person's places."""

from collections.abc import Callable
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.utils import timezone

from conventions.enums import ConventionState
from conventions.enums import PieceKind as ConventionPiece
from conventions.models import Convention
from plannumerique.files.enums import PieceState
from plannumerique.files.models import Piece
from plannumerique.messages.models import Message
from plannumerique.notices.models import OutboxMail
from plannumerique.notices.services import MAIL_KEEPERS
from plannumerique.organisations.actor import Actor
from projects.enums import PEDAGOGICAL_ANCHORS, ApplicationState, DeadlineCode, OpinionKind, PieceKind
from projects.models import Application, CompletionPoint, Dossier, Opinion
from subsidies.enums import PaymentState, SubsidyState
from subsidies.models import EquipmentSubsidy, Payment, PurchaseOrder, ResourcesSubsidy

A, C, D, P = ApplicationState, ConventionState, DeadlineCode, SubsidyState

# A home shows so many rows of each task, and leads to the list for the others.


def applications(*states: ApplicationState) -> Callable[[Actor], QuerySet[Any]]:
    return lambda actor: Application.objects.filter(state__in=states).select_related("school", "phase", "dossier__collectivite")


def to_write(actor: Actor) -> QuerySet[Any]:
    """What the DANE gave back, and the drafts that may still be deposited: none once the phase is closed, but by derogation."""
    open_to_deposit = Q(phase__closes_at__gte=actor.at) | ~Q(late_derogation="") | Q(state=A.TO_COMPLETE)
    return applications(A.DRAFT, A.TO_COMPLETE)(actor).filter(open_to_deposit)


def to_deposit(actor: Actor) -> QuerySet[Any]:
    """Without those that wait only for the school: they come back once it has written its part, or answered."""
    asked = CompletionPoint.objects.unanswered().filter(application=OuterRef("pk"))
    of_the_school = Exists(asked.filter(anchor__in=PEDAGOGICAL_ANCHORS))
    of_the_collectivite = Exists(asked.exclude(anchor__in=PEDAGOGICAL_ANCHORS))
    of_the_director = Exists(Application.objects.awaiting_director_alone().filter(pk=OuterRef("pk")))
    return to_write(actor).filter(~of_the_school | of_the_collectivite).filter(~of_the_director)


def points_of_the_director(actor: Actor) -> QuerySet[Any]:
    asked = CompletionPoint.objects.unanswered().filter(application=OuterRef("pk"), anchor__in=PEDAGOGICAL_ANCHORS)
    return applications(A.TO_COMPLETE)(actor).filter(Exists(asked))


def to_convene(actor: Actor) -> QuerySet[Any]:
    """The dossiers whose retained applications wait for a draft; one under way takes them in on its own page."""
    retained = Application.objects.filter(dossier=OuterRef("pk"), state=A.RETAINED, under_convention=False)
    live = Convention.objects.live().filter(dossier=OuterRef("pk"))
    return dossiers(Dossier.objects.filter(Exists(retained), ~Exists(live)), unread=Value(0))


def to_read(actor: Actor) -> QuerySet[Any]:
    """The dossiers in which messages wait to be read by her, the latest first."""
    unread = Message.objects.expected_of(actor).unread_by(actor).order_by()
    here = unread.filter(thread=OuterRef("thread")).values("thread")
    waiting = Dossier.objects.filter(thread__in=unread.values("thread"))
    latest = Subquery(here.annotate(latest=Max("pk")).values("latest"))
    return dossiers(waiting, unread=Subquery(here.annotate(count=Count("pk")).values("count"))).order_by(latest.desc())


def dossiers(rows: QuerySet[Dossier], *, unread: Any) -> QuerySet[Any]:
    """With the same columns, so that both tasks about dossiers are one query."""
    return rows.select_related("collectivite", "campaign").annotate(unread=unread)


def conventions(*states: ConventionState) -> Callable[[Actor], QuerySet[Any]]:
    return lambda actor: Convention.objects.filter(state__in=states).select_related("dossier__collectivite")


def to_pass_over(actor: Actor) -> QuerySet[Any]:
    return Convention.objects.stopped_by_the_cbr().select_related("dossier__collectivite")


def to_advance(actor: Actor) -> QuerySet[Any]:
    """A draft only while something of the collectivité’s is missing: then the DANE checks its RIB and the DAN settles it.

    Nor a project that the contrôleur refused: the recteur passes over it, or the DANE negotiates it anew.
    """
    account = Q(siret="") | Q(iban="") | Q(iban_holder="") | Q(rib__isnull=True) | Q(rib__state=PieceState.REJECTED)
    calendar = Q(deployment_from__isnull=True) | Q(deployment_until__isnull=True)
    live = conventions(C.NEGOTIATION, C.SETTLED, C.CBR_GIVEN, C.DELIBERATED)(actor)
    refused = Convention.objects.stopped_by_the_cbr().filter(pk=OuterRef("pk"))
    return live.filter(~Q(state=C.NEGOTIATION) | account | calendar).filter(~Exists(refused))


def subsidies(*states: SubsidyState) -> Callable[[Actor], QuerySet[Any]]:
    return lambda actor: EquipmentSubsidy.objects.filter(state__in=states, held_since__isnull=True).select_related(
        "convention__dossier__collectivite"
    )


def without_order(actor: Actor) -> QuerySet[Any]:
    orders = PurchaseOrder.objects.filter(subsidy=OuterRef("pk")).exclude(state="rejected")
    waiting = subsidies(SubsidyState.CREATED, SubsidyState.NOTIFIED)(actor)
    return waiting.filter(~Exists(orders))


def an_order_is_accepted() -> Exists:
    return Exists(PurchaseOrder.objects.accepted().filter(subsidy=OuterRef("pk")))


def to_decide(actor: Actor) -> QuerySet[Any]:
    """Where the decision waits for an order, not before it is accepted: until then it is the collectivité's turn, then the DANE's."""
    waiting = subsidies(SubsidyState.CREATED, SubsidyState.DECISION_PREPARED, SubsidyState.DECISION_SIGNED)(actor)
    at_once = Q(convention__dossier__campaign__decision_waits_for_order=False)
    return waiting.filter(~Q(state=SubsidyState.CREATED) | at_once | an_order_is_accepted())


def acompte_to_request(actor: Actor) -> QuerySet[Any]:
    return subsidies(SubsidyState.NOTIFIED)(actor).filter(an_order_is_accepted(), acompte_rate__gt=0)


def acompte_to_prepare(actor: Actor) -> QuerySet[Any]:
    live = Payment.objects.live().filter(equipment=OuterRef("pk"), kind="acompte")
    return subsidies(SubsidyState.ACOMPTE_REQUESTED)(actor).filter(~Exists(live))


def payments(state: PaymentState) -> Callable[[Actor], QuerySet[Any]]:
    related = ("equipment__convention__dossier__collectivite", "resources__school", "resources__payee")
    return lambda actor: Payment.objects.filter(state=state).select_related(*related)


def grants(grants: Callable[[], QuerySet[ResourcesSubsidy]]) -> Callable[[Actor], QuerySet[Any]]:
    """Without those whose payment is under way: it waits for its validation, a task of its own."""
    live = Payment.objects.live().filter(resources=OuterRef("pk"))
    return lambda actor: grants().filter(~Exists(live)).select_related("school")


def to_validate(actor: Actor) -> QuerySet[Any]:
    """What this person prepared is somebody else's to validate; what is payable from March only waits for March."""
    payable = Q(pay_from__isnull=True) | Q(pay_from__lte=actor.today)
    return payments(PaymentState.PREPARED)(actor).filter(payable).exclude(preparer=actor.user)


_OF_CONVENTIONS = (ConventionPiece.RIB, ConventionPiece.DELIBERATION, ConventionPiece.SIGNED_BY_COLLECTIVITE)


def pieces(actor: Actor) -> QuerySet[Any]:
    kinds = [PieceKind.LETTER_OF_INTENT, PieceKind.QUOTE, *_OF_CONVENTIONS]
    return Piece.objects.awaiting_check().filter(kind__in=kinds).exclude(deposited_by=actor.user).select_related("thread")


def mails_in_trouble(actor: Actor) -> QuerySet[Any]:
    """The latest first: an act of today still has its effect to come. Real time, as the workers that send them."""
    mails = OutboxMail.objects.in_trouble(timezone.now()).seen_by(actor, MAIL_KEEPERS)
    return mails.defer("text", "html").order_by("-pk")


def rows_to_check(model: Any) -> Callable[[Actor], QuerySet[Any]]:
    return lambda actor: model.objects.awaiting_check().select_related("subsidy__convention__dossier__collectivite")


def opinions(kind: OpinionKind) -> Callable[[Actor], QuerySet[Any]]:
    given = Opinion.objects.filter(application=OuterRef("pk"), kind=kind)
    states = (ApplicationState.SUBMITTED, ApplicationState.ADMISSIBLE)
    return lambda actor: applications(*states)(actor).filter(~Exists(given))
