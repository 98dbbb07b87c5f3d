"""Acting on several rows: the confirmation says how many, each row goes through its own door, the result page says why."""

import datetime as dt
import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plannumerique.files.models import Piece
from plannumerique.jobs import services
from plannumerique.jobs.enums import Outcome
from plannumerique.jobs.models import Job
from plannumerique.jobs.nightly import resume_bulk_jobs
from plannumerique.jobs.tasks import run_job
from plannumerique.journal.models import JournalLine
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from plannumerique.organisations.models import Membership
from portal.acts import bulk as acts
from projects.models import Application
from subsidies.models import Payment
from tests.factories import AcademieFactory, SchoolFactory, actor_for
from tests.factories_conventions import ConventionFactory
from tests.factories_projects import ApplicationFactory, DossierFactory, PieceFactory
from tests.factories_statement import InvoiceFactory
from tests.factories_subsidies import EquipmentSubsidyFactory, PaymentFactory, ResourcesSubsidyFactory
from tests.papers import at

pytestmark = pytest.mark.django_db

OCTOBER = at(dt.date(2016, 10, 10))


@pytest.fixture(autouse=True)
def _october_2016(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: OCTOBER)


def log_in(client, role=Role.AGENT_DANE, where=None):
    actor = actor_for(role, where or AcademieFactory(), at=OCTOBER)
    client.force_login(actor.user)
    return actor


def url_of(key, rows=(), **query):
    listed = [("ligne", row.pk) for row in rows]
    pairs = "&".join(f"{name}={value}" for name, value in [*query.items(), *listed])
    return f"{reverse('portal:bulk', args=[key])}?{pairs}"


def confirm(client, key, rows=(), *, expected=None, typed=None, **query):
    data = {"expected": len(rows) if expected is None else expected, **(typed or {})}
    return client.post(url_of(key, rows, **query), data)


def states(*rows):
    return [type(row).objects.get(pk=row.pk).state for row in rows]


def test_what_can_pass_passes_and_the_page_says_why_the_rest_did_not(client):
    log_in(client)
    first, second = ApplicationFactory(submitted=True), ApplicationFactory(submitted=True)
    draft = ApplicationFactory(written=True)
    PieceFactory(subject=second.dossier, waiting=True)

    answer = confirm(client, "declarer-recevables", [first, second, draft])
    page = client.get(answer["Location"]).content.decode()

    assert states(first, second, draft) == ["admissible", "submitted", "draft"]
    assert "1\u00a0ligne traitée" in page
    assert "2\u00a0lignes refusées" in page
    assert "attend sa vérification par la DANE" in page
    assert "n’est pas encore possible" in page
    assert "Déjà traité" not in page
    assert first.get_absolute_url() in page
    assert draft.get_absolute_url() in page


def test_each_row_has_its_own_line_in_the_journal(client):
    actor = log_in(client)
    rows = [ApplicationFactory(submitted=True) for _ in range(3)]

    confirm(client, "declarer-recevables", rows)

    lines = JournalLine.objects.filter(act="admit")
    assert {line.subject_id for line in lines} == {row.pk for row in rows}
    assert {line.actor_id for line in lines} == {actor.user.pk}


def test_the_confirmation_says_how_many_and_moves_nothing(client):
    log_in(client)
    rows = [ApplicationFactory(submitted=True), ApplicationFactory(written=True)]

    page = client.get(url_of("declarer-recevables", rows))

    assert "2\u00a0candidatures" in page.content.decode()
    assert page.context["chosen"].ready == 1
    assert not Job.objects.exists()
    assert states(*rows) == ["submitted", "draft"]


