"""What the page of an invoice shows to whoever enters it and to whoever checks it."""

from plannumerique.files.models import Piece, StoredFile
from plannumerique.lib.identifiers import spaced_siren
from plannumerique.lib.text import plural, typeset
from plannumerique.organisations.actor import Actor
from plannumerique.ui.pieces import Fact
from subsidies.models import Invoice
from subsidies.pages.statement import badge_of
from subsidies.services.invoices import near_duplicates, same_file_elsewhere


def facts_of(invoice: Invoice) -> list[Fact]:
    facts = [
        Fact("État", badge=badge_of(invoice)),
        Fact("Fournisseur", invoice.supplier_name, note=f"SIRET {spaced_siren(invoice.supplier_siret)}"),
        Fact("Date", on=invoice.invoiced_on),
        Fact("Total HT", amount=invoice.amount_ht),
        Fact("TVA", amount=invoice.amount_vat),
        Fact("Total TTC", amount=invoice.amount_ttc),
        Fact("Mandat", invoice.mandat_number or "non indiqué"),
    ]
    if invoice.mandat_on:
        facts.append(Fact("Date du mandat", on=invoice.mandat_on))
    if invoice.piece is None:
        facts.append(Fact("Copie", "à déposer"))
    else:
        facts.append(Fact("Copie", invoice.piece.file.original_name, url=invoice.piece.get_absolute_url()))
    if invoice.motive:
        facts.append(Fact("Motif du rejet", invoice.motive))
    return facts


def already_there(file: StoredFile, piece: Piece) -> str:
    """Why a copy is not deposited a second time, with the name under which the dossier holds it."""
    return typeset(
        f"La copie « {file} » est déjà dans ce dossier, sous le nom « {piece} » : elle n’est pas déposée une seconde fois."
    )


def warnings_of(invoice: Invoice, actor: Actor) -> list[str]:
    """What deserves a second look: the same bytes elsewhere, the same day and amount under another number.

    Of another dossier, only what this person may see is named.
    """
    return [*_same_file(invoice, actor), *_alike(invoice, actor)]


def _same_file(invoice: Invoice, actor: Actor) -> list[str]:
    found = same_file_elsewhere(invoice)
    count = found.count()
    if not count:
        return []
    seen = "".join(f" « {one} »." for one in found.visible_to(actor)[:3])
    return [
        typeset(
            f"Le même fichier est déjà déposé {plural(count, one='autre fois', many='autres fois')} dans le portail : "
            f"vérifiez qu’il ne s’agit pas de la même facture.{seen}"
        )
    ]


def _alike(invoice: Invoice, actor: Actor) -> list[str]:
    found = near_duplicates(invoice)
    count = found.count()
    if not count:
        return []
    seen = "".join(f" « {one} »." for one in found.visible_to(actor)[:3])
    others = plural(count, one="autre facture porte", many="autres factures portent")
    return [
        typeset(
            f"{others} le même fournisseur, la même date et le même montant : vérifiez qu’elle n’est pas déclarée deux fois.{seen}"
        )
    ]
