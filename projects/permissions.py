from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, DANE, Role
from plannumerique.organisations.permissions import Permission, granted_to
from projects.enums import ApplicationState, OpinionKind
from projects.models import Application, CompletionPoint, Dossier, Opinion, SelectionSession

OPEN_TO_OPINIONS = (ApplicationState.SUBMITTED, ApplicationState.ADMISSIBLE, ApplicationState.WAITING_LIST)
EDITABLE = (ApplicationState.DRAFT, ApplicationState.TO_COMPLETE)


@granted_to(*COLLECTIVITE, *DANE)
def can_open_dossier(actor: Actor, dossier: Dossier) -> bool:
    return True


@granted_to(*COLLECTIVITE, *DANE)
def can_describe_dossier(actor: Actor, dossier: Dossier) -> bool:
    return True


@granted_to(*COLLECTIVITE, *DANE)
def can_deposit_dossier_piece(actor: Actor, dossier: Dossier) -> bool:
    return True


@granted_to(*COLLECTIVITE, *DANE)
def can_add_application(actor: Actor, application: Application) -> bool:
    return True


@granted_to(*COLLECTIVITE, *DANE, but="La candidature est déposée : sa partie technique et financière ne change plus.")
def can_describe_technical_part(actor: Actor, application: Application) -> bool:
    return application.state in EDITABLE


@granted_to(Role.DIRECTOR, but="La candidature est déposée : la partie pédagogique ne change plus.")
def can_write_pedagogical_part(actor: Actor, application: Application) -> bool:
    return application.state in EDITABLE


@granted_to(*COLLECTIVITE)
def can_submit(actor: Actor, application: Application) -> bool:
    return True


@granted_to(*COLLECTIVITE)
def can_withdraw(actor: Actor, application: Application) -> bool:
    return True


@granted_to(*COLLECTIVITE, but="Une collectivité renonce à ses propres candidatures.")
def can_abandon(actor: Actor, application: Application) -> bool:
    return True


@granted_to(*COLLECTIVITE)
def can_complete(actor: Actor, application: Application) -> bool:
    return True


@granted_to(*DANE)
def can_grant_derogation(actor: Actor, application: Application) -> bool:
    return True


@granted_to(*DANE)
def can_instruct(actor: Actor, application: Application) -> bool:
    return True


@granted_to(
    Role.DIRECTOR,
    *COLLECTIVITE,
    but="La collectivité répond sur la partie technique et les pièces, la direction sur la partie pédagogique, tant que la "
    "candidature est à compléter.",
)
def can_respond(actor: Actor, point: CompletionPoint) -> bool:
    if point.application.state != ApplicationState.TO_COMPLETE:
        return False
    roles = [Role.DIRECTOR] if point.is_pedagogical else COLLECTIVITE
    return actor.grant_over(point.scope, roles) is not None


@granted_to(*DANE, but="Une demande se retire tant que la candidature est à compléter.")
def can_drop_point(actor: Actor, point: CompletionPoint) -> bool:
    return point.application.state == ApplicationState.TO_COMPLETE


@granted_to(*DANE)
def can_record_selection(actor: Actor, application: Application) -> bool:
    return True


@granted_to(*DANE)
def can_take_over_application(actor: Actor, application: Application) -> bool:
    return True


@granted_to(*DANE, Role.SYSTEM)
def can_cover_by_convention(actor: Actor, application: Application) -> bool:
    return True


@granted_to(*DANE, Role.RECTEUR)
def can_contract(actor: Actor, application: Application) -> bool:
    return True


@granted_to(
    Role.IEN, Role.DSI, but="Chacun rend l’avis de son service, sur une candidature déposée et qui n’est pas encore décidée."
)
def can_give_opinion(actor: Actor, opinion: Opinion) -> bool:
    role = Role.IEN if opinion.kind == OpinionKind.IEN else Role.DSI
    return opinion.application.state in OPEN_TO_OPINIONS and actor.grant_over(opinion.scope, [role]) is not None


@granted_to(*DANE, but="Les avis se demandent sur une candidature déposée et qui n’est pas encore décidée.")
def can_request_opinions(actor: Actor, application: Application) -> bool:
    return application.state in OPEN_TO_OPINIONS


@granted_to(*DANE)
def can_run_session(actor: Actor, session: SelectionSession) -> bool:
    return True


# Which permission opens which move: read by the pages, by the table of docs/machines.md and by the walk of the tests.
APPLICATION_MOVES: dict[str, Permission] = {
    "take_over": can_take_over_application,
    "submit": can_submit,
    "withdraw": can_withdraw,
    "request_completion": can_instruct,
    "complete": can_complete,
    "admit": can_instruct,
    "declare_inadmissible": can_instruct,
    "reopen": can_instruct,
    "retain": can_record_selection,
    "put_on_waiting_list": can_record_selection,
    "set_aside": can_record_selection,
    "revise_selection": can_record_selection,
    "cancel_take_over": can_take_over_application,
    "contract": can_contract,
    "release": can_contract,
    "abandon": can_abandon,
}

POINT_MOVES: dict[str, Permission] = {"respond": can_respond, "drop": can_drop_point}

# Made by the services of conventions on the way of theirs, or by a take-over: no page of their own.
ON_THE_WAY = frozenset({"take_over", "contract", "release"})
PAGED_MOVES = {name: permission for name, permission in APPLICATION_MOVES.items() if name not in ON_THE_WAY}


def moves_that_matter(application: Application) -> dict[str, Permission]:
    """Those that a page speaks of: a selection taken over is not revised, the others are no take-over to cancel."""
    idle = "revise_selection" if application.taken_over_on is not None else "cancel_take_over"
    return {name: permission for name, permission in PAGED_MOVES.items() if name != idle}
