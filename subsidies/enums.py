from django.db.models import TextChoices


class SubsidyState(TextChoices):
    CREATED = "created", "à décider"
    DECISION_PREPARED = "decision_prepared", "décision préparée"
    DECISION_SIGNED = "decision_signed", "décision signée"
    NOTIFIED = "notified", "décision notifiée"
    ACOMPTE_REQUESTED = "acompte_requested", "acompte demandé"
    ACOMPTE_PAID = "acompte_paid", "acompte versé"
    JUSTIFIED = "justified", "justificatifs déposés"
    TO_COMPLETE = "to_complete", "justificatifs à compléter"
    SERVICE_FAIT = "service_fait", "service fait constaté"
    SOLDE_LIQUIDATED = "solde_liquidated", "solde liquidé"
    SOLDE_PAID = "solde_paid", "solde versé"
    CLOSED = "closed", "close"
    OVERPAID = "overpaid", "trop-perçu constaté"
    CANCELLED = "cancelled", "annulée"


# The decision is signed: its amount stands, and binds every payment.
DECIDED_STATES = (
    SubsidyState.DECISION_SIGNED,
    SubsidyState.NOTIFIED,
    SubsidyState.ACOMPTE_REQUESTED,
    SubsidyState.ACOMPTE_PAID,
    SubsidyState.JUSTIFIED,
    SubsidyState.TO_COMPLETE,
    SubsidyState.SERVICE_FAIT,
    SubsidyState.SOLDE_LIQUIDATED,
    SubsidyState.SOLDE_PAID,
    SubsidyState.CLOSED,
    SubsidyState.OVERPAID,
)
# The collectivité enters, corrects and certifies; from the deposit on, only the DANE gives the dossier back to it.
STATEMENT_OPEN_STATES = (
    SubsidyState.CREATED,
    SubsidyState.DECISION_PREPARED,
    SubsidyState.DECISION_SIGNED,
    SubsidyState.NOTIFIED,
    SubsidyState.ACOMPTE_REQUESTED,
    SubsidyState.ACOMPTE_PAID,
    SubsidyState.TO_COMPLETE,
)
CERTIFIED_STATES = (
    SubsidyState.SERVICE_FAIT,
    SubsidyState.SOLDE_LIQUIDATED,
    SubsidyState.SOLDE_PAID,
    SubsidyState.CLOSED,
    SubsidyState.OVERPAID,
)


# The solde is paid, was not due, or will never be: nothing more is promised, nor ordered.
SETTLED_STATES = (SubsidyState.SOLDE_PAID, SubsidyState.CLOSED, SubsidyState.OVERPAID, SubsidyState.CANCELLED)


class PieceState(TextChoices):
    """An order or an invoice, checked by the DANE."""

    DEPOSITED = "deposited", "à vérifier"
    ACCEPTED = "accepted", "acceptée"
    REJECTED = "rejected", "rejetée"


class InvoiceState(TextChoices):
    DEPOSITED = "deposited", "à vérifier"
    ACCEPTED = "accepted", "acceptée"
    REJECTED = "rejected", "rejetée"
    WITHDRAWN = "withdrawn", "retirée"


# An invoice in one of these states counts for nothing: the same one may be entered again.
DEAD_INVOICE_STATES = (InvoiceState.REJECTED, InvoiceState.WITHDRAWN)


class PurchaseChannel(TextChoices):
    UGAP = "ugap", "UGAP"
    GROUPEMENT = "groupement", "groupement de commandes"
    ALONE = "alone", "achat direct"
    PRESTATAIRE = "prestataire", "prestataire de services"


class Supplied(TextChoices):
    ORDERED = "ordered", "commandé"
    OWNED = "owned", "déjà possédé"
    MISSING = "missing", "absent"


class ExpenseCategory(TextChoices):
    TERMINALS = "terminals", "terminaux"
    CONTAINER = "container", "conteneur sécurisé"
    ADMINISTRATION = "administration", "services d’administration du parc"
    INTEGRATION = "integration", "services d’intégration"


class PaymentKind(TextChoices):
    ACOMPTE = "acompte", "acompte"
    SOLDE = "solde", "solde"
    RESOURCES = "resources", "dotation de ressources"


class PaymentState(TextChoices):
    PREPARED = "prepared", "préparée"
    VALIDATED = "validated", "validée"
    PAID = "paid", "payée"
    REJECTED = "rejected", "rejetée"


LIVE_PAYMENT_STATES = (PaymentState.PREPARED, PaymentState.VALIDATED, PaymentState.PAID)


class ResourcesState(TextChoices):
    CREATED = "created", "à notifier"
    NOTIFIED = "notified", "notifiée"
    PAID = "paid", "versée"
    CANCELLED = "cancelled", "annulée"


class AccountChangeState(TextChoices):
    PROPOSED = "proposed", "à confirmer"
    CONFIRMED = "confirmed", "confirmé"
    REFUSED = "refused", "refusé"


class PieceKind(TextChoices):
    """The pieces of a subsidy."""

    PURCHASE_ORDER = "purchase_order", "bon de commande"
    INVOICE = "invoice", "facture"
    SIGNED_STATEMENT = "signed_statement", "état récapitulatif signé"
    SIGNED_DECISION = "signed_decision", "décision signée"
    GROUPEMENT = "groupement", "convention de groupement de commandes"
    NEW_RIB = "new_rib", "nouveau relevé d’identité bancaire"


# Checked with the row that they are brought to: the order, the invoice, the statement, the account. Nobody checks a signed decision.
CHECKED_PIECES = (
    *(PieceKind.PURCHASE_ORDER, PieceKind.GROUPEMENT, PieceKind.INVOICE),
    *(PieceKind.SIGNED_STATEMENT, PieceKind.NEW_RIB),
)


# The line of journal that tells the account of a collège: for the collège and the académie.
ACCOUNT_ACT = "record_college_account"
