"""What is expected of a person, computed from the states of the rows and from her memberships; never stored.

Each task asks one bounded question of the database, and only of the people whose role it concerns.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.urls import reverse
from django.utils import timezone

from conventions.enums import ConventionState
from conventions.enums import PieceKind as ConventionPiece
from conventions.models import Convention
from deployments.models import MobileClass
from plannumerique.files.enums import PieceState
from plannumerique.files.models import Piece
from plannumerique.lib.text import french_list, plural
from plannumerique.messages.models import Message
from plannumerique.messages.permissions import can_write_message
from plannumerique.notices.models import OutboxMail
from plannumerique.notices.services import MAIL_KEEPERS
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, DAF, DANE, LEVEL_OF_ROLE, Level, Role
from projects.enums import PEDAGOGICAL_ANCHORS, ApplicationState, DeadlineCode, OpinionKind, PieceKind
from projects.models import Application, Campaign, CampaignDeadline, CompletionPoint, Dossier, Opinion
from subsidies.enums import PaymentState, SubsidyState
from subsidies.models import EquipmentSubsidy, Invoice, Payment, PurchaseOrder, ResourcesSubsidy

A, C, D, P = ApplicationState, ConventionState, DeadlineCode, SubsidyState

# A home shows so many rows of each task, and leads to the list for the others.
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of work: whose it is, which rows wait for it, where the whole list is."""

    label: str
    roles: tuple[Role, ...]
    waiting: Callable[[Actor], QuerySet[Any]]
    listing: str = ""
    query: str = ""
    school: str = "school"  # the relation by which a row is a school's
    row_due: str = ""  # the date of the row that this task looks at, where the row has several
    due: DeadlineCode | None = None
    of_person: bool = False  # `waiting` knows by itself what is this person's

    def scoped(self, actor: Actor) -> QuerySet[Any]:
        """The waiting rows of the organisations in which this person holds one of the roles."""
        if self.of_person:
            return self.waiting(actor)
        within = Q()
        for level in Level:
            roles = [role for role in self.roles if LEVEL_OF_ROLE[role] is level]
            ids = actor.ids(level, roles) if roles else frozenset()
            if ids:
                within |= _within(level, ids, school=self.school)
        return self.waiting(actor).filter(within) if within else self.waiting(actor).none()


def _within(level: Level, ids: frozenset[int], *, school: str) -> Q:
    field = {
        Level.ACADEMIE: "thread__academie_id__in",
        Level.COLLECTIVITE: "thread__collectivite_id__in",
        Level.SCHOOL: f"{school}_id__in",
        Level.CIRCONSCRIPTION: f"{school}__circonscription_id__in",
        Level.DEPARTEMENT: f"{school}__departement_id__in",
    }[level]
    return Q(**{field: ids})


@dataclass(frozen=True, slots=True)
class TodoLine:
    """`due` is the last day in time, when the campaign or the row gives one."""

    label: str
    url: str
    due: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Todo:
    """One task with its first rows; `url` leads to all of them when there are more."""

    label: str
    lines: tuple[TodoLine, ...]
    more: bool
    url: str = ""

    @property
    def due(self) -> dt.date:
        """The nearest of its lines; what has no date comes last."""
        return min((line.due or dt.date.max for line in self.lines), default=dt.date.max)


def todo_of(actor: Actor, *, deadlines: Iterable[CampaignDeadline]) -> list[Todo]:
    """What waits for that person, the nearest deadline first; one query a kind of row, however many tasks share it."""
    last_days = {(row.campaign_id, row.code): row.as_rule().last_day for row in deadlines}
    return sorted([*_found(actor, last_days), *_of_the_administration(actor)], key=lambda todo: todo.due)


def _of_the_administration(actor: Actor) -> Iterator[Todo]:
    """Until she has filled them in, acts are refused to others; three queries, for administrators alone."""
    academies = actor.ids(Level.ACADEMIE, [Role.ADMINISTRATOR])
    rows = Campaign.objects.filter(academie_id__in=academies).prefetch_related("texts", "signatories") if academies else ()
    waiting = [(row, missing) for row in rows if (missing := row.to_fill())]
    if waiting:
        lines = tuple(
            TodoLine(f"{row} : {french_list(missing)}", reverse("admin:projects_campaign_change", args=[row.pk]))
            for row, missing in waiting[:SHOWN]
        )
        listing = reverse("admin:projects_campaign_changelist")
        yield Todo("Compléter la campagne : des actes l’attendent", lines, more=len(waiting) > SHOWN, url=listing)