def test_all_the_results_of_the_filter_across_pages(client):
    log_in(client)
    submitted = [ApplicationFactory(submitted=True) for _ in range(27)]
    other = ApplicationFactory(admissible=True)

    answer = client.post(url_of("declarer-recevables", etat="submitted", portee="toutes"), {"expected": 27})

    job = Job.objects.get()
    assert answer["Location"] == job.get_absolute_url()
    assert job.counts()[Outcome.WAITING] == 27, "too many for one click: a worker does them"
    run_job(job, at=OCTOBER)
    assert set(states(*submitted)) == {"admissible"}
    assert not job.rows.filter(row_id=other.pk).exists()
    assert "etat=submitted" in job.back


def test_a_set_that_changed_since_is_shown_again(client):
    log_in(client)
    row = ApplicationFactory(submitted=True)
    ApplicationFactory(submitted=True)

    answer = confirm(client, "declarer-recevables", expected=1, portee="toutes", etat="submitted")

    assert answer.status_code == 409
    assert "elle comptait 1\u00a0ligne, elle en compte 2" in answer.content.decode()
    assert states(row) == ["submitted"]
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [("", "Aucune ligne n’est choisie"), ("ligne=abc", "Aucune ligne"), ("portee=toutes&etat=zzz", "filtre de la liste")],
)
def test_an_address_that_chooses_nothing_is_said(client, query, sentence):
    log_in(client)
    ApplicationFactory(submitted=True)

    answer = client.get(f"{reverse('portal:bulk', args=['declarer-recevables'])}?{query}")

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_too_many_rows_are_refused_in_words(client, monkeypatch):
    monkeypatch.setattr("portal.acts.views.MOST", 1)
    log_in(client)
    rows = [ApplicationFactory(submitted=True) for _ in range(2)]

    answer = confirm(client, "declarer-recevables", rows)

    assert answer.status_code == 422
    assert "filtrez la liste" in answer.content.decode()
    assert set(states(*rows)) == {"submitted"}


@pytest.mark.parametrize("role", [Role.EDITEUR, Role.DIRECTOR, Role.GESTIONNAIRE_DAF, Role.RECTEUR])
def test_the_wrong_role_is_refused_and_nothing_moved(client, role):
    row = ApplicationFactory(submitted=True)
    where = {Role.EDITEUR: row.dossier.collectivite, Role.DIRECTOR: row.school}.get(role)
    log_in(client, role, where)

    answer = confirm(client, "declarer-recevables", [row])

    assert answer.status_code == 403
    assert states(row) == ["submitted"]
    assert not Job.objects.exists()


def test_the_rows_of_another_academie_are_not_among_the_chosen(client):
    row = ApplicationFactory(submitted=True)
    log_in(client, where=AcademieFactory(rennes=True))

    assert confirm(client, "declarer-recevables", [row]).status_code == 422
    assert states(row) == ["submitted"]


def test_an_unknown_act_is_a_404(client):
    log_in(client)
    assert client.get(reverse("portal:bulk", args=["tout-effacer"])).status_code == 404


# --- Selection: one date, one list, one motive for all ---


def test_a_selection_takes_every_class_that_is_asked_for(client):
    log_in(client)
    row = ApplicationFactory(admissible=True, costs=(8000, 8000))

    refused = confirm(client, "enregistrer-selection", [row])
    confirm(client, "enregistrer-selection", [row], typed={"on": "2016-10-07", "selection_list": "séance d’octobre"})

    kept = Application.objects.get()
    assert refused.status_code == 422
    assert (kept.state, kept.retained_classes, kept.selection_list) == ("retained", 2, "séance d’octobre")
    assert kept.selection_on == dt.date(2016, 10, 7)


def test_setting_aside_asks_for_one_motive_and_keeps_what_was_typed(client):
    log_in(client)
    row = ApplicationFactory(admissible=True)
    typed = {"on": "2016-10-07", "selection_list": "séance d’octobre", "comment": ""}

    without = confirm(client, "ne-pas-retenir", [row], typed=typed)
    confirm(client, "ne-pas-retenir", [row], typed={**typed, "comment": "Hors du périmètre."})

    assert without.status_code == 422
    assert "séance d’octobre" in without.content.decode()
    assert states(row) == ["not_retained"]
    assert JournalLine.objects.get(act="set_aside").comment == "Hors du périmètre."


