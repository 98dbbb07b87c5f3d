"""The pages of the take-over: the workbook reviewed, confirmed, entered by the job, or refused."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from conventions.models import Convention
from plannumerique.jobs.models import Job
from plannumerique.ui.spreadsheets import XLSX
from projects.models import Application
from subsidies.enums import PaymentKind
from subsidies.models import EquipmentSubsidy, Payment
from tests.factories import UserFactory
from tests.ods import as_ods
from tests.portal.taking_over.nothing_written import nothing_is_there, nothing_went_out
from tests.taken_over import ACOMPTE, DECIDED, SIGNED, address, entered, line_of, workbook

pytestmark = pytest.mark.django_db


def confirm(client, campaign, answer):
    """What the browser sends back from the review: the file kept, the digest of what was shown."""
    form = answer.context["form"]
    return client.post(address(campaign), {"digest": form["digest"].value(), "file_kept": form.fields["file"].widget.kept_key})


def test_the_review_says_what_will_be_entered_and_writes_nothing(client, campaign, dane):
    client.force_login(dane.user)

    answer = client.post(address(campaign), {"file": workbook(campaign, line_of(ACOMPTE))})

    assert answer.status_code == 200
    page = answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ")
    for words in ("Rien n’est encore enregistré", "Convention n° CONV-PAPIER-7 signée, 12 000,00 €", "un gestionnaire de la DAF"):
        assert words in page
    assert nothing_is_there()
    assert not Job.objects.exists()


def test_once_confirmed_each_dossier_is_entered_by_the_job(client, campaign, dane, gestionnaire):
    lines = [line_of(ACOMPTE), line_of(SIGNED, convention_number="CONV-8"), line_of({})]
    for who in (dane, gestionnaire):
        client.force_login(who.user)
        answer = client.post(address(campaign), {"file": workbook(campaign, *lines[: 3 if who is dane else 1])})
        done = confirm(client, campaign, answer)
        assert done["Location"] == Job.objects.first().get_absolute_url()

    assert sorted(Application.objects.values_list("state", flat=True)) == ["contracted", "contracted", "retained"]
    assert EquipmentSubsidy.objects.get().state == "acompte_requested"
    assert nothing_went_out()
    assert not Job.objects.get(title__startswith="Reprendre", asked_by=dane.user).rows.exclude(outcome="passed").exists()


def test_a_workbook_saved_by_libreoffice_is_entered_as_its_xlsx_would_be(client, campaign, dane):
    client.force_login(dane.user)
    data = as_ods(
        workbook(campaign, line_of(SIGNED, "7000", 9000.5, subsidy_max=7500, recteur_signed_on=dt.date(2016, 3, 30))).read()
    )

    answer = client.post(address(campaign), {"file": SimpleUploadedFile("reprise.ods", data)})
    done = confirm(client, campaign, answer)

    assert done["Location"] == Job.objects.get().get_absolute_url()
    convention = Convention.objects.get()
    assert (convention.reference, convention.subsidy_max) == ("CONV-PAPIER-7", Decimal("7500.00"))
    assert convention.recteur_signed_on == dt.date(2016, 3, 30)
    assert [one.expense for one in Application.objects.get().forecasts.all()] == [Decimal("7000.00"), Decimal("9000.50")]


def test_a_workbook_saved_by_libreoffice_with_a_wrong_cell_is_refused_by_it(client, campaign, dane):
    client.force_login(dane.user)
    data = as_ods(workbook(campaign, line_of(SIGNED), line_of(SIGNED, uai="0259999A", siren="=1+1")).read())

    answer = client.post(address(campaign), {"file": SimpleUploadedFile("reprise.ods", data)})

    assert answer.status_code == 422
    assert [(fault.row, fault.head) for fault in answer.context["faults"]] == [
        (3, "SIREN de la collectivité"),
        (3, "UAI de l’école"),
    ]
    assert nothing_is_there()


def test_one_refused_dossier_holds_the_workbook_back_and_is_named_by_its_line(client, campaign, dane):
    client.force_login(dane.user)
    lines = [line_of(SIGNED), line_of(SIGNED, convention_number="CONV-8", recteur_signed_on="20/03/2016")]

    answer = client.post(address(campaign), {"file": workbook(campaign, *lines)})

    assert answer.status_code == 422
    (refused,) = answer.context["refused"]
    assert refused.past.first == 3
    assert nothing_is_there()


def test_a_review_overtaken_by_another_entry_is_shown_again(client, campaign, dane):
    client.force_login(dane.user)
    line = line_of(SIGNED)
    answer = client.post(address(campaign), {"file": workbook(campaign, line)})
    entered(campaign, line, by=dane)

    assert confirm(client, campaign, answer).status_code == 422
    assert Convention.objects.count() == 1


@pytest.mark.parametrize(
    ("line", "sentence"),
    [({"siren": "=1+1"}, "formule"), ({"uai": "0259999A"}, "clé"), ({"decision_on": "32/13/2016"}, "date")],
)
def test_a_hostile_cell_is_named_and_nothing_is_recorded(client, campaign, dane, line, sentence):
    client.force_login(dane.user)

    answer = client.post(address(campaign), {"file": workbook(campaign, line_of(DECIDED) | line)})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert nothing_is_there()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 not a workbook", b"<html></html>"])
def test_what_is_no_workbook_is_refused(client, campaign, dane, data):
    client.force_login(dane.user)

    answer = client.post(address(campaign), {"file": SimpleUploadedFile("reprise.xlsx", data, content_type=XLSX)})

    assert answer.status_code == 422
    assert nothing_is_there()


def test_the_empty_model_has_nothing_to_take_over(client, campaign, dane):
    client.force_login(dane.user)
    assert client.get(address(campaign)).status_code == 200
    assert client.get(reverse("portal:take_overs")).status_code == 200
    model = client.get(address(campaign, "take_over_model"))
    assert b"".join(model.streaming_content).startswith(b"PK")

    answer = client.post(address(campaign), {"file": workbook(campaign)})

    assert answer.status_code == 422
    assert "aucune ligne remplie" in answer.content.decode()


def test_the_pages_of_a_dossier_say_that_it_is_taken_over(client, campaign, dane, gestionnaire):
    line = line_of(ACOMPTE)
    entered(campaign, line, by=dane)
    entered(campaign, line, by=gestionnaire)
    client.force_login(dane.user)

    convention, subsidy, payment = Convention.objects.get(), EquipmentSubsidy.objects.get(), Payment.objects.get()
    for row, words in (
        (convention.dossier, "Actes repris"),
        (convention, "Convention reprise le"),
        (subsidy, "Décision reprise le"),
        (payment, "Reprise, à confirmer"),
        (Application.objects.get(), "Conventionnée, reprise"),
    ):
        assert words in client.get(row.get_absolute_url()).content.decode()
    for name in ("portal:dossiers", "projects:applications", "conventions:conventions", "subsidies:payments"):
        assert "repris" in client.get(reverse(name)).content.decode().casefold(), name


def test_the_valideur_confirms_on_the_page_of_the_payment_or_all_at_once(client, campaign, dane, gestionnaire, valideur):
    lines = [line_of(ACOMPTE), line_of(ACOMPTE, convention_number="CONV-8", acompte_dp="1000000078")]
    for line in lines:
        entered(campaign, line, by=dane)
        entered(campaign, line, by=gestionnaire)
    client.force_login(valideur.user)
    first, second = Payment.objects.order_by("pk")

    assert reverse("subsidies:confirm_past_payment", args=[first.pk]) in client.get(first.get_absolute_url()).content.decode()
    client.post(reverse("subsidies:confirm_past_payment", args=[first.pk]), {"seen": first.version, "comment": ""})
    client.post(reverse("portal:bulk", args=["confirmer-paiements-repris"]) + f"?ligne={second.pk}", {"expected": "1"})

    assert set(Payment.objects.values_list("state", flat=True)) == {"paid"}
    assert set(EquipmentSubsidy.objects.values_list("paid_total", flat=True)) == {Decimal("6000.00")}
    assert Payment.objects.filter(kind=PaymentKind.ACOMPTE).count() == 2


def test_a_stranger_sees_no_way_in(client):
    client.force_login(UserFactory())

    assert client.get(reverse("portal:take_overs")).status_code == 403
