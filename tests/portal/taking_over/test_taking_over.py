"""Dossiers engaged before the portal: entered exactly, stage by stage, by those whose act it was, and led on from there."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from conventions import services as conventions
from conventions.models import Convention, CoveredClass
from conventions.services import record_signed_copy
from deployments.models import MobileClass
from plannumerique.files.models import IssuedDocument
from plannumerique.jobs.models import Job
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine, Thread
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from plannumerique.ui.spreadsheets import XLSX
from projects import services as applications
from projects.enums import ActKind
from projects.models import Application, Dossier
from subsidies.enums import PaymentKind
from subsidies.models import EquipmentSubsidy, Payment, ResourcesSubsidy
from subsidies.services import taking_over as money
from subsidies.services.account import accept_rib, confirm_account, propose_account
from subsidies.services.convention import notify_convention
from subsidies.services.payments import record_payment, reject_payment, validate_payment
from subsidies.services.solde import liquidate_solde
from tests.factories import SchoolFactory, UserFactory, actor_for
from tests.factories_projects import ApplicationFactory, DossierFactory
from tests.factories_statement import constate, justify, printed
from tests.factories_subsidies import actor_of, draft, iban, word_the_acts
from tests.ods import as_ods
from tests.taken_over import (
    ACOMPTE,
    DECIDED,
    NOTIFIED,
    NOW,
    SIGNED,
    a_line,
    address,
    entered,
    line_of,
    read,
    workbook,
)

pytestmark = pytest.mark.django_db


def nothing_went_out():
    return not IssuedDocument.objects.exists() and not OutboxMail.objects.exists()


def nothing_is_there():
    return not any(one.objects.exists() for one in (Thread, Application, Convention, EquipmentSubsidy, Payment, JournalLine))


# --- Each stage, to the cent ---


def test_a_dossier_that_was_only_retained_waits_for_its_convention(campaign, dane):
    entered(campaign, line_of({}, "7000", "9000"), by=dane)

    application = Application.objects.get()
    assert (application.state, application.retained_classes) == ("retained", 2)
    assert (application.selection_on, application.taken_over_on) == (dt.date(2016, 2, 16), NOW.date())
    assert [one.expense for one in application.forecasts.all()] == [Decimal("7000.00"), Decimal("9000.00")]
    assert application.thread.schools.get() == application.school
    assert nothing_went_out()
    assert not Convention.objects.exists()


def test_the_journal_says_that_it_is_a_take_over_with_the_day_of_the_act_and_the_instant_of_the_entry(campaign, dane):
    entered(campaign, line_of({}), by=dane)

    line = JournalLine.objects.get(act="take_over")
    assert line.label == "Reprise\u00a0: reprendre une sélection passée"
    assert line.after["selection_on"] == "2016-02-16"
    assert line.occurred_at == NOW
    assert line.actor == dane.user


def test_a_signed_convention_is_priced_by_the_terms_and_keeps_the_number_of_its_paper(campaign, dane):
    entered(campaign, line_of(SIGNED, "7000", "9000", subsidy_max="7500"), by=dane)

    convention = Convention.objects.get()
    assert (convention.state, convention.reference) == ("signed_recteur", "CONV-PAPIER-7")
    assert (convention.project_amount, convention.subsidy_max) == (Decimal("16000.00"), Decimal("7500.00"))
    assert [one.subsidy for one in CoveredClass.objects.all()] == [Decimal("3500.00"), Decimal("4000.00")]
    assert (convention.executory_on, convention.recteur_signed_on) == (dt.date(2016, 3, 14), dt.date(2016, 3, 30))
    assert convention.document is None
    assert Application.objects.get().state == "contracted"
    assert nothing_went_out()


def test_a_convention_signed_and_not_notified_is_notified_in_the_portal(campaign, dane):
    entered(campaign, line_of(SIGNED), by=dane)

    subsidy = notify_convention(convention_id=Convention.objects.get().pk, actor=dane, on=NOW.date())

    assert subsidy.convention_max == Decimal("12000.00")


def test_a_notified_convention_has_its_subsidies_and_its_classes(campaign, dane):
    entered(campaign, line_of(NOTIFIED), by=dane)

    convention, subsidy = Convention.objects.get(), EquipmentSubsidy.objects.get()
    assert (convention.state, convention.notified_on) == ("notified", dt.date(2016, 4, 4))
    assert (subsidy.state, subsidy.convention_max) == ("created", Decimal("12000.00"))
    assert MobileClass.objects.count() == 3
    assert ResourcesSubsidy.objects.get().amount == Decimal("500.00")
    assert nothing_went_out()


def test_a_notified_decision_is_entered_by_the_daf_with_the_same_workbook(campaign, dane, gestionnaire):
    line = line_of(DECIDED, decision_amount="11 000,00")
    said = entered(campaign, line, by=dane)

    assert said.warnings[-1] == "La décision reste à saisir\u00a0: un gestionnaire de la DAF dépose ce même classeur."
    entered(campaign, line, by=gestionnaire)

    subsidy = EquipmentSubsidy.objects.get()
    assert (subsidy.state, subsidy.decided_amount) == ("notified", Decimal("11000.00"))
    assert (subsidy.decision_reference, subsidy.ej_number) == ("DEC-PAPIER-3", "2100000042")
    assert (subsidy.notified_on, subsidy.decision_taken_over_on) == (dt.date(2016, 5, 6), NOW.date())
    assert nothing_went_out()


def test_an_acompte_counts_once_another_person_has_confirmed_it(campaign, dane, gestionnaire, valideur):
    line = line_of(ACOMPTE)
    entered(campaign, line, by=dane)
    entered(campaign, line, by=gestionnaire)

    payment, subsidy = Payment.objects.get(), EquipmentSubsidy.objects.get()
    assert (payment.state, payment.amount, payment.paid_on) == ("prepared", Decimal("6000.00"), dt.date(2016, 6, 3))
    assert (subsidy.state, subsidy.paid_total) == ("acompte_requested", 0)

    money.confirm_past_payment(payment_id=payment.pk, actor=valideur)

    payment, subsidy = Payment.objects.get(), EquipmentSubsidy.objects.get()
    assert (payment.state, payment.dp_number, payment.exercise) == ("paid", "1000000077", 2016)
    assert (payment.preparer, payment.validator) == (gestionnaire.user, valideur.user)
    assert (subsidy.state, subsidy.paid_total) == ("acompte_paid", Decimal("6000.00"))
    assert subsidy.paid_total == sum(one.amount for one in subsidy.payments.paid())
    assert nothing_went_out()
    labels = JournalLine.objects.filter(subject_kind="subsidies.payment").values_list("label", flat=True)
    assert all(label.startswith("Reprise\u00a0: ") for label in labels)


def test_who_holds_both_roles_enters_all_at_once_and_cannot_confirm_it(campaign, dane):
    actor_for(Role.GESTIONNAIRE_DAF, campaign.academie, at=NOW, user=dane.user)
    both = actor_for(Role.VALIDEUR_DAF, campaign.academie, at=NOW, user=dane.user)

    entered(campaign, line_of(ACOMPTE), by=both)

    payment = Payment.objects.get()
    with pytest.raises(PermissionDenied, match="Vous avez saisi ce paiement repris"):
        money.confirm_past_payment(payment_id=payment.pk, actor=both)
    assert EquipmentSubsidy.objects.get().paid_total == 0


def test_two_phases_of_a_school_make_one_convention(campaign, dane):
    school, college = SchoolFactory(), SchoolFactory(college=True)
    first = a_line(school, college, "8000", **{**SIGNED, "subsidy_max": "8000", "recteur_signed_on": "30/06/2016"})
    second = a_line(school, college, "8000", phase=3, selection_on="01/06/2016", stage="")

    entered(campaign, first, second, by=dane)

    classes = CoveredClass.objects.order_by("number")
    assert [(one.number, one.application.phase.number) for one in classes] == [(1, 1), (2, 3)]
    assert Convention.objects.get().subsidy_max == Decimal("8000.00")


# --- Who may ---


@pytest.mark.parametrize("role", [Role.VALIDEUR_DAF, Role.RECTEUR, Role.DSI])
def test_nobody_else_of_the_academie_takes_over(client, campaign, role):
    client.force_login(actor_for(role, campaign.academie, at=NOW).user)

    answer = client.post(address(campaign), {"file": workbook(campaign, line_of(SIGNED))})

    assert answer.status_code == 403
    assert nothing_is_there()


def test_a_campaign_of_another_academie_is_not_found(client, campaign):
    client.force_login(actor_for(Role.AGENT_DANE, at=NOW, academie__code="10").user)

    assert client.get(address(campaign)).status_code == 404
    assert client.get(address(campaign, "take_over_model")).status_code == 404


@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.VALIDEUR_DAF])
def test_the_decision_and_the_acompte_are_not_entered_by_others(campaign, dane, role):
    entered(campaign, line_of(NOTIFIED), by=dane)
    subsidy, line = EquipmentSubsidy.objects.get(), line_of(ACOMPTE)
    past = read(campaign, line).dossiers[0]
    other = actor_for(role, campaign.academie, at=NOW)

    with pytest.raises(PermissionDenied):
        money.take_over_decision(subsidy_id=subsidy.pk, actor=other, past=past.decision)
    with pytest.raises(PermissionDenied):
        money.take_over_acompte(subsidy_id=subsidy.pk, actor=other, past=past.acompte)
    assert EquipmentSubsidy.objects.get().state == "created"
    assert not Payment.objects.exists()


def test_the_daf_cannot_come_before_the_dane(campaign, gestionnaire):
    with pytest.raises(Refused, match="La DANE n’a pas encore repris"):
        entered(campaign, line_of(ACOMPTE), by=gestionnaire)
    assert nothing_is_there()


# --- What contradicts itself is refused, and nothing is written ---


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"subsidy_max": "12000,01"}, "le barème donne 12"),
        ({"collectivite_signed_on": "13/03/2016"}, "exécutoire que le"),
        ({"published_on": "09/03/2016"}, "ne peut pas avoir été publiée"),
        ({"recteur_signed_on": "20/03/2016"}, "le recteur ne peut pas signer avant"),
        ({"recteur_signed_on": "01/09/2016"}, "le motif de la dérogation est obligatoire"),
        ({"recteur_signed_on": "27/09/2016", "late_motive": "x"}, "date à venir"),
        ({"selection_on": "31/03/2016"}, "ne peut pas précéder la sélection"),
        ({"selection_on": "23/11/2015"}, "la sélection ne peut la précéder"),
        ({"cbr_received_on": "10/03/2016"}, "ne dépasse pas le seuil"),
        ({"college": "uai of the school"}, "n’est pas un collège"),
    ],
)
def test_an_act_that_breaks_a_rule_is_refused_whole(campaign, dane, cells, sentence):
    line = line_of(SIGNED)
    line |= {"college": line["uai"]} if "college" in cells else cells

    with pytest.raises(Refused) as refused:
        entered(campaign, line, by=dane)

    assert sentence in str(refused.value).replace("\u202f", " ").replace("\u00a0", " ")
    assert nothing_is_there()


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"decision_amount": "12 000,01"}, "dépasse le montant maximal"),
        ({"decision_on": "03/04/2016"}, "la décision ne peut être signée avant"),
        ({"decision_notified_on": "01/05/2016"}, "elle ne peut être notifiée avant"),
        ({"acompte_amount": "6000,01"}, "dépasse 50 % du montant décidé"),
        ({"decision_amount": "11000", "acompte_amount": "6000"}, "dépasse 50 % du montant décidé"),
        ({"acompte_on": "05/05/2016"}, "l’acompte ne peut être payé avant"),
        ({"acompte_on": "27/09/2016"}, "est à venir"),
        ({"convention_number": "AUTRE"}, "le classeur le n° AUTRE"),
    ],
)
def test_money_that_breaks_a_rule_leaves_the_decision_out_too(campaign, dane, gestionnaire, cells, sentence):
    line = line_of(ACOMPTE)
    entered(campaign, line, by=dane)

    with pytest.raises(Refused) as refused:
        entered(campaign, line | cells, by=gestionnaire)

    assert sentence in str(refused.value).replace("\u202f", " ").replace("\u00a0", " ")
    assert EquipmentSubsidy.objects.get().state == "created"
    assert not Payment.objects.exists()


def test_a_dp_number_is_that_of_one_payment(campaign, dane, gestionnaire):
    first, second = line_of(ACOMPTE), line_of(ACOMPTE, convention_number="CONV-8", decision_number="DEC-4")
    for line in (first, second):
        entered(campaign, line, by=dane)
    entered(campaign, first, by=gestionnaire)

    with pytest.raises(Refused, match="Ce numéro de DP désigne déjà un autre paiement"):
        entered(campaign, second, by=gestionnaire)
    assert Payment.objects.count() == 1


def test_the_classes_of_all_phases_count(campaign, dane):
    school, college = SchoolFactory(), SchoolFactory(college=True)
    ApplicationFactory(dossier=DossierFactory(campaign=campaign, collectivite=school.collectivite), school=school, retained=True)

    with pytest.raises(Refused, match="la limite est de 3 par école"):
        entered(campaign, a_line(school, college, "8000", "8000"), by=dane)
    assert Application.objects.count() == 1


def test_a_dossier_taken_over_is_refused_not_doubled(campaign, dane):
    line = line_of(SIGNED)
    entered(campaign, line, by=dane)
    before = JournalLine.objects.count()

    with pytest.raises(Refused, match="déjà repris"):
        entered(campaign, line, by=dane)
    assert (Convention.objects.count(), JournalLine.objects.count()) == (1, before)


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        ({"siren": "212500014"}, "siren", "SIREN"),
        ({"siren": ""}, "siren", ""),
        ({"uai": "0259999A"}, "uai", "clé"),
        ({"college": "0250018J"}, "college", "ne connaît pas cet UAI"),
        ({"phase": "7"}, "phase", "pas de phase 7"),
        ({"expense_1": "-3"}, "expense_1", ""),
        ({"expense_2": ""}, "expense_3", "dans l’ordre"),
        ({"siret": "73282932000074"}, "siret", "n’est pas celui de la collectivité"),
        ({"stage": "presque finie"}, "stage", "Écrivez l’un de ces mots"),
        ({"stage": "retenue"}, "convention_number", "l’étape atteinte est « retenue »"),
        ({"stage": "acompte payé"}, "acompte_amount", "l’étape « acompte payé » la demande"),
        ({"deliberation_on": "31/02/2016"}, "deliberation_on", "n’existe pas"),
        ({"recteur_signatory": ""}, "recteur_signatory", "la demande"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(campaign, cells, column, sentence):
    reading = read(campaign, line_of(SIGNED) | cells)

    faults = {fault.head: fault.sentence.replace("\u00a0", " ") for fault in reading.faults}
    head = next(one.head for one in reading.layout.columns if one.key == column)
    assert sentence in faults[head]
    assert not reading.dossiers


def test_two_lines_of_a_dossier_that_contradict_each_other_are_named(campaign):
    school, college = SchoolFactory(), SchoolFactory(college=True)
    sister = SchoolFactory(collectivite=school.collectivite)
    other = {"recteur_signed_on": "31/03/2016"}

    reading = read(campaign, a_line(school, college, **SIGNED), a_line(sister, college, **{**SIGNED, **other}))

    (fault,) = reading.faults
    assert (fault.row, fault.head) == (3, "État : signée le")
    assert "contredit celle de la ligne 2" in fault.sentence


def test_a_school_is_once_a_phase(campaign):
    line = line_of({})

    assert [fault.row for fault in read(campaign, line, line).faults] == [3]


# --- From there, the portal ---


def test_a_dossier_entered_by_mistake_is_undone_step_by_step_and_taken_over_again(campaign, dane):
    line = line_of(SIGNED)
    entered(campaign, line | {"recteur_signatory": "Une autre"}, by=dane)
    convention = Convention.objects.get()
    mistaken = {"convention_id": convention.pk, "actor": dane, "comment": "Signataire mal recopié."}
    conventions.cancel_recteur_signature(**mistaken)
    conventions.abandon(**mistaken)
    with pytest.raises(Refused, match="n’a pas été instruite ici"):
        applications.revise_selection(application_id=Application.objects.get().pk, actor=dane, comment="motif")
    applications.cancel_take_over(application_id=Application.objects.get().pk, actor=dane, comment="À reprendre exacte.")

    entered(campaign, line, by=dane)

    assert list(Application.objects.order_by("pk").values_list("state", flat=True)) == ["abandoned", "contracted"]
    assert Convention.objects.live().get().recteur_signatory == "Alix EXEMPLE"


def test_a_rejected_entry_frees_its_number_and_is_entered_again(campaign, dane, gestionnaire, valideur):
    line = line_of(ACOMPTE)
    entered(campaign, line | {"acompte_amount": "5000"}, by=dane)
    entered(campaign, line | {"acompte_amount": "5000"}, by=gestionnaire)
    reject_payment(payment_id=Payment.objects.get().pk, actor=valideur, comment="Chorus dit 6 000 €.")

    entered(campaign, line, by=gestionnaire)

    again = Payment.objects.get(state="prepared")
    assert (again.amount, again.dp_number) == (Decimal("6000.00"), "1000000077")


def test_what_was_paid_is_never_asked_of_the_drfip_again(campaign, dane, gestionnaire, valideur):
    line = line_of(ACOMPTE)
    entered(campaign, line, by=dane)
    entered(campaign, line, by=gestionnaire)

    with pytest.raises(Refused, match="déjà fait"):
        validate_payment(payment_id=Payment.objects.get().pk, actor=valideur, comment="vu")
    assert Payment.objects.get().state == "prepared"


def test_a_dossier_taken_over_at_the_acompte_is_led_to_its_solde(campaign, dane, gestionnaire, valideur):
    """Golden case A on a decision of 11 000 €: the solde is what is left under the decision, the past acompte deducted."""
    line = line_of(ACOMPTE, decision_amount="11000", acompte_amount="5500")
    entered(campaign, line, by=dane)
    entered(campaign, line, by=gestionnaire)
    money.confirm_past_payment(payment_id=Payment.objects.get().pk, actor=valideur)
    word_the_acts(campaign)
    subsidy = EquipmentSubsidy.objects.get()
    _give_an_account(subsidy)

    justify(subsidy, "7900.50", "8000", "9100")
    certified = constate(subsidy)
    november = dt.date(2016, 11, 25)
    payment = liquidate_solde(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF, on=november))
    validator = actor_of(subsidy, Role.VALIDEUR_DAF, on=november)
    validate_payment(payment_id=payment.pk, actor=validator)
    record_payment(payment_id=payment.pk, actor=validator, dp_number="1000000099", on=november)

    assert certified.definitive_amount == Decimal("11000.00")
    assert (payment.amount, payment.ceiling, payment.already_paid) == (
        Decimal("5500.00"),
        Decimal("11000.00"),
        Decimal("5500.00"),
    )
    assert "CONV CONV-PAPIER-7" in payment.transfer_label
    done = EquipmentSubsidy.objects.get()
    assert (done.state, done.paid_total) == ("solde_paid", Decimal("11000.00"))
    assert done.paid_total == sum(one.amount for one in done.payments.paid())
    certificate = printed(IssuedDocument.objects.get(kind=ActKind.SOLDE))
    assert "DEC-PAPIER-3" in certificate
    assert "CONV-PAPIER-7" in certificate


def _give_an_account(subsidy):
    """The account comes with its RIB, by the four eyes of every account."""
    change = propose(subsidy)
    accept_rib(change_id=change.pk, actor=actor_of(subsidy, Role.AGENT_DANE))
    confirm_account(change_id=change.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF))


def propose(subsidy):
    editor = actor_of(subsidy, Role.EDITEUR)
    rib = draft(editor.user, at=editor.at, name="rib.pdf")
    return propose_account(subsidy=subsidy, actor=editor, iban=iban(77), bic="BDFEFRPPCCT", holder="SGC d’exemple", rib=rib)


def test_the_original_is_kept_when_it_is_scanned_later(campaign, dane):
    entered(campaign, line_of(NOTIFIED), by=dane)
    convention = Convention.objects.get()

    record_signed_copy(convention_id=convention.pk, actor=dane, file=draft(dane.user, at=NOW, name="original.pdf"))

    piece = Convention.objects.get().collectivite_copy
    assert (piece.kind, piece.file.original_name) == ("original", "original.pdf")


def test_a_collectivite_that_applies_again_keeps_its_dossier(campaign, dane):
    school, college = SchoolFactory(), SchoolFactory(college=True)
    dossier = DossierFactory(campaign=campaign, collectivite=school.collectivite)
    ApplicationFactory(dossier=dossier, school=SchoolFactory(collectivite=school.collectivite), submitted=True)

    entered(campaign, a_line(school, college, **SIGNED), by=dane)

    assert Dossier.objects.get() == dossier
    assert sorted(Application.objects.values_list("state", flat=True)) == ["contracted", "submitted"]


# --- The pages ---


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
