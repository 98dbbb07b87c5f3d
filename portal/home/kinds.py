"""Every kind of work that a home may expect: whose it is, which rows wait for it, where the whole list is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from conventions.enums import ConventionState
from deployments.models import MobileClass
from plannumerique.messages.permissions import can_write_message
from plannumerique.notices.services import MAIL_KEEPERS
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, DAF, DANE, LEVEL_OF_ROLE, Level, Role
from portal.home import waiting
from projects.enums import ApplicationState, DeadlineCode, OpinionKind
from subsidies.enums import PaymentState, SubsidyState
from subsidies.models import Invoice, PurchaseOrder, ResourcesSubsidy

A, C, D, P = ApplicationState, ConventionState, DeadlineCode, SubsidyState

# A home shows so many rows of each task, and leads to the list for the others.


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


TASKS: tuple[Task, ...] = (
    # The school
    Task(
        "Écrire la partie pédagogique",
        (Role.DIRECTOR,),
        lambda actor: waiting.to_write(actor).filter(pedagogy_on__isnull=True),
    ),
    Task(
        "Enregistrer la réception des classes mobiles",
        (Role.DIRECTOR, Role.ERUN),
        lambda actor: MobileClass.objects.awaiting_reception().select_related("school"),
        "deployments:classes",
    ),
    Task("Répondre à la DANE sur la partie pédagogique", (Role.DIRECTOR,), waiting.points_of_the_director),
    # The collectivité
    Task("Compléter et déposer les candidatures", COLLECTIVITE, waiting.to_deposit, "projects:applications"),
    Task(
        "Faire avancer la convention",
        COLLECTIVITE,
        waiting.to_advance,
        "conventions:conventions",
        due=D.CONVENTION,
    ),
    Task("Déposer la copie des bons de commande", COLLECTIVITE, waiting.without_order),
    Task("Demander l’acompte", COLLECTIVITE, waiting.acompte_to_request),
    Task(
        "Déposer l’état récapitulatif et les factures",
        COLLECTIVITE,
        waiting.subsidies(P.ACOMPTE_PAID, P.TO_COMPLETE),
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
    Task("Instruire les candidatures", DANE, waiting.applications(A.SUBMITTED), "projects:applications", "etat=submitted"),
    Task("Enregistrer la sélection", DANE, waiting.applications(A.ADMISSIBLE), "projects:applications", "etat=admissible"),
    Task("Préparer une convention", DANE, waiting.to_convene, due=D.CONVENTION),
    Task("Vérifier les pièces des dossiers", DANE, waiting.pieces, "portal:pieces"),
    Task(
        "Faire avancer les conventions",
        DANE,
        waiting.conventions(C.DRAFT, C.SETTLED, C.CBR_REQUESTED, C.CBR_GIVEN, C.SIGNED_RECTEUR),
        "conventions:conventions",
        due=D.CONVENTION,
    ),
    Task(
        "Arrêter les projets de convention",
        (Role.DAN,),
        waiting.conventions(C.NEGOTIATION),
        "conventions:conventions",
        "etat=negotiation",
        due=D.CONVENTION,
    ),
    Task("Vérifier les bons de commande", DANE, waiting.rows_to_check(PurchaseOrder), "subsidies:orders"),
    Task("Vérifier les factures", DANE, waiting.rows_to_check(Invoice), due=D.JUSTIFICATION),
    Task("Constater le service fait", (Role.DAN,), waiting.subsidies(P.JUSTIFIED), "subsidies:subsidies", due=D.JUSTIFICATION),
    # The recteur
    Task(
        "Passer outre un avis défavorable, ou y renoncer",
        (Role.RECTEUR,),
        waiting.to_pass_over,
        "conventions:conventions",
        due=D.CONVENTION,
    ),
    Task(
        "Signer les conventions",
        (Role.RECTEUR,),
        waiting.conventions(C.SIGNED_COLLECTIVITE),
        "conventions:conventions",
        due=D.CONVENTION,
    ),
    Task("Signer les décisions attributives", (Role.RECTEUR,), waiting.subsidies(P.DECISION_PREPARED), "subsidies:subsidies"),
    # The DAF
    Task(
        "Décider : préparer, signer, notifier",
        (Role.GESTIONNAIRE_DAF,),
        waiting.to_decide,
        "subsidies:subsidies",
    ),
    Task("Préparer les demandes d’acompte", (Role.GESTIONNAIRE_DAF,), waiting.acompte_to_prepare),
    Task("Liquider les soldes", (Role.GESTIONNAIRE_DAF,), waiting.subsidies(P.SERVICE_FAIT), "subsidies:subsidies", due=D.SOLDE),
    Task("Valider les demandes de paiement", (Role.VALIDEUR_DAF,), waiting.to_validate, "subsidies:payments"),
    Task(
        "Enregistrer les paiements de la DRFiP",
        (Role.GESTIONNAIRE_DAF,),
        waiting.payments(PaymentState.VALIDATED),
        "subsidies:payments",
    ),
    Task(
        "Notifier les dotations de ressources",
        DAF,
        waiting.grants(ResourcesSubsidy.objects.awaiting_notification),
        "subsidies:grants",
    ),
    Task(
        "Compléter les dotations de ressources : numéro d’EJ, compte du collège",
        (Role.GESTIONNAIRE_DAF,),
        waiting.grants(ResourcesSubsidy.objects.lacking_references),
        "subsidies:grants",
    ),
    Task(
        "Préparer le versement des dotations de ressources",
        (Role.GESTIONNAIRE_DAF,),
        waiting.grants(ResourcesSubsidy.objects.ready_to_pay),
        "subsidies:grants",
    ),
    # Whoever takes part in the exchanges
    Task("Lire les messages", can_write_message.roles, waiting.to_read, of_person=True),
    Task(
        "Envoyer les courriels qui ne sont pas partis", MAIL_KEEPERS, waiting.mails_in_trouble, "notices:trouble", of_person=True
    ),
    # Opinions
    Task("Rendre l’avis de l’IEN", (Role.IEN,), waiting.opinions(OpinionKind.IEN), row_due="opinions_due_on"),
    Task("Rendre l’avis de la DSI", (Role.DSI,), waiting.opinions(OpinionKind.DSI), row_due="opinions_due_on"),
)
