"""Who reads what: each role, each kind of piece and document, her own and another's, wherever it may be read.

The acts are issued and the pieces brought by what issues and brings them, so that the readers are those that the use cases say;
the tables are written by hand.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.urls import reverse

from conventions.documents import issue_convention
from conventions.enums import PieceKind as ConventionPiece
from conventions.services.pieces import bring
from plannumerique.files import services as files
from plannumerique.files.enums import DocumentState
from plannumerique.files.models import IssuedDocument, Piece, StoredFile
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import LEVEL_OF_ROLE, Level, Role
from plannumerique.organisations.models import School
from projects import services as projects
from projects.documents import issue_receipt, issue_selection_letter
from projects.enums import ActKind
from projects.enums import PieceKind as ApplicationPiece
from projects.models import Application
from subsidies.documents.decision import issue_decision
from subsidies.documents.payments import issue_acompte_certificate, issue_payment_notice
from subsidies.documents.resources import issue_grant_letter
from subsidies.documents.service_fait import issue_service_fait
from subsidies.documents.solde import issue_certificate
from subsidies.documents.statement import issue_statement
from subsidies.models import EquipmentSubsidy, Payment, ResourcesSubsidy
from subsidies.readings.claims import definitive_of
from subsidies.services import account, invoices, orders
from tests.factories import AcademieFactory, CirconscriptionFactory, DepartementFactory, actor_for
from tests.factories_conventions import convention_texts
from tests.factories_statement import InvoiceFactory, StatementFactory, classes_of
from tests.factories_subsidies import (
    EquipmentSubsidyFactory,
    PaymentFactory,
    ResourcesSubsidyFactory,
    actor_of,
    iban,
)
from tests.files.sample import pdf_bytes

pytestmark = pytest.mark.django_db

AGENT, DAF = Role.AGENT_DANE, Role.GESTIONNAIRE_DAF
THE_COLLEGE, ANOTHER_COLLEGE = "the gestionnaire of the collège", "the gestionnaire of another collège"
THE_DIRECTOR, ANOTHER_DIRECTOR = "the director", "the director of the other school"

ONE_A_LEVEL = (Role.AGENT_DANE, Role.DSDEN, Role.IEN, Role.EDITEUR, Role.DIRECTOR, Role.COLLEGE_REFERENT)

# Of one line of the dossier: what is addressed to a school, and to its collège.
LETTERS = ("receipt", "selection", "non_selection", "grant_letter")
FIRST, SECOND = ({f"{kind} {line}" for kind in LETTERS} for line in (1, 2))
OF_COLLEGES = {"grant_notice 1", "grant_notice 2"}
OPEN = {"quote", "deliberation"}
OF_THE_COLLECTIVITE = {
    *("refused letter_of_intent", "cbr_opinion", "cbr_overruled", "purchase_order", "groupement", "invoice"),
    *("service_fait", "statement", "payment_notice"),
}
SIGNED = {"convention", "decision", "signed_by_collectivite", "original"}
ACCOUNTS = {"rib", "new_rib", "acompte", "solde"}

WITHOUT_ACCOUNTS = OPEN | FIRST | SECOND | OF_COLLEGES | OF_THE_COLLECTIVITE
WHO_PAYS = WITHOUT_ACCOUNTS | SIGNED | ACCOUNTS
THE_PAYEE = WHO_PAYS - OF_COLLEGES
READ: dict[str, set[str]] = {
    **dict.fromkeys((Role.AGENT_DANE, Role.DAN, Role.GESTIONNAIRE_DAF, Role.VALIDEUR_DAF), WHO_PAYS),
    Role.RECTEUR: WITHOUT_ACCOUNTS | SIGNED,
    **dict.fromkeys((Role.DSI, Role.ADMINISTRATOR), WITHOUT_ACCOUNTS),
    **dict.fromkeys((Role.EDITEUR, Role.SIGNATAIRE, Role.MANDATAIRE), THE_PAYEE),
    Role.DSDEN: OPEN | FIRST | SECOND | OF_COLLEGES,
    **dict.fromkeys((Role.IEN, Role.ERUN), OPEN | FIRST),
    THE_DIRECTOR: OPEN | FIRST,
    ANOTHER_DIRECTOR: OPEN | SECOND,
    THE_COLLEGE: {"grant_letter 1", "grant_notice 1"},
    ANOTHER_COLLEGE: {"grant_letter 2", "grant_notice 2"},
    **{f"{role} elsewhere": set() for role in ONE_A_LEVEL},
}

# The pages, by role, and the lines of the lists and of their exports.
MONEY = {"subsidy", "statement", "order", "invoice", "account_change", "acompte"}
GRANTS, GRANT_PAYMENTS = {"grant 1", "grant 2"}, {"grant_payment 1", "grant_payment 2"}
PAGES: dict[str, set[str]] = {
    **dict.fromkeys(
        (*(Role.AGENT_DANE, Role.DAN, Role.GESTIONNAIRE_DAF, Role.VALIDEUR_DAF), *(Role.RECTEUR, Role.DSI, Role.ADMINISTRATOR)),
        {"dossier", "convention"} | MONEY | GRANTS | GRANT_PAYMENTS,
    ),
    **dict.fromkeys((Role.EDITEUR, Role.SIGNATAIRE, Role.MANDATAIRE), {"dossier", "convention"} | MONEY | GRANTS),
    Role.DSDEN: {"dossier", "convention"} | GRANTS,
    **{one: {"dossier", "convention", "grant 1"} for one in (Role.IEN, Role.ERUN, THE_DIRECTOR)},
    ANOTHER_DIRECTOR: {"dossier", "convention", "grant 2"},
    THE_COLLEGE: {"grant 1", "grant_payment 1"},
    ANOTHER_COLLEGE: {"grant 2", "grant_payment 2"},
    **{f"{role} elsewhere": set() for role in ONE_A_LEVEL},
}


# The factories give these once: another is named.
ELSEWHERE: dict[Level, dict[str, Any]] = {Level.ACADEMIE: {"rennes": True}, Level.DEPARTEMENT: {"belfort": True}}


@dataclass(frozen=True)
class Situation:
    subsidy: EquipmentSubsidy
    schools: list[School]
    grants: list[ResourcesSubsidy]
    rows: dict[str, Piece | IssuedDocument]
    pages: dict[str, str]

    def who(self, name: str) -> Actor:
        """That person, here or elsewhere."""
        first, second = self.grants
        named: dict[str, tuple[Role, Any]] = {
            THE_DIRECTOR: (Role.DIRECTOR, self.schools[0]),
            ANOTHER_DIRECTOR: (Role.DIRECTOR, self.schools[1]),
            THE_COLLEGE: (Role.COLLEGE_REFERENT, first.payee),
            ANOTHER_COLLEGE: (Role.COLLEGE_REFERENT, second.payee),
            Role.DSDEN: (Role.DSDEN, self.schools[0].departement),
            Role.IEN: (Role.IEN, self.schools[0].circonscription),
            Role.ERUN: (Role.ERUN, self.schools[0].circonscription),
        }
        if name.endswith("elsewhere"):
            role = Role(name.removesuffix(" elsewhere"))
            others = {Level.ACADEMIE: AcademieFactory, Level.DEPARTEMENT: DepartementFactory}
            found = others.get(LEVEL_OF_ROLE[role])
            return actor_for(role, found(**ELSEWHERE[LEVEL_OF_ROLE[role]]) if found else None)
        return actor_for(*named[name]) if name in named else actor_of(self.subsidy, Role(name))


@pytest.fixture
def here() -> Situation:
    """Two schools of one commune, each with its collège in the same département; every act issued, every piece brought."""
    subsidy: EquipmentSubsidy = EquipmentSubsidyFactory(service_fait=True, convention__costs=[[8000], [8000]])
    convention_texts(subsidy.campaign)
    lines = list(Application.objects.filter(dossier=subsidy.convention.dossier).select_related("school").order_by("pk"))
    schools = [one.school for one in lines]
    School.objects.filter(pk=schools[0].pk).update(circonscription=CirconscriptionFactory(departement=schools[0].departement))
    schools[0].refresh_from_db()
    grants = [ResourcesSubsidyFactory(convention=subsidy.convention, school=school, paid=True) for school in schools]
    School.objects.filter(pk__in=[one.payee_id for one in grants]).update(departement=schools[0].departement)
    change = proposed(subsidy)
    rows = {**pieces_of(subsidy, change), **documents_of(subsidy, lines, grants)}
    keep_bytes(rows.values())
    payments = {one.resources_id: one for one in Payment.objects.filter(resources__isnull=False)}
    return Situation(
        subsidy,
        schools,
        grants,
        rows,
        pages={
            "dossier": subsidy.convention.dossier.get_absolute_url(),
            "convention": subsidy.convention.get_absolute_url(),
            "subsidy": subsidy.get_absolute_url(),
            "statement": reverse("subsidies:statement", args=[subsidy.pk]),
            "order": subsidy.orders.get().get_absolute_url(),
            "invoice": subsidy.invoices.get().get_absolute_url(),
            "account_change": change.get_absolute_url(),
            "acompte": subsidy.payments.get(kind="acompte").get_absolute_url(),
            **{f"grant {rank}": one.get_absolute_url() for rank, one in enumerate(grants, start=1)},
            **{f"grant_payment {rank}": payments[one.pk].get_absolute_url() for rank, one in enumerate(grants, start=1)},
        },
    )


def proposed(subsidy: EquipmentSubsidy) -> Any:
    editeur = actor_of(subsidy, Role.EDITEUR)
    words = {"iban": iban(99), "bic": "BDFEFRPPCCT", "holder": "Service de gestion comptable d’exemple"}
    return account.propose_account(subsidy=subsidy, actor=editeur, rib=received(editeur), **words)


def received(actor: Actor) -> StoredFile:
    return files.store(pdf_bytes(), name="exemple.pdf", actor=actor)


def pieces_of(subsidy: EquipmentSubsidy, change: Any) -> dict[str, Piece | IssuedDocument]:
    agent, editeur = actor_of(subsidy, AGENT), actor_of(subsidy, Role.EDITEUR)
    dossier, order = subsidy.convention.dossier, subsidy.orders.get()
    brought: dict[str, Piece | IssuedDocument] = {"new_rib": change.piece}
    for kind in ApplicationPiece:
        brought[kind.value] = projects.deposit_piece(dossier=dossier, kind=kind, file=received(editeur), actor=editeur)
    intent = brought.pop("letter_of_intent")
    brought["refused letter_of_intent"] = files.reject_piece(piece_id=intent.pk, actor=agent, comment="Lettre non signée.")
    for piece in ConventionPiece:
        brought[piece.value] = bring(subsidy.convention, piece, received(agent), actor=agent)
    brought["purchase_order"] = orders._deposit_copy(order, received(editeur), actor=editeur)
    brought["groupement"] = orders._deposit_groupement(order, received(editeur), actor=editeur)
    brought["invoice"] = invoices._deposit(subsidy, received(editeur), label="Facture", actor=editeur)
    return brought


def documents_of(
    subsidy: EquipmentSubsidy, lines: Iterable[Application], grants: Iterable[ResourcesSubsidy]
) -> dict[str, Piece | IssuedDocument]:
    daf = actor_of(subsidy, DAF)
    acompte = subsidy.payments.get(kind="acompte")
    solde = PaymentFactory(equipment=subsidy, kind="solde", paid=True)
    InvoiceFactory(subsidy=subsidy, expenses=dict.fromkeys(classes_of(subsidy), Decimal("8000")))
    with transaction.atomic():
        subsidy.statement.document = issue_statement(StatementFactory(subsidy=subsidy), actor=daf)
        issued = {
            "convention": issue_convention(subsidy.convention, actor=daf),
            "decision": issue_decision(subsidy, actor=daf),
            "acompte": issue_acompte_certificate(acompte, actor=daf),
            "payment_notice": issue_payment_notice(acompte, actor=daf),
            "statement": subsidy.statement.document,
            "service_fait": issue_service_fait(subsidy, definitive_of(subsidy), actor=actor_of(subsidy, Role.DAN)),
            "solde": issue_certificate(solde, actor=daf),
        }
        for rank, line in enumerate(lines, start=1):
            issued[f"receipt {rank}"] = issue_receipt(line, actor=daf)
            issued[f"selection {rank}"] = issue_selection_letter(line, ActKind.SELECTION, actor=daf)
            refused = issue_selection_letter(line, ActKind.NON_SELECTION, actor=daf, motive="Motif d’exemple.")
            issued[f"non_selection {rank}"] = refused
        for rank, grant in enumerate(grants, start=1):
            issued[f"grant_letter {rank}"] = issue_grant_letter(grant, actor=daf)
            issued[f"grant_notice {rank}"] = issue_payment_notice(grant.payments.get(), actor=daf)
    return dict(issued)


def keep_bytes(rows: Iterable[Piece | IssuedDocument]) -> None:
    """What the worker lays out after the commit, without the cost of laying it out."""
    for row in rows:
        if isinstance(row, Piece):
            continue
        path = default_storage.save(f"exemple/{row.pk}", ContentFile(pdf_bytes()))
        at = row.issued_at
        words = {"original_name": "exemple.pdf", "content_type": "application/pdf", "size": 9, "sha256": f"{row.pk:064}"}
        stored = StoredFile.objects.create(file=path, uploaded_at=at, attached_at=at, **words)
        IssuedDocument.objects.filter(pk=row.pk).update(state="rendered", file=stored, sha256=stored.sha256)


# --- Where it is read ---


def downloaded(client: Client, here: Situation) -> set[str]:
    answers = {name: client.get(row.get_absolute_url()) for name, row in here.rows.items()}
    for answer in answers.values():
        b"".join(answer.streaming_content if answer.streaming else ())  # type: ignore[attr-defined]
    assert {answer.status_code for answer in answers.values()} <= {200, 404}
    return {name for name, answer in answers.items() if answer.status_code == 200}


def listed(client: Client, here: Situation) -> set[str]:
    """On the page of the dossier and on those of the money, to whoever may open them."""
    urls: set[str] = set()
    for address in here.pages.values():
        answer = client.get(address)
        if answer.status_code != 200:
            continue
        for shown in ("documents", "pieces"):
            urls |= {link.url for link in answer.context.get(shown) or ()}
    return {name for name, row in here.rows.items() if row.get_absolute_url() in urls or checked_at(row) in urls}


def checked_at(row: Piece | IssuedDocument) -> str:
    """Where the DANE checks a piece of the application, to which its line leads."""
    if not isinstance(row, Piece) or row.subject_kind != "projects.dossier":
        return ""
    return reverse("projects:check_piece", args=[row.subject_id, row.pk])


def archived(client: Client, here: Situation) -> set[str]:
    answer = client.get(reverse("portal:archive", args=[here.subsidy.convention.dossier_id]))
    if answer.status_code == 404:
        return set()
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as taken:  # type: ignore[arg-type]
        lines = list(csv.DictReader(io.StringIO(taken.read("index.csv").decode("utf-8-sig")), delimiter=";"))
        texts = "".join(taken.read(name).decode("utf-8-sig") for name in taken.namelist() if name.endswith(".csv"))
    found = {(line["Intitulé"], line["Numéro"], line["État"]) for line in lines}
    read = {name for name, row in here.rows.items() if as_indexed(row) in found}
    assert ("Lettre non signée." in texts) is ("refused letter_of_intent" in read)
    return read


def as_indexed(row: Piece | IssuedDocument) -> tuple[str, str, str]:
    if isinstance(row, Piece):
        return (row.label, "", row.get_state_display())
    return (row.title, row.reference, str(DocumentState.RENDERED.label))


def test_each_reads_the_pieces_and_the_documents_that_are_for_her(client: Client, here: Situation) -> None:
    assert set(here.rows) == WHO_PAYS
    found: dict[str, dict[str, set[str]]] = {"downloaded": {}, "listed": {}, "archived": {}}
    for who in READ:
        client.force_login(here.who(who).user)
        found["downloaded"][who] = downloaded(client, here)
        found["listed"][who] = listed(client, here)
        found["archived"][who] = archived(client, here)

    assert found["downloaded"] == READ
    assert found["listed"] == READ
    # A collège is no party to the dossier: it has neither its page nor its archive.
    assert found["archived"] == {who: read if "dossier" in PAGES[who] else set() for who, read in READ.items()}


@pytest.mark.parametrize("who", PAGES)
def test_each_opens_the_pages_and_takes_away_the_lines_that_are_for_her(client: Client, here: Situation, who: str) -> None:
    client.force_login(here.who(who).user)

    assert {name for name, address in here.pages.items() if client.get(address).status_code == 200} == PAGES[who]

    def taken(name: str) -> list[dict[str, str]]:
        answer = client.get(reverse(name), {"export": "csv"})
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        assert not any(account in re.sub(r"\s", "", text) for account in accounts(here))
        return list(csv.DictReader(io.StringIO(text), delimiter=";"))

    commune = here.subsidy.convention.dossier.collectivite.name
    colleges = [one.payee.name for one in here.grants]
    money, read = "subsidy" in PAGES[who], PAGES[who]
    expected = {commune} if money else set()
    assert {line["Collectivité"] for line in taken("subsidies:subsidies")} == expected
    assert {line["Collectivité"] for line in taken("subsidies:orders")} == expected
    assert {line["Bénéficiaire"] for line in taken("subsidies:payments")} == expected | {
        name for rank, name in enumerate(colleges, start=1) if f"grant_payment {rank}" in read
    }
    assert {line["Collège référent"] for line in taken("subsidies:grants")} == {
        name for rank, name in enumerate(colleges, start=1) if f"grant {rank}" in read
    }
    assert len(taken("conventions:conventions")) == ("convention" in read)
    dossiers = taken("portal:dossiers")
    assert len(dossiers) == ("dossier" in read)
    assert all(bool(line.get("Versé (€)")) is money for line in dossiers)


def accounts(here: Situation) -> set[str]:
    return {here.subsidy.convention.iban, *(one.iban for one in here.grants), iban(99)}


# --- What the pages say ---

WHOLE_ACCOUNT = {
    Role.AGENT_DANE,
    Role.DAN,
    Role.GESTIONNAIRE_DAF,
    Role.VALIDEUR_DAF,
    Role.EDITEUR,
    Role.SIGNATAIRE,
    Role.MANDATAIRE,
}
OF_THE_ACADEMIE = {Role.RECTEUR, Role.DSI, Role.ADMINISTRATOR}


@pytest.mark.parametrize("who", [one for one in PAGES if PAGES[one]])
def test_no_page_tells_the_account_of_another(client: Client, here: Situation, who: str) -> None:
    """Whole to those who check, who pay and whose account it is; its last four digits to the rest of the académie; else nothing."""
    client.force_login(here.who(who).user)
    told = "".join(client.get(here.pages[name]).content.decode() for name in PAGES[who])
    told = re.sub(r"\s", "", told)

    ours, grant = here.subsidy.convention.iban, here.grants[0].iban
    whole = {"ours": who in WHOLE_ACCOUNT, "grant": who in (*WHOLE_ACCOUNT, THE_COLLEGE) and who not in COLLECTIVITE}
    assert {"ours": ours in told, "grant": grant in told} == whole
    ends = {"ours": f"…{ours[-4:]}" in told or ours[-4:] in told, "grant": f"…{grant[-4:]}" in told}
    if who in OF_THE_ACADEMIE:
        assert ends == {"ours": True, "grant": True}
    elif who not in WHOLE_ACCOUNT:
        assert not ends["grant"] or who == THE_COLLEGE
        assert f"…{ours[-4:]}" not in told


COLLECTIVITE = {Role.EDITEUR, Role.SIGNATAIRE, Role.MANDATAIRE}


def test_who_follows_the_money_of_one_commune_reads_that_of_no_other(client: Client, here: Situation) -> None:
    """A director here, elected elsewhere: the page of the dossier and the list show her the school, not the amounts."""
    director = here.who(THE_DIRECTOR)
    elsewhere: Any = EquipmentSubsidyFactory(acompte_paid=True)
    client.force_login(actor_for(Role.SIGNATAIRE, elsewhere.thread.collectivite, user=director.user).user)

    page = client.get(here.pages["dossier"])
    answer = client.get(reverse("portal:dossiers"), {"export": "csv"})
    lines = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")), delimiter=";")  # type: ignore[attr-defined]

    assert (page.context["subsidy"], page.context["convention"], page.context["amounts"]) == (None, None, None)
    paid = {line["Collectivité"]: line["Versé (€)"] for line in lines}
    assert paid[here.subsidy.thread.collectivite.name] == ""
    assert paid[elsewhere.thread.collectivite.name] != ""


def test_a_school_reads_the_convention_without_the_words_of_others(client: Client, here: Situation) -> None:
    client.force_login(here.who(THE_DIRECTOR).user)
    page = client.get(here.pages["convention"])
    assert page.context["account"] == page.context["cbr"] == page.context["events"] == []
    assert "Compte à créditer" not in page.content.decode()
