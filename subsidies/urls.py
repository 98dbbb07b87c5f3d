from django.urls import URLPattern, path

from subsidies.urls_statement import STATEMENT
from subsidies.views import account, convention, decision, equipment, orders, payments, resources

app_name = "subsidies"

# The pages of the orders, of the decision and of the payments.
ORDERS_AND_MONEY: list[URLPattern] = [
    path("conventions/<int:pk>/notifier/", convention.notify_convention, name="notify"),
    path("subventions/", equipment.subsidies, name="subsidies"),
    path("subventions/<int:pk>/", equipment.equipment, name="equipment"),
    path("subventions/<int:pk>/decision/preparer/", decision.prepare_decision, name="prepare_decision"),
    path("subventions/<int:pk>/decision/projet/", decision.decision_draft, name="decision_draft"),
    path("subventions/<int:pk>/decision/reprendre/", equipment.withdraw_decision, name="withdraw_decision"),
    path("subventions/<int:pk>/decision/signer/", decision.sign_decision, name="sign_decision"),
    path("subventions/<int:pk>/decision/exemplaire-signe/", decision.record_signed_decision, name="record_signed_decision"),
    path("subventions/<int:pk>/decision/notifier/", decision.notify_decision, name="notify_decision"),
    path("subventions/<int:pk>/decision/remplacer/", equipment.replace_decision, name="replace_decision"),
    path("subventions/<int:pk>/annuler/", equipment.cancel_subsidy, name="cancel_subsidy"),
    path("subventions/<int:pk>/ej/saisir/", equipment.record_ej, name="record_ej"),
    path("subventions/<int:pk>/ej/rectifier/", equipment.rectify_ej, name="rectify_ej"),
    path("subventions/<int:pk>/suspendre/", equipment.hold, name="hold"),
    path("subventions/<int:pk>/reprendre/", equipment.resume, name="resume"),
    path("subventions/<int:pk>/acompte/demander/", equipment.request_acompte, name="request_acompte"),
    path("subventions/<int:pk>/acompte/rejeter/", equipment.reject_acompte_request, name="reject_acompte_request"),
    path("subventions/<int:pk>/acompte/preparer/", equipment.prepare_acompte, name="prepare_acompte"),
    path("subventions/<int:pk>/compte/changer/", account.propose_account, name="propose_account"),
    path("comptes/<int:pk>/", account.account_change, name="account_change"),
    path("comptes/<int:pk>/accepter-rib/", account.accept_rib, name="accept_rib"),
    path("comptes/<int:pk>/confirmer/", account.confirm_account, name="confirm_account"),
    path("comptes/<int:pk>/refuser/", account.refuse_account, name="refuse_account"),
    path("commandes/", orders.orders, name="orders"),
    path("subventions/<int:pk>/commandes/deposer/", orders.deposit_order, name="deposit_order"),
    path("commandes/<int:pk>/", orders.order, name="order"),
    path("commandes/<int:pk>/corriger/", orders.edit_order, name="edit_order"),
    path("commandes/<int:pk>/accepter/", orders.accept_order, name="accept_order"),
    path("commandes/<int:pk>/rejeter/", orders.reject_order, name="reject_order"),
    path("commandes/<int:pk>/reprendre/", orders.reopen_order, name="reopen_order"),
    path("commandes/<int:pk>/derogation/", orders.grant_early_order, name="grant_early_order"),
    path("versements/", payments.payments, name="payments"),
    path("versements/<int:pk>/", payments.payment, name="payment"),
    path("versements/<int:pk>/valider/", payments.validate_payment, name="validate_payment"),
    path("versements/<int:pk>/confirmer-reprise/", payments.confirm_past_payment, name="confirm_past_payment"),
    path("versements/<int:pk>/enregistrer/", payments.record_payment, name="record_payment"),
    path("versements/<int:pk>/rejeter/", payments.reject_payment, name="reject_payment"),
    path("versements/<int:pk>/rejet-bancaire/", payments.bounce_payment, name="bounce_payment"),
    path("versements/<int:pk>/rectifier-dp/", payments.rectify_dp, name="rectify_dp"),
    path("versements/<int:pk>/rectifier-date/", payments.rectify_paid_on, name="rectify_paid_on"),
    path("ressources/", resources.grants, name="grants"),
    path("ressources/<int:pk>/", resources.grant, name="resources"),
    path("ressources/<int:pk>/notifier/", resources.notify_grant, name="notify_grant"),
    path("ressources/<int:pk>/annuler/", resources.cancel_grant, name="cancel_grant"),
    path("ressources/<int:pk>/compte/", resources.record_college_account, name="record_college_account"),
    path("ressources/<int:pk>/payer/", resources.prepare_grant_payment, name="prepare_grant_payment"),
    path("ressources/<int:pk>/ej/saisir/", resources.record_grant_ej, name="record_grant_ej"),
    path("ressources/<int:pk>/ej/rectifier/", resources.rectify_grant_ej, name="rectify_grant_ej"),
]

urlpatterns = [*ORDERS_AND_MONEY, *STATEMENT]