LastDays = Mapping[tuple[int, str], dt.date]
# Once they are passed nothing is late any more: the solde has slipped to the year after.
_LAPSING = (DeadlineCode.JUSTIFICATION, DeadlineCode.SOLDE)


def _found(actor: Actor, last_days: LastDays) -> Iterator[Todo]:
    waiting = _waiting_rows(actor)
    for rank, task in enumerate(TASKS):
        if rows := waiting.get(rank):
            yield Todo(
                label=task.label,
                lines=tuple(_line(task, row, last_days, today=actor.today) for row in rows[:SHOWN]),
                more=len(rows) > SHOWN,
                url=_listing(task),
            )


def _waiting_rows(actor: Actor) -> dict[int, list[Any]]:
    """The first rows of each of the person's tasks, by the rank of the task."""
    by_model: dict[Any, list[QuerySet[Any]]] = defaultdict(list)
    for rank, task in enumerate(TASKS):
        if actor.holds(*task.roles):
            rows = task.scoped(actor).annotate(task=Value(rank))
            # The oldest first, unless the task says otherwise: by name, the base would read every dossier to find the few that wait.
            ordered = rows if task.of_person else rows.order_by("pk")
            by_model[rows.model].append(ordered[: SHOWN + 1])
    found: dict[int, list[Any]] = defaultdict(list)
    for first, *others in by_model.values():
        for row in first.union(*others, all=True) if others else first:
            found[row.task].append(row)
    return found


def _line(task: Task, row: Any, last_days: LastDays, *, today: dt.date) -> TodoLine:
    return TodoLine(_subject(row), _url(row), _own_due(task, row) or _campaign_due(task, row, last_days, today=today))


def _own_due(task: Task, row: Any) -> dt.date | None:
    """The date that the row itself carries."""
    if task.row_due:
        return getattr(row, task.row_due)
    if isinstance(row, Application):
        waits_for_the_closing = row.state == A.DRAFT and not row.late_derogation
        return row.completion_due_on or (row.phase.closes_on if waits_for_the_closing else None)
    if isinstance(row, MobileClass):
        return row.delivery_expected_on
    if isinstance(row, Payment) and row.pay_before:
        return row.pay_before - dt.timedelta(days=1)
    return None


def _campaign_due(task: Task, row: Any, last_days: LastDays, *, today: dt.date) -> dt.date | None:
    if task.due is None:
        return None
    holder = row.subsidy if isinstance(row, PurchaseOrder | Invoice) else row
    due = last_days.get((holder.campaign_id, task.due))
    return None if due is None or (due < today and task.due in _LAPSING) else due


def _subject(row: Any) -> str:
    if unread := getattr(row, "unread", 0):
        return f"{plural(unread, one='message non lu', many='messages non lus')} – {row}"
    if isinstance(row, Piece):
        return f"{row.label} – {row.thread.title}"
    if isinstance(row, PurchaseOrder | Invoice):
        return f"{row} – {row.subsidy.convention.dossier.collectivite}"
    if isinstance(row, OutboxMail):
        return f"{row} – {row.addressees or row.whom or 'sans destinataire'}"
    if isinstance(row, Payment) and row.resources:
        return f"{row} – {row.resources.school}"
    return str(row)


def _url(row: Any) -> str:
    if getattr(row, "unread", 0):
        return reverse("portal:messages", args=[row.pk])
    if not isinstance(row, Piece):
        return row.get_absolute_url()
    # A piece is checked on the page of what it is about.
    space = "conventions" if row.subject_kind == Convention._meta.label_lower else "projects"
    return reverse(f"{space}:check_piece", args=[row.subject_id, row.pk])


def _listing(task: Task) -> str:
    if not task.listing:
        return ""
    return reverse(task.listing) + (f"?{task.query}" if task.query else "")


# --- Rows that wait ---


def _applications(*states: ApplicationState) -> Callable[[Actor], QuerySet[Any]]:
    return lambda actor: Application.objects.filter(state__in=states).select_related("school", "phase", "dossier__collectivite")


def _to_write(actor: Actor) -> QuerySet[Any]:
    """What the DANE gave back, and the drafts that may still be deposited: none once the phase is closed, but by derogation."""
    open_to_deposit = Q(phase__closes_at__gte=actor.at) | ~Q(late_derogation="") | Q(state=A.TO_COMPLETE)
    return _applications(A.DRAFT, A.TO_COMPLETE)(actor).filter(open_to_deposit)


