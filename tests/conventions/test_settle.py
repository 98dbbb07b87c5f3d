"""Settling the text: by the DAN, once everything is there; twenty clicks make one document."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from conventions import services
from conventions.enums import ConventionState
from conventions.models import Convention, CoveredClass
from plannumerique.files.enums import Readers
from plannumerique.files.models import IssuedDocument, LetterSeries, Piece
from plannumerique.journal.machine import Refused, WrongState
from plannumerique.journal.models import JournalLine
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from projects.models import CampaignText, Signatory
from tests.factories import actor_for
from tests.factories_conventions import PARIS, ConventionFactory

pytestmark = pytest.mark.django_db

JULY = dt.datetime(2016, 7, 11, 10, 0, tzinfo=PARIS)


def dan(convention, *, at=JULY):
    return actor_for(Role.DAN, convention.campaign.academie, at=at)


def settle(convention, **changes):
    return services.settle(**{"convention_id": convention.pk, "actor": dan(convention), **changes})


def fresh(convention):
    return Convention.objects.select_related(*Convention.passage_related).get(pk=convention.pk)


def test_the_text_is_numbered_and_the_amounts_are_those_of_the_rules():
    convention = ConventionFactory(negotiation=True, schools=2, expense=Decimal("9480.60"))

    settle(convention)

    row = fresh(convention)
    assert (row.state, row.settled_on) == (ConventionState.SETTLED, dt.date(2016, 7, 11))
    assert (row.project_amount, row.subsidy_max, row.resources_total) == (
        Decimal("56883.60"),
        Decimal("24000.00"),
        Decimal("1000.00"),
    )
    assert row.document.kind == "convention"
    assert row.reference == "AAP-2016-CONV-0001"
    assert row.document.readers == Readers.SIGNATORIES
    assert row.document.snapshot["subsidy_max"] == {"$decimal": "24000.00"}
    assert {one.subsidy for one in CoveredClass.objects.of_convention(row.pk)} == {Decimal("4000.00")}


def test_the_collectivite_is_told_to_deliberate_before_it_signs():
    convention = ConventionFactory(negotiation=True)

    settle(convention)

    mail = OutboxMail.objects.get(kind="convention_settled")
    assert "L. 2131-1" in mail.text
    assert "contrôleur budgétaire" not in mail.text
    assert "mercredi 31\u00a0août 2016" in mail.text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"iban": ""}, "Le SIRET, l’IBAN ou le titulaire du compte manque"),
        ({"siret": ""}, "Le SIRET, l’IBAN ou le titulaire du compte manque"),
        ({"rib": None}, "La pièce « relevé d’identité bancaire » manque"),
        ({"deployment_until": None}, "Le calendrier prévisionnel de déploiement manque"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_written(changes, sentence):
    convention = ConventionFactory(negotiation=True, **changes)

    with pytest.raises(Refused) as refused:
        settle(convention)

    assert [one for one in refused.value.reasons if sentence in one.replace("\u00a0", " ")]
    assert fresh(convention).state == ConventionState.NEGOTIATION
    assert not IssuedDocument.objects.exists()
    assert not OutboxMail.objects.exists()


@pytest.mark.parametrize(
    ("state", "sentence"), [("deposited", "attend sa vérification"), ("rejected", "est refusée (illisible)")]
)
def test_a_rib_that_is_not_accepted_stops_it(state, sentence):
    convention = ConventionFactory(negotiation=True)
    checked = None if state == "deposited" else JULY
    Piece.objects.filter(pk=convention.rib_id).update(state=state, checked_at=checked, motive="illisible")

    with pytest.raises(Refused, match=sentence.replace("(", r"\(").replace(")", r"\)")):
        settle(convention)


def test_a_campaign_without_signatory_or_text_is_named_and_the_number_is_not_used():
    convention = ConventionFactory(negotiation=True)
    Signatory.objects.filter(campaign=convention.campaign).delete()
    CampaignText.objects.filter(campaign=convention.campaign, slot="duration").delete()

    with pytest.raises(Refused) as refused:
        settle(convention)

    reason, _ = refused.value.reasons
    assert "le texte de l’article 9 (campagne)" in reason
    assert "le signataire de la convention (campagne)" in reason
    assert not LetterSeries.objects.exists()
    assert fresh(convention).settled_on is None


@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.RECTEUR, Role.GESTIONNAIRE_DAF])
def test_only_the_dan_settles(role):
    convention = ConventionFactory(negotiation=True)

    with pytest.raises(PermissionDenied, match="délégué académique au numérique"):
        settle(convention, actor=actor_for(role, convention.campaign.academie))

    assert fresh(convention).state == ConventionState.NEGOTIATION


def test_the_dan_of_another_academie_does_not_settle():
    convention = ConventionFactory(negotiation=True)

    with pytest.raises(PermissionDenied):
        settle(convention, actor=actor_for(Role.DAN, at=JULY, academie__rennes=True))


def test_a_later_settlement_cancels_and_replaces_the_text():
    convention = ConventionFactory(negotiation=True)
    settle(convention)
    first = fresh(convention).document
    services.reopen_negotiation(convention_id=convention.pk, actor=dan(convention), comment="une erreur d’adresse")
    assert fresh(convention).document is None

    settle(convention)

    second = fresh(convention).document
    assert (first.reference, second.reference) == ("AAP-2016-CONV-0001", "AAP-2016-CONV-0002")
    assert second.replaces == first
    assert list(IssuedDocument.objects.about(convention).in_force()) == [second]


def test_the_second_click_learns_who_was_first():
    convention = ConventionFactory(negotiation=True)
    first = dan(convention)
    settle(convention, actor=first)

    with pytest.raises(WrongState, match=f"Déjà traité par {first.user}"):
        settle(convention)

    assert IssuedDocument.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_at_once_make_one_document(monkeypatch):
    monkeypatch.setattr("plannumerique.celery.publish", lambda task, *args: True)
    convention = ConventionFactory(negotiation=True)
    actors = [dan(convention) for _ in range(20)]

    def click(actor):
        try:
            settle(convention, actor=actor)
        except WrongState as refused:
            return " ".join(refused.reasons)
        finally:
            connection.close()
        return "settled"

    with ThreadPoolExecutor(max_workers=20) as pool:
        outcomes = list(pool.map(click, actors))

    assert outcomes.count("settled") == 1
    assert all("Déjà traité par" in one for one in outcomes if one != "settled")
    assert IssuedDocument.objects.count() == 1
    assert LetterSeries.objects.get().last == 1
    assert JournalLine.objects.filter(act="settle").count() == 1
    assert OutboxMail.objects.filter(kind="convention_settled").count() == 1
