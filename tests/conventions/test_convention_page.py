"""The page of a convention: what each sees of it, and that no link leads nowhere."""

import datetime as dt
import re

import pytest

from conventions import services
from conventions.enums import ConventionState as S
from plannumerique.organisations.enums import Role
from tests.conventions.pages_in_august import NOW, as_dane, as_editor, fresh, log_in, plain, url
from tests.factories import SchoolFactory, actor_for
from tests.factories_conventions import PRIVATE_IBAN, ConventionFactory
from tests.factories_projects import ApplicationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_august(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: NOW)


def test_the_page_of_a_large_convention_stays_under_twenty_queries(client, django_assert_max_num_queries):
    convention = ConventionFactory(negotiation=True, schools=12)
    as_dane(client, convention, Role.DAN)

    with django_assert_max_num_queries(20):
        answer = client.get(convention.get_absolute_url())

    assert answer.status_code == 200


@pytest.mark.parametrize("state", list(S))
def test_every_state_has_its_page_within_twenty_queries(client, state, django_assert_max_num_queries):
    convention = ConventionFactory(state=state, schools=1)
    as_dane(client, convention)

    with django_assert_max_num_queries(20):
        answer = client.get(convention.get_absolute_url())

    assert answer.status_code == 200
    assert f"Convention – {convention.dossier.collectivite}" in plain(answer)


@pytest.mark.parametrize("role", [Role.DAN, Role.EDITEUR, Role.RECTEUR])
@pytest.mark.parametrize("state", list(S))
def test_every_link_of_the_page_opens(client, state, role):
    convention = ConventionFactory(state=state, schools=1)
    ApplicationFactory(retained=True, dossier=convention.dossier)
    where = convention.dossier.collectivite if role is Role.EDITEUR else convention.campaign.academie
    log_in(client, role, where)

    page = client.get(convention.get_absolute_url()).content.decode()

    for path in set(re.findall(rf'href="({convention.get_absolute_url()}[^"#]+)"', page)):
        assert client.get(path).status_code == 200, path


def test_amounts_unfold_class_by_class(client):
    convention = ConventionFactory(negotiation=True, expense="9480.60")
    as_editor(client, convention)

    page = plain(client.get(convention.get_absolute_url()))

    assert "Subvention calculée (indicative)" in page
    assert "retenue à hauteur de 8 000,00 € (plafond de 8 000,00 € par classe)" in page
    assert "Reste à la charge de la collectivité" in page
    assert "16 441,80 €" in page


def test_a_blocked_action_shows_what_is_missing_and_what_others_do_is_said(client):
    convention = ConventionFactory(negotiation=True, iban="", rib=None)
    as_dane(client, convention, Role.DAN)

    page = plain(client.get(convention.get_absolute_url()))

    assert "Le SIRET, l’IBAN ou le titulaire du compte manque" in page
    assert f'href="{url("settle", convention)}"' not in page


@pytest.mark.parametrize(
    ("role", "whole"),
    [(Role.EDITEUR, True), (Role.AGENT_DANE, True), (Role.VALIDEUR_DAF, True), (Role.DSI, False), (Role.RECTEUR, False)],
)
def test_the_iban_is_whole_only_for_those_who_check_it_or_pay(client, role, whole):
    convention = ConventionFactory(negotiation=True)
    log_in(client, role, convention.dossier.collectivite if role is Role.EDITEUR else convention.campaign.academie)

    page = plain(client.get(convention.get_absolute_url()))

    assert ("FR76 3000 1002" in page) is whole
    assert ("se termine par 0076" in page) is not whole


def test_a_director_sees_her_convention_without_the_account_nor_the_rib(client):
    convention = ConventionFactory(settled=True)
    log_in(client, Role.DIRECTOR, convention.covered_schools.get().school)

    page = plain(client.get(convention.get_absolute_url()))

    assert "0076" not in page
    assert "Compte à créditer" not in page
    assert "Relevé d’identité bancaire" not in page
    assert "Convention de partenariat" not in page


def test_an_unexpected_bank_is_said_and_a_shared_account_is_not(client):
    convention = ConventionFactory(negotiation=True, iban=PRIVATE_IBAN)
    shared = ConventionFactory(negotiation=True)
    as_dane(client, convention)

    assert "n’est pas celui d’un comptable public" in plain(client.get(convention.get_absolute_url()))
    assert "comptable public" not in plain(client.get(shared.get_absolute_url()))


def test_a_sitting_too_late_is_said(client):
    convention = ConventionFactory(settled=True, next_sitting_on=dt.date(2016, 9, 12))
    as_editor(client, convention)

    assert "vient trop tard" in plain(client.get(convention.get_absolute_url()))


def test_a_text_that_was_cancelled_says_so(client):
    convention = ConventionFactory(settled=True)
    as_dane(client, convention)
    services.reopen_negotiation(
        convention_id=convention.pk, actor=actor_for(Role.AGENT_DANE, convention.campaign.academie, at=NOW), comment="motif"
    )

    page = plain(client.get(convention.get_absolute_url()))

    assert "Caduc" in page
    assert "il ne se signe plus" in page


@pytest.mark.parametrize("role", [Role.EDITEUR, Role.AGENT_DANE, Role.DIRECTOR])
def test_a_foreign_convention_does_not_exist(client, role):
    convention, other = (
        ConventionFactory(negotiation=True),
        ConventionFactory(dossier__campaign__academie__code="14", dossier__campaign__academie__name="Rennes"),
    )
    where = {
        Role.EDITEUR: other.dossier.collectivite,
        Role.AGENT_DANE: other.campaign.academie,
        Role.DIRECTOR: SchoolFactory(),
    }[role]
    log_in(client, role, where)

    for path in (convention.get_absolute_url(), url("settle", convention), url("describe_payee", convention)):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("name", ["settle", "negotiate", "abandon", "add_school", "request_cbr", "reopen_negotiation"])
def test_the_pages_of_the_dane_are_closed_to_the_collectivite(client, name):
    convention = ConventionFactory(negotiation=True)
    as_editor(client, convention)

    assert client.get(url(name, convention)).status_code == 403
    assert client.post(url(name, convention), {"seen": convention.version}).status_code == 403
    assert fresh(convention).state == S.NEGOTIATION
