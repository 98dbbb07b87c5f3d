"""The letter that tells the collège référent of the grant that it receives for a school."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from plannumerique.files import services as files
from plannumerique.files.enums import Readers
from plannumerique.files.letters import Letter
from plannumerique.files.models import IssuedDocument
from plannumerique.organisations.actor import Actor
from projects import documents as acts
from projects.documents import DAF
from projects.enums import ActKind
from subsidies.documents.common import college_addressee, convention_in_words, paragraphs
from subsidies.models import ResourcesSubsidy


@dataclass(frozen=True, kw_only=True)
class GrantLetter(Letter):
    kind = "resources"
    title = "Notification de la dotation de ressources"
    act = "la notification de la dotation"
    template = "subsidies/pdf/resources.html"
    labels: ClassVar[Mapping[str, str]] = {
        "programme": "le nom du programme",
        "college": "le collège référent",
        "school": "l’école",
        "convention": "le numéro et la date de la convention",
        "use": "l’emploi de la dotation (texte de la campagne)",
        "justification": "les justificatifs à produire (texte de la campagne)",
        "return_clause": "les cas de reversement (texte de la campagne)",
        "signature": "le signataire de l’acte (campagne)",
    }

    programme: str
    campaign: str
    college: str
    school: str
    uai: str
    commune: str
    collectivite: str
    convention: str
    amount: Decimal
    justify_by: date | None
    use: tuple[str, ...]
    justification: tuple[str, ...]
    return_clause: tuple[str, ...]


def issue_grant_letter(grant: ResourcesSubsidy, *, actor: Actor) -> IssuedDocument:
    campaign, convention = grant.campaign, grant.convention
    words = paragraphs(campaign, ActKind.RESOURCES)
    letter = GrantLetter(
        sender=acts.sender(campaign, service=DAF),
        place=campaign.academie.city,
        dated=grant.notified_on,
        addressee=college_addressee(grant.payee),
        subject=f"{campaign.mail_subject} – dotation de ressources – {grant.school}",
        signature=acts.signature(campaign, ActKind.RESOURCES, actor=actor),
        copies=words.get("copies", ()),
        programme=campaign.programme,
        campaign=campaign.label,
        college=grant.payee.name,
        school=grant.school.name,
        uai=grant.school.uai,
        commune=grant.school.commune_name,
        collectivite=convention.dossier.collectivite.in_words,
        convention=convention_in_words(convention),
        amount=grant.amount,
        justify_by=grant.justify_by,
        use=words.get("use", ()),
        justification=words.get("justification", ()),
        return_clause=words.get("return_clause", ()),
    )
    return files.issue(
        letter,
        thread=grant.thread,
        subject=grant,
        # A copy goes to the school and to the collectivité.
        readers=Readers.SCHOOL,
        school=grant.school,
        college=grant.payee,
        actor=actor,
        series=acts.series(campaign, ActKind.RESOURCES),
        reference=acts.reference(campaign, ActKind.RESOURCES),
    )