def _to_deposit(actor: Actor) -> QuerySet[Any]:
    """Without those that wait only for the school: they come back once it has written its part, or answered."""
    asked = CompletionPoint.objects.unanswered().filter(application=OuterRef("pk"))
    of_the_school = Exists(asked.filter(anchor__in=PEDAGOGICAL_ANCHORS))
    of_the_collectivite = Exists(asked.exclude(anchor__in=PEDAGOGICAL_ANCHORS))
    of_the_director = Exists(Application.objects.awaiting_director_alone().filter(pk=OuterRef("pk")))
    return _to_write(actor).filter(~of_the_school | of_the_collectivite).filter(~of_the_director)


def _points_of_the_director(actor: Actor) -> QuerySet[Any]:
    asked = CompletionPoint.objects.unanswered().filter(application=OuterRef("pk"), anchor__in=PEDAGOGICAL_ANCHORS)
    return _applications(A.TO_COMPLETE)(actor).filter(Exists(asked))


def _to_convene(actor: Actor) -> QuerySet[Any]:
    """The dossiers whose retained applications wait for a draft; one under way takes them in on its own page."""
    retained = Application.objects.filter(dossier=OuterRef("pk"), state=A.RETAINED, under_convention=False)
    live = Convention.objects.live().filter(dossier=OuterRef("pk"))
    return _dossiers(Dossier.objects.filter(Exists(retained), ~Exists(live)), unread=Value(0))


def _to_read(actor: Actor) -> QuerySet[Any]:
    """The dossiers in which messages wait to be read by her, the latest first."""
    unread = Message.objects.expected_of(actor).unread_by(actor).order_by()
    here = unread.filter(thread=OuterRef("thread")).values("thread")
    waiting = Dossier.objects.filter(thread__in=unread.values("thread"))
    latest = Subquery(here.annotate(latest=Max("pk")).values("latest"))
    return _dossiers(waiting, unread=Subquery(here.annotate(count=Count("pk")).values("count"))).order_by(latest.desc())


def _dossiers(rows: QuerySet[Dossier], *, unread: Any) -> QuerySet[Any]:
    """With the same columns, so that both tasks about dossiers are one query."""
    return rows.select_related("collectivite", "campaign").annotate(unread=unread)


def _conventions(*states: ConventionState) -> Callable[[Actor], QuerySet[Any]]:
    return lambda actor: Convention.objects.filter(state__in=states).select_related("dossier__collectivite")


def _to_pass_over(actor: Actor) -> QuerySet[Any]:
    return Convention.objects.stopped_by_the_cbr().select_related("dossier__collectivite")


def _to_advance(actor: Actor) -> QuerySet[Any]:
    """A draft only while something of the collectivité’s is missing: then the DANE checks its RIB and the DAN settles it.

    Nor a project that the contrôleur refused: the recteur passes over it, or the DANE negotiates it anew.
    """
    account = Q(siret="") | Q(iban="") | Q(iban_holder="") | Q(rib__isnull=True) | Q(rib__state=PieceState.REJECTED)
    calendar = Q(deployment_from__isnull=True) | Q(deployment_until__isnull=True)
    live = _conventions(C.NEGOTIATION, C.SETTLED, C.CBR_GIVEN, C.DELIBERATED)(actor)
    refused = Convention.objects.stopped_by_the_cbr().filter(pk=OuterRef("pk"))
    return live.filter(~Q(state=C.NEGOTIATION) | account | calendar).filter(~Exists(refused))


def _subsidies(*states: SubsidyState) -> Callable[[Actor], QuerySet[Any]]:
    return lambda actor: EquipmentSubsidy.objects.filter(state__in=states, held_since__isnull=True).select_related(
        "convention__dossier__collectivite"
    )


def _without_order(actor: Actor) -> QuerySet[Any]:
    orders = PurchaseOrder.objects.filter(subsidy=OuterRef("pk")).exclude(state="rejected")
    waiting = _subsidies(SubsidyState.CREATED, SubsidyState.NOTIFIED)(actor)
    return waiting.filter(~Exists(orders))


def _an_order_is_accepted() -> Exists:
    return Exists(PurchaseOrder.objects.accepted().filter(subsidy=OuterRef("pk")))


