"""The solde, its absence, the trop-perçu, the closing: one page each."""

from plannumerique.journal.forms import MotiveForm
from plannumerique.journal.http import Acts, act_view
from subsidies import permissions
from subsidies.pages.solde import closing_checklist, liquidation_facts, overpaid_amounts, solde_amounts
from subsidies.services import solde as services
from subsidies.views.statement import subsidy_or_404

ACTS = Acts(subsidy_or_404, by="subsidy_id")


liquidate_solde = act_view(
    ACTS,
    services.liquidate_solde,
    permissions.can_liquidate,
    title="Liquider le solde",
    done="La demande de paiement du solde est préparée : une autre personne de la DAF la valide.",
    shows=lambda subsidy, request: {
        "amounts": solde_amounts(subsidy),
        "facts": liquidation_facts(subsidy, today=request.actor.today),
    },
)
settle_without_solde = act_view(
    ACTS,
    services.settle_without_solde,
    permissions.can_liquidate,
    title="Constater qu’aucun solde n’est dû",
    done="Aucun solde n’est dû : la subvention peut être close.",
    shows=lambda subsidy, request: {"amounts": solde_amounts(subsidy)},
)
declare_overpaid = act_view(
    ACTS,
    services.declare_overpaid,
    permissions.can_liquidate,
    title="Constater un trop-perçu",
    done="Le trop-perçu est constaté. Le reversement se traite hors du portail pour l’instant.",
    shows=lambda subsidy, request: {"amounts": overpaid_amounts(subsidy)},
)
cancel_liquidation = act_view(
    ACTS,
    services.cancel_liquidation,
    permissions.can_liquidate,
    title="Reprendre la liquidation du solde",
    done="La liquidation est reprise : le solde est à liquider de nouveau.",
    form=MotiveForm,
)
close = act_view(
    ACTS,
    services.close,
    permissions.can_close,
    title="Clore la subvention",
    done="La subvention est close et la convention soldée.",
    shows=lambda subsidy, request: {"facts": closing_checklist(subsidy)},
)
