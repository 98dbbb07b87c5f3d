"""The visits that check the demonstration over HTTP must notice what is wrong."""

import hashlib
from typing import Any

import pytest

from demonstration import papers, visit
from demonstration.visit import Visit
from plannumerique.accounts.models import User
from plannumerique.files.content import PDF
from plannumerique.files.enums import Readers, Verdict
from plannumerique.files.models import IssuedDocument, StoredFile
from plannumerique.organisations.enums import Role
from projects.models import Dossier
from tests.factories import AT, MembershipFactory, UserFactory
from tests.factories_projects import DossierFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def demo(settings: Any) -> None:
    settings.PORTAL_DEMO = True
    settings.PORTAL_CLOCK_FILE = ""
    settings.PORTAL_TODAY = AT.date()


@pytest.fixture
def dossier() -> Dossier:
    return DossierFactory()


@pytest.fixture
def mayor(dossier: Dossier) -> User:
    user: User = UserFactory(email="maire@demo.invalid")
    MembershipFactory(user=user, role=Role.SIGNATAIRE, collectivite=dossier.collectivite)
    return user


def letter_of(dossier: Dossier) -> IssuedDocument:
    data = papers.paper("LETTRE FICTIVE", issuer="Rectorat", on=AT.date(), rows=["Un mot."])
    file = StoredFile.objects.keep(data, name="lettre.pdf", content_type=PDF, at=AT, verdict=Verdict.OURS, attached=True)
    letter = IssuedDocument(
        thread=dossier.thread,
        subject_kind="projects.dossier",
        subject_id=dossier.pk,
        readers=Readers.DOSSIER,
        kind="receipt",
        title="Accusé",
        series="essai",
        number=1,
        reference="essai-1",
        template="projects/pdf/receipt.html",
        snapshot={},
        issued_at=AT,
        verification_code="ABCDEFGHJKMN",
        state="rendered",
        file=file,
        sha256=file.sha256,
    )
    letter.save()
    return letter


def test_a_person_finds_her_pages_and_letters_and_not_those_of_others(live_server: Any, dossier: Dossier, mayor: User) -> None:
    letter, foreign = letter_of(dossier), DossierFactory()
    (found,) = visit.whole_visits()
    assert found.user == mayor
    assert dossier.get_absolute_url() in found.pages
    assert found.letters == {letter.get_absolute_url(): letter.sha256}
    assert foreign.get_absolute_url() in found.foreign
    assert visit.faults(live_server.url, [found, *visit.short_visits()]) == []


def test_each_thing_that_is_wrong_is_named(live_server: Any, dossier: Dossier, mayor: User) -> None:
    letter, foreign = letter_of(dossier), DossierFactory()
    wrong = Visit(
        mayor,
        pages=[foreign.get_absolute_url()],
        letters={letter.get_absolute_url(): hashlib.sha256(b"autre chose").hexdigest()},
        foreign=[dossier.get_absolute_url()],
    )
    page, other_bytes, not_hidden = visit.faults(live_server.url, [wrong])
    assert f"{foreign.get_absolute_url()} répond 404" in page
    assert letter.get_absolute_url() in other_bytes
    assert "qui n’est pas à elle, répond 200" in not_hidden


def test_a_person_who_cannot_enter_is_named(live_server: Any, mayor: User) -> None:
    User.objects.filter(pk=mayor.pk).update(is_active=False)
    (fault,) = visit.faults(live_server.url, [Visit(mayor)])
    assert fault == "maire@demo.invalid : entrée refusée (404)"


def test_a_portal_that_does_not_answer_is_a_fault(mayor: User) -> None:
    (fault,) = visit.faults("http://127.0.0.1:9", [Visit(mayor)])
    assert fault == "maire@demo.invalid : entrée refusée (0)"