def _to_decide(actor: Actor) -> QuerySet[Any]:
    """Where the decision waits for an order, not before it is accepted: until then it is the collectivité's turn, then the DANE's."""
    waiting = _subsidies(SubsidyState.CREATED, SubsidyState.DECISION_PREPARED, SubsidyState.DECISION_SIGNED)(actor)
    at_once = Q(convention__dossier__campaign__decision_waits_for_order=False)
    return waiting.filter(~Q(state=SubsidyState.CREATED) | at_once | _an_order_is_accepted())


def _acompte_to_request(actor: Actor) -> QuerySet[Any]:
    return _subsidies(SubsidyState.NOTIFIED)(actor).filter(_an_order_is_accepted(), acompte_rate__gt=0)


def _acompte_to_prepare(actor: Actor) -> QuerySet[Any]:
    live = Payment.objects.live().filter(equipment=OuterRef("pk"), kind="acompte")
    return _subsidies(SubsidyState.ACOMPTE_REQUESTED)(actor).filter(~Exists(live))


def _payments(state: PaymentState) -> Callable[[Actor], QuerySet[Any]]:
    related = ("equipment__convention__dossier__collectivite", "resources__school", "resources__payee")
    return lambda actor: Payment.objects.filter(state=state).select_related(*related)


def _grants(grants: Callable[[], QuerySet[ResourcesSubsidy]]) -> Callable[[Actor], QuerySet[Any]]:
    """Without those whose payment is under way: it waits for its validation, a task of its own."""
    live = Payment.objects.live().filter(resources=OuterRef("pk"))
    return lambda actor: grants().filter(~Exists(live)).select_related("school")


def _to_validate(actor: Actor) -> QuerySet[Any]:
    """What this person prepared is somebody else's to validate; what is payable from March only waits for March."""
    payable = Q(pay_from__isnull=True) | Q(pay_from__lte=actor.today)
    return _payments(PaymentState.PREPARED)(actor).filter(payable).exclude(preparer=actor.user)


_OF_CONVENTIONS = (ConventionPiece.RIB, ConventionPiece.DELIBERATION, ConventionPiece.SIGNED_BY_COLLECTIVITE)


def _pieces(actor: Actor) -> QuerySet[Any]:
    kinds = [PieceKind.LETTER_OF_INTENT, PieceKind.QUOTE, *_OF_CONVENTIONS]
    return Piece.objects.awaiting_check().filter(kind__in=kinds).exclude(deposited_by=actor.user).select_related("thread")


def _mails_in_trouble(actor: Actor) -> QuerySet[Any]:
    """The latest first: an act of today still has its effect to come. Real time, as the workers that send them."""
    mails = OutboxMail.objects.in_trouble(timezone.now()).seen_by(actor, MAIL_KEEPERS)
    return mails.defer("text", "html").order_by("-pk")


def _rows_to_check(model: Any) -> Callable[[Actor], QuerySet[Any]]:
    return lambda actor: model.objects.awaiting_check().select_related("subsidy__convention__dossier__collectivite")


def _opinions(kind: OpinionKind) -> Callable[[Actor], QuerySet[Any]]:
    given = Opinion.objects.filter(application=OuterRef("pk"), kind=kind)
    states = (ApplicationState.SUBMITTED, ApplicationState.ADMISSIBLE)
    return lambda actor: _applications(*states)(actor).filter(~Exists(given))


