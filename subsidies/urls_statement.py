from django.urls import URLPattern, path

from subsidies.views import invoices, service_fait, solde, statement, workbook

# The pages of the expense statement, of the invoices, of the service fait and of the solde.
STATEMENT: list[URLPattern] = [
    path("subventions/<int:pk>/etat/", statement.statement, name="statement"),
    path("subventions/<int:pk>/etat/ouvrir/", statement.open_statement, name="open_statement"),
    path("subventions/<int:pk>/etat/aides/", statement.declare_aid, name="declare_aid"),
    path("subventions/<int:pk>/etat/etablir/", statement.lay_out_statement, name="lay_out_statement"),
    path("subventions/<int:pk>/etat/certifier/", statement.certify_statement, name="certify_statement"),
    path("subventions/<int:pk>/etat/signature-papier/", statement.record_signed_statement, name="record_signed_statement"),
    path("subventions/<int:pk>/etat/deposer/", statement.deposit_statement, name="deposit_statement"),
    path("subventions/<int:pk>/etat/completer/", statement.request_statement_completion, name="request_statement_completion"),
    path("subventions/<int:pk>/etat/classeur/", workbook.upload_workbook, name="upload_workbook"),
    path("subventions/<int:pk>/etat/classeur/modele/", workbook.download_workbook, name="download_workbook"),
    path("subventions/<int:pk>/factures/ajouter/", invoices.enter_invoice, name="enter_invoice"),
    path("subventions/<int:pk>/factures/deposer/", invoices.drop_invoices, name="drop_invoices"),
    path("subventions/<int:pk>/factures/<int:piece_pk>/saisir/", invoices.type_invoice, name="type_invoice"),
    path("subventions/<int:pk>/factures/<int:piece_pk>/joindre/", invoices.attach_copy, name="attach_copy"),
    path("factures/<int:pk>/", invoices.invoice, name="invoice"),
    path("factures/<int:pk>/corriger/", invoices.correct_invoice, name="correct_invoice"),
    path("factures/<int:pk>/retirer/", invoices.withdraw_invoice, name="withdraw_invoice"),
    path("factures/<int:pk>/accepter/", invoices.accept_invoice, name="accept_invoice"),
    path("factures/<int:pk>/rejeter/", invoices.reject_invoice, name="reject_invoice"),
    path("factures/<int:pk>/reprendre/", invoices.reopen_invoice, name="reopen_invoice"),
    path("subventions/<int:pk>/service-fait/", service_fait.certify_service_fait, name="certify_service_fait"),
    path("subventions/<int:pk>/service-fait/annuler/", service_fait.revoke_service_fait, name="revoke_service_fait"),
    path("subventions/<int:pk>/solde/liquider/", solde.liquidate_solde, name="liquidate_solde"),
    path("subventions/<int:pk>/solde/aucun/", solde.settle_without_solde, name="settle_without_solde"),
    path("subventions/<int:pk>/solde/reprendre/", solde.cancel_liquidation, name="cancel_liquidation"),
    path("subventions/<int:pk>/trop-percu/", solde.declare_overpaid, name="declare_overpaid"),
    path("subventions/<int:pk>/clore/", solde.close, name="close"),
]