# --- Pieces, payments ---


def test_pieces_are_accepted_but_the_copies_of_rows_with_amounts(client):
    actor = log_in(client)
    quote = PieceFactory(subject=DossierFactory(), waiting=True)
    own = PieceFactory(subject=DossierFactory(), waiting=True, deposited_by=actor.user)
    convention = ConventionFactory(negotiation=True)
    Piece.objects.filter(pk=convention.rib_id).update(state="deposited", checked_at=None)
    rib = Piece.objects.get(pk=convention.rib_id)
    invoice = InvoiceFactory(subsidy=EquipmentSubsidyFactory(acompte_paid=True), waiting=True).piece

    answer = confirm(client, "accepter-pieces", [quote, own, rib, invoice])
    page = client.get(answer["Location"]).content.decode()

    assert states(quote, own, rib, invoice) == ["accepted", "deposited", "accepted", "deposited"]
    assert f"{quote.label} – {quote.thread.collectivite}" in html.unescape(page)
    assert "se vérifie sur sa page" in page
    assert "Qui a déposé une pièce ne la vérifie pas" in page


def test_the_grants_of_one_college_are_told_apart_by_their_school(client):
    college = SchoolFactory(college=True)
    payments = [PaymentFactory(resources=ResourcesSubsidyFactory(notified=True, payee=college)) for _ in range(2)]
    log_in(client, Role.VALIDEUR_DAF)

    page = html.unescape(client.get(url_of("valider-paiements", payments)).content.decode())

    for payment in payments:
        assert f"{payment} – {payment.resources.school}" in page


def test_payments_keep_their_four_eyes(client):
    subsidies = [EquipmentSubsidyFactory(acompte_requested=True) for _ in range(2)]
    actor = log_in(client, Role.VALIDEUR_DAF)
    others = PaymentFactory(equipment=subsidies[0])
    mine = PaymentFactory(equipment=subsidies[1], preparer=actor.user)

    answer = confirm(client, "valider-paiements", [others, mine])

    assert states(others, mine) == ["validated", "prepared"]
    assert "Vous avez préparé cette demande" in client.get(answer["Location"]).content.decode()
    assert Payment.objects.get(pk=others.pk).validator == actor.user


# --- Reminders ---


def test_a_collectivite_is_reminded_of_what_is_expected_of_it_once_a_week(client):
    log_in(client)
    waiting = EquipmentSubsidyFactory(to_complete=True).convention.dossier
    elsewhere = EquipmentSubsidyFactory(justified=True).convention.dossier
    words = {"comment": "Appelez-nous au besoin."}

    answer = confirm(client, "relancer", [waiting, elsewhere], typed=words)
    page = client.get(answer["Location"]).content.decode()
    again = confirm(client, "relancer", [waiting], typed=words)

    mail = OutboxMail.objects.get(kind="remind")
    assert mail.thread_id == waiting.thread_id
    assert "état récapitulatif" in mail.text
    assert "Appelez-nous au besoin." in mail.text
    assert "vendredi 14\u00a0octobre 2016" in mail.text
    assert "Rien n’est attendu de la collectivité" in page
    assert "a déjà été relancée" in client.get(again["Location"]).content.decode()


# --- The job ---