TASKS: tuple[Task, ...] = (
    # The school
    Task(
        "Écrire la partie pédagogique",
        (Role.DIRECTOR,),
        lambda actor: _to_write(actor).filter(pedagogy_on__isnull=True),
    ),
    Task(
        "Enregistrer la réception des classes mobiles",
        (Role.DIRECTOR, Role.ERUN),
        lambda actor: MobileClass.objects.awaiting_reception().select_related("school"),
        "deployments:classes",
    ),
    Task("Répondre à la DANE sur la partie pédagogique", (Role.DIRECTOR,), _points_of_the_director),
    # The collectivité
    Task("Compléter et déposer les candidatures", COLLECTIVITE, _to_deposit, "projects:applications"),
    Task(
        "Faire avancer la convention",
        COLLECTIVITE,
        _to_advance,
        "conventions:conventions",
        due=D.CONVENTION,
    ),
    Task("Déposer la copie des bons de commande", COLLECTIVITE, _without_order),
    Task("Demander l’acompte", COLLECTIVITE, _acompte_to_request),
    Task(
        "Déposer l’état récapitulatif et les factures",
        COLLECTIVITE,
        _subsidies(P.ACOMPTE_PAID, P.TO_COMPLETE),
        due=D.JUSTIFICATION,
    ),
    # The collège
    Task(
        "Saisir le compte du collège",
        (Role.COLLEGE_REFERENT,),
        lambda actor: ResourcesSubsidy.objects.awaiting_payment().filter(iban="").select_related("school"),
        "subsidies:grants",
        school="payee",
    ),
    # The DANE
    Task("Instruire les candidatures", DANE, _applications(A.SUBMITTED), "projects:applications", "etat=submitted"),
    Task("Enregistrer la sélection", DANE, _applications(A.ADMISSIBLE), "projects:applications", "etat=admissible"),
    Task("Préparer une convention", DANE, _to_convene, due=D.CONVENTION),
    Task("Vérifier les pièces des dossiers", DANE, _pieces, "portal:pieces"),
    Task(
        "Faire avancer les conventions",
        DANE,
        _conventions(C.DRAFT, C.SETTLED, C.CBR_REQUESTED, C.CBR_GIVEN, C.SIGNED_RECTEUR),
        "conventions:conventions",
        due=D.CONVENTION,
    ),
    Task(
        "Arrêter les projets de convention",
        (Role.DAN,),
        _conventions(C.NEGOTIATION),
        "conventions:conventions",
        "etat=negotiation",
        due=D.CONVENTION,
    ),
    Task("Vérifier les bons de commande", DANE, _rows_to_check(PurchaseOrder), "subsidies:orders"),
    Task("Vérifier les factures", DANE, _rows_to_check(Invoice), due=D.JUSTIFICATION),
    Task("Constater le service fait", (Role.DAN,), _subsidies(P.JUSTIFIED), "subsidies:subsidies", due=D.JUSTIFICATION),
    # The recteur
    Task(
        "Passer outre un avis défavorable, ou y renoncer",
        (Role.RECTEUR,),
        _to_pass_over,
        "conventions:conventions",
        due=D.CONVENTION,
    ),
    Task(
        "Signer les conventions",
        (Role.RECTEUR,),
        _conventions(C.SIGNED_COLLECTIVITE),
        "conventions:conventions",
        due=D.CONVENTION,
    ),
    Task("Signer les décisions attributives", (Role.RECTEUR,), _subsidies(P.DECISION_PREPARED), "subsidies:subsidies"),
    # The DAF
    Task(
        "Décider : préparer, signer, notifier",
        (Role.GESTIONNAIRE_DAF,),
        _to_decide,
        "subsidies:subsidies",
    ),
    Task("Préparer les demandes d’acompte", (Role.GESTIONNAIRE_DAF,), _acompte_to_prepare),
    Task("Liquider les soldes", (Role.GESTIONNAIRE_DAF,), _subsidies(P.SERVICE_FAIT), "subsidies:subsidies", due=D.SOLDE),
    Task("Valider les demandes de paiement", (Role.VALIDEUR_DAF,), _to_validate, "subsidies:payments"),
    Task(
        "Enregistrer les paiements de la DRFiP", (Role.GESTIONNAIRE_DAF,), _payments(PaymentState.VALIDATED), "subsidies:payments"
    ),
    Task(
        "Notifier les dotations de ressources", DAF, _grants(ResourcesSubsidy.objects.awaiting_notification), "subsidies:grants"
    ),
    Task(
        "Compléter les dotations de ressources : numéro d’EJ, compte du collège",
        (Role.GESTIONNAIRE_DAF,),
        _grants(ResourcesSubsidy.objects.lacking_references),
        "subsidies:grants",
    ),
    Task(
        "Préparer le versement des dotations de ressources",
        (Role.GESTIONNAIRE_DAF,),
        _grants(ResourcesSubsidy.objects.ready_to_pay),
        "subsidies:grants",
    ),
    # Whoever takes part in the exchanges
    Task("Lire les messages", can_write_message.roles, _to_read, of_person=True),
    Task("Envoyer les courriels qui ne sont pas partis", MAIL_KEEPERS, _mails_in_trouble, "notices:trouble", of_person=True),
    # Opinions
    Task("Rendre l’avis de l’IEN", (Role.IEN,), _opinions(OpinionKind.IEN), row_due="opinions_due_on"),
    Task("Rendre l’avis de la DSI", (Role.DSI,), _opinions(OpinionKind.DSI), row_due="opinions_due_on"),
)
