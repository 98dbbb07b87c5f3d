"""Dossiers settled before the portal, in the portal: led on, undone, shown on its pages."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conventions.models import Convention
from plannumerique.files.models import IssuedDocument
from plannumerique.jobs.models import Job
from plannumerique.organisations.enums import Role
from projects.enums import ActKind
from projects.rules import ClassKey
from subsidies.models import EquipmentSubsidy, PastExpense, Payment, ResourcesSubsidy
from subsidies.services.account import accept_rib, confirm_account, propose_account
from subsidies.services.payments import record_payment, reject_payment, validate_payment
from subsidies.services.service_fait import revoke_service_fait
from subsidies.services.solde import liquidate_solde
from tests.factories_statement import printed
from tests.factories_subsidies import actor_of, iban, word_the_acts
from tests.papers import draft
from tests.portal.taking_over.settled import confirm, plain
from tests.taken_over import (
    CLOSED,
    GRANT,
    NOTIFIED,
    NOW,
    SERVICE_FAIT,
    SIGNED,
    SOLDE,
    address,
    entered,
    line_of,
    the_dossier,
    workbook,
)

pytestmark = pytest.mark.django_db


# --- From there, the portal ---


def test_a_service_fait_taken_over_is_settled_in_the_portal(campaign, bring, gestionnaire, valideur):
    subsidy = bring(line_of(SERVICE_FAIT))
    word_the_acts(campaign)
    give_an_account(subsidy)
    november = dt.date(2016, 11, 25)

    payment = liquidate_solde(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF, on=november))
    validator = actor_of(subsidy, Role.VALIDEUR_DAF, on=november)
    validate_payment(payment_id=payment.pk, actor=validator)
    record_payment(payment_id=payment.pk, actor=validator, dp_number="1000000099", on=november)

    assert (payment.amount, payment.exercise) == (Decimal("5950.25"), 2016)
    assert EquipmentSubsidy.objects.get().paid_total == Decimal("11950.25")
    certificate = printed(IssuedDocument.objects.get(kind=ActKind.SOLDE))
    assert "SF-PAPIER-1" in certificate


def give_an_account(subsidy):
    editor = actor_of(subsidy, Role.EDITEUR)
    rib = draft(editor.user, at=editor.at, name="rib.pdf")
    change = propose_account(subsidy=subsidy, actor=editor, iban=iban(77), bic="BDFEFRPPCCT", holder="SGC d’exemple", rib=rib)
    accept_rib(change_id=change.pk, actor=actor_of(subsidy, Role.AGENT_DANE))
    confirm_account(change_id=change.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF))


def test_a_service_fait_misread_is_revoked_and_entered_again(campaign, bring, dane):
    line = line_of(SERVICE_FAIT)
    subsidy = bring(line | {"justified_1": "7000", "justified_total": "24100", "definitive_amount": "11500"})
    revoke_service_fait(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.DAN), comment="Total mal recopié.")
    revoked = EquipmentSubsidy.objects.get()
    assert (revoked.state, revoked.definitive_amount, revoked.service_fait_reference) == ("justified", None, "")
    assert not PastExpense.objects.exists()

    entered(campaign, line, by=dane)

    assert EquipmentSubsidy.objects.get().definitive_amount == Decimal("11950.25")
    assert PastExpense.objects.count() == 3


def test_a_solde_rejected_is_entered_again(campaign, bring, dane, gestionnaire, valideur):
    line = line_of(SOLDE)
    without = dict.fromkeys(("solde_amount", "solde_on", "solde_dp"), "")
    bring(line | without | {"stage": "service fait constaté"})
    entered(campaign, line | {"solde_dp": "1000000079"}, by=gestionnaire)
    reject_payment(payment_id=Payment.objects.get(kind="solde").pk, actor=valideur, comment="Chorus dit 1000000078.")

    entered(campaign, line, by=gestionnaire)
    confirm(valideur)

    assert EquipmentSubsidy.objects.get().state == "solde_paid"
    assert Payment.objects.get(state="paid", kind="solde").dp_number == "1000000078"


def test_a_grant_is_taken_over_at_any_stage_notified_then_paid(campaign, bring, gestionnaire, valideur):
    line = line_of(NOTIFIED, grant_reference="RESS-1", grant_notified_on="10/05/2016")
    bring(line)
    assert ResourcesSubsidy.objects.get().state == "notified"
    assert not Payment.objects.exists()

    bring(line | GRANT)

    grant, payment = ResourcesSubsidy.objects.get(), Payment.objects.get()
    assert (grant.state, grant.paid_total, grant.ej_number) == ("paid", Decimal("500"), "2100000043")
    assert (payment.kind, payment.dp_number, payment.payee_name) == ("resources", "1000000090", grant.payee.name)
    assert payment.taken_over_on == NOW.date()


def test_the_numbers_of_the_classes_are_those_of_the_convention(campaign):
    past = the_dossier(campaign, line_of(SERVICE_FAIT))

    school = past.lines[0].selection.school
    assert set(past.receptions) == {ClassKey(school.uai, number) for number in (1, 2, 3)}


# --- The pages ---


def test_a_contradiction_is_shown_by_its_cell_and_the_file_is_not_kept(client, campaign, dane):
    client.force_login(dane.user)

    answer = client.post(address(campaign), {"file": workbook(campaign, line_of(CLOSED, solde_amount="6000"))})

    assert answer.status_code == 422
    page = plain(answer.content.decode())
    assert "dépasse ce qui restait dû" in page
    assert "Fichier conservé" not in page
    assert "file_kept" not in page
    assert not EquipmentSubsidy.objects.exists()


def test_what_waits_for_somebody_else_does_not_hold_the_workbook_back(client, campaign, dane, bring):
    done, new = line_of(SOLDE, convention_number="CONV-9"), line_of({})
    bring(done)
    client.force_login(dane.user)

    answer = client.post(address(campaign), {"file": workbook(campaign, done, new)})

    assert answer.status_code == 200
    assert [one.past.first for one in answer.context["ready"]] == [3]
    assert [one.past.first for one in answer.context["idle"]] == [2]
    assert "Dossiers laissés comme ils sont" in answer.content.decode()


def test_a_long_workbook_is_read_whole_then_entered_by_the_job_which_says_why_the_rest_is_not(
    client, campaign, dane, monkeypatch
):
    monkeypatch.setattr("portal.taking_over.views.MOST_REHEARSED", 2)
    client.force_login(dane.user)
    early = {"convention_number": "CONV-8", "recteur_signed_on": "20/03/2016"}
    lines = [line_of(SIGNED), line_of(SIGNED, **early), line_of({})]

    review = client.post(address(campaign), {"file": workbook(campaign, *lines)})
    assert (review.status_code, review.context["at_length"]) == (200, True)
    assert "Un dossier refusé ne retient pas les autres" in plain(review.content.decode())
    assert not Convention.objects.exists()
    form = review.context["form"]
    kept = {"digest": form["digest"].value(), "file_kept": form.fields["file"].widget.kept_key}
    done = client.post(address(campaign), kept)

    job = Job.objects.get()
    assert done["Location"] == job.get_absolute_url()
    assert sorted(job.rows.values_list("outcome", flat=True)) == ["passed", "passed", "refused"]
    assert "le recteur ne peut pas signer avant" in plain(client.get(job.get_absolute_url()).content.decode())
    assert [one.reference for one in Convention.objects.all()] == ["CONV-PAPIER-7"]


def test_a_long_workbook_with_one_wrong_cell_takes_nothing(client, campaign, dane, monkeypatch):
    monkeypatch.setattr("portal.taking_over.views.MOST_REHEARSED", 1)
    client.force_login(dane.user)

    answer = client.post(address(campaign), {"file": workbook(campaign, line_of({}), line_of(SIGNED, subsidy_max="11 999"))})

    assert answer.status_code == 422
    assert "le barème donne" in plain(answer.content.decode())
    assert not Job.objects.exists()


def test_a_long_workbook_asks_as_many_queries_whatever_its_lines(client, campaign, dane, monkeypatch):
    monkeypatch.setattr("portal.taking_over.views.MOST_REHEARSED", 0)
    client.force_login(dane.user)
    counted = []
    for size in (2, 6):
        file = workbook(campaign, *(line_of(SIGNED, convention_number=f"CONV-{size}-{one}") for one in range(size)))
        with CaptureQueriesContext(connection) as queries:
            assert client.post(address(campaign), {"file": file}).status_code == 200
        counted.append(len(queries))

    assert counted[0] == counted[1]
    assert counted[0] <= 20


def test_a_workbook_with_nothing_left_says_so_and_starts_no_job(client, campaign, dane, bring):
    line = line_of(SOLDE)
    bring(line)
    client.force_login(dane.user)

    answer = client.post(address(campaign), {"file": workbook(campaign, line)})

    assert answer.status_code == 422
    assert "Rien n’est à saisir par vous" in answer.content.decode()
    assert not Job.objects.exists()


def test_the_pages_of_a_closed_dossier_say_what_was_taken_over(client, campaign, dane, bring):
    subsidy = bring(line_of(CLOSED))
    client.force_login(dane.user)

    page = plain(client.get(subsidy.get_absolute_url()).content.decode())
    for words in ("Service fait repris le", "SF-PAPIER-1", "Camille EXEMPLE", "11 950,25 €", "20/09/2016"):
        assert words in page, words
    dossier = plain(client.get(subsidy.convention.dossier.get_absolute_url()).content.decode())
    for words in ("Actes repris", "Certificat de service fait", "SF-PAPIER-1", "RESS-PAPIER-1", "Solde"):
        assert words in dossier, words
    grant = ResourcesSubsidy.objects.get()
    assert "reprise" in plain(client.get(grant.get_absolute_url()).content.decode())