def test_a_dead_worker_leaves_a_job_that_the_sweep_takes_up_and_no_row_is_done_twice(client, monkeypatch):
    log_in(client)
    rows = [ApplicationFactory(submitted=True) for _ in range(25)]
    client.post(url_of("declarer-recevables", portee="toutes"), {"expected": 25})
    job = Job.objects.get()

    class Killed(BaseException):
        pass

    done = []

    def dies_after_ten(pk):
        if len(done) == 10:
            raise Killed
        done.append(pk)
        return acts._admit(pk, actor_for(Role.DAN, AcademieFactory(), at=OCTOBER), {})

    with pytest.raises(Killed):
        services.run(job, act=dies_after_ten, now=lambda: job.beat_at)
    assert job.counts()[Outcome.PASSED] == 10

    Job.objects.update(beat_at=job.beat_at - dt.timedelta(minutes=5))
    handed = []
    monkeypatch.setattr("plannumerique.jobs.nightly.publish", lambda task, pk: handed.append(pk) or True)
    assert resume_bulk_jobs() == 1
    assert handed == [job.pk]
    run_job(job, at=OCTOBER)
    run_job(job, at=OCTOBER)

    job.refresh_from_db()
    assert job.finished_at is not None
    assert job.counts()[Outcome.PASSED] == 25
    assert JournalLine.objects.filter(act="admit").count() == 25 == len(rows)
    assert resume_bulk_jobs() == 0


def test_a_right_withdrawn_since_refuses_the_rows_that_are_left(client):
    actor = log_in(client)
    rows = [ApplicationFactory(submitted=True) for _ in range(21)]
    client.post(url_of("declarer-recevables", portee="toutes"), {"expected": 21})
    Membership.objects.filter(user=actor.user).update(ends_on=dt.date(2016, 10, 9))

    run_job(Job.objects.get(), at=OCTOBER)

    assert set(states(*rows)) == {"submitted"}
    assert Job.objects.get().counts()[Outcome.REFUSED] == 21


def test_an_unforeseen_error_stops_its_row_alone(client, monkeypatch, caplog):
    log_in(client)
    broken, sound = ApplicationFactory(submitted=True), ApplicationFactory(submitted=True)
    real = Application.admit

    def admit(self):
        if self.pk == broken.pk:
            raise ZeroDivisionError
        return real(self)

    monkeypatch.setattr(Application, "admit", admit)
    answer = confirm(client, "declarer-recevables", [broken, sound])

    assert states(broken, sound) == ["submitted", "admissible"]
    assert "erreur inattendue" in client.get(answer["Location"]).content.decode()
    assert "ZeroDivisionError" in caplog.text


def test_the_page_of_a_job_is_its_author_s_alone_and_shows_its_progress(client):
    log_in(client)
    for _ in range(21):
        ApplicationFactory(submitted=True)
    client.post(url_of("declarer-recevables", portee="toutes"), {"expected": 21})
    job = Job.objects.get()

    page = client.get(job.get_absolute_url()).content.decode()
    log_in(client)

    assert '<progress id="avancement" class="portal-progress" value="0" max="21">' in page
    assert client.get(job.get_absolute_url()).status_code == 404


def test_the_page_of_a_job_costs_the_same_however_long_it_is(client):
    log_in(client)
    sizes = []
    for size in (21, 60):
        for _ in range(size - Application.objects.count()):
            ApplicationFactory(submitted=True)
        client.post(url_of("declarer-recevables", portee="toutes"), {"expected": size})
        run_job(Job.objects.latest("pk"), at=OCTOBER)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(Job.objects.latest("pk").get_absolute_url(), {"resultat": "refused"} if size == 60 else {})
        sizes.append(len(queries))
        assert len(answer.content) < 100 * 1024
    assert max(sizes) <= 12


def test_a_list_offers_its_acts_to_who_may_do_them(client):
    row = ApplicationFactory(submitted=True)
    log_in(client)
    page = client.get(reverse("projects:applications"), {"q": "exemple"}).content.decode()
    client.force_login(actor_for(Role.DIRECTOR, row.school, at=OCTOBER).user)
    without = client.get(reverse("projects:applications")).content.decode()

    assert f'name="ligne" value="{row.pk}" form="lot"' in page
    assert reverse("portal:bulk", args=["declarer-recevables"]) in page
    assert 'name="q" value="exemple"' in page
    assert 'form="lot"' not in without
