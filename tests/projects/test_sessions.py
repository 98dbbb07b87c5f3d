"""The session of selection: readers mark, the ranking comes out, a selection is tried; nothing is decided and nobody else sees it."""

import datetime as dt
from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.organisations.enums import Role
from projects import services
from projects.enums import ApplicationState, ProposalChoice
from projects.models import Application, Mark, Proposal, SelectionSession
from projects.pages.sessions import board_of
from projects.services.sessions import Proposed
from tests.factories import AcademieFactory, actor_for
from tests.factories_projects import IN_PHASE, ApplicationFactory, CriterionFactory, DossierFactory, SelectionSessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_the_phase(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: IN_PHASE)


@pytest.fixture
def session():
    return SelectionSessionFactory(envelope=D("12000"))


@pytest.fixture
def dane(client, session):
    actor = actor_for(Role.AGENT_DANE, session.campaign.academie, at=IN_PHASE)
    client.force_login(actor.user)
    return actor


def candidate(session, **traits):
    dossier = DossierFactory(campaign=session.campaign)
    return ApplicationFactory(dossier=dossier, phase=session.phase, admissible=True, costs=("8000", "8000"), **traits)


def mark(session, application, actor, *values):
    criteria = session.campaign.criteria.order_by("rank")
    services.mark(
        session=session, application=application, marks=dict(zip([one.pk for one in criteria], values, strict=False)), actor=actor
    )


def page_of(client, session, query=""):
    return client.get(session.get_absolute_url() + query).content.decode()


def test_a_session_is_opened_on_a_phase_with_its_envelope(client, session, dane):
    typed = {"phase": session.phase.pk, "label": "Commission du 28\u00a0juin", "held_on": "2016-06-28", "envelope": "100 000,50"}

    answer = client.post(reverse("projects:open_session"), typed)

    opened = SelectionSession.objects.order_by("pk").last()
    assert answer["Location"] == opened.get_absolute_url()
    assert (opened.envelope, opened.opened_by) == (D("100000.50"), dane.user)


@pytest.mark.parametrize(
    "changed", [{"envelope": "-1"}, {"envelope": "cent"}, {"held_on": "32/13/2016"}, {"phase": "999"}, {"label": ""}]
)
def test_what_is_wrong_in_a_session_is_explained(client, session, dane, changed):
    typed = {"phase": session.phase.pk, "label": "Commission", "held_on": "2016-06-28", "envelope": "", **changed}

    assert client.post(reverse("projects:open_session"), typed).status_code == 422
    assert SelectionSession.objects.count() == 1


def test_the_readers_marks_make_the_order(session, dane):
    other = actor_for(Role.DAN, session.campaign.academie, at=IN_PHASE)
    CriterionFactory(campaign=session.campaign, rank=1, weight=3)
    CriterionFactory(campaign=session.campaign, rank=2, weight=1)
    low, high, unread = candidate(session), candidate(session), candidate(session)
    mark(session, low, dane, 2, 5)
    mark(session, high, dane, 4, 2)
    mark(session, high, other, 5, 2)

    order = board_of(session).order

    assert [(one.key, one.score) for one in order] == [(high.pk, D("3.88")), (low.pk, D("2.75")), (unread.pk, None)]


def test_a_mark_is_changed_taken_back_and_bounded(session, dane):
    criterion, application = CriterionFactory(campaign=session.campaign), candidate(session)
    mark(session, application, dane, 2)
    mark(session, application, dane, 5)
    assert Mark.objects.get().value == 5
    with pytest.raises(Refused):
        mark(session, application, dane, 6)
    services.mark(session=session, application=application, marks={criterion.pk: None}, actor=dane)

    assert not Mark.objects.exists()


def test_the_selection_is_tried_in_the_order_of_the_marks_up_to_the_envelope(client, session, dane):
    CriterionFactory(campaign=session.campaign)
    first, second, third = candidate(session), candidate(session), candidate(session)
    for application, value in ((first, 5), (second, 4), (third, 3)):
        mark(session, application, dane, value)

    client.post(reverse("projects:propose_by_rank", args=[session.pk]))

    tried = dict(Proposal.objects.values_list("application", "classes"))
    assert tried == {first.pk: 2, second.pk: 1, third.pk: None}
    assert board_of(session).total == D("12000")
    page = page_of(client, session)
    assert "Reste de l’enveloppe" in page
    assert "Rien n’est engagé" in page
    assert set(Application.objects.values_list("state", flat=True)) == {ApplicationState.ADMISSIBLE}
    assert not JournalLine.objects.exists()


def test_what_the_phase_has_retained_already_weighs_on_the_envelope(client, session, dane):
    CriterionFactory(campaign=session.campaign)
    granted = ApplicationFactory(
        dossier=DossierFactory(campaign=session.campaign),
        phase=session.phase,
        retained=True,
        retained_classes=2,
        costs=("8000",) * 3,
    )
    application = candidate(session)
    mark(session, application, dane, 4)

    client.post(reverse("projects:propose_by_rank", args=[session.pk]))

    # 12 000 € less the two classes retained leaves one class of 4 000 €.
    assert session.granted() == {granted.pk: D("8000")}
    assert Proposal.objects.get().classes == 1
    assert "Déjà retenues dans la phase" in page_of(client, session)


def typed_lines(client, session, **changed):
    """The form of the page as a browser would send it back, some values changed."""
    formset = client.get(session.get_absolute_url()).context["formset"]
    typed = {"lignes-TOTAL_FORMS": formset.total_form_count(), "lignes-INITIAL_FORMS": formset.initial_form_count()}
    for rank, form in enumerate(formset.forms):
        typed |= {f"lignes-{rank}-{name}": form[name].value() or "" for name in ("key", "choice", "classes", "motive")}
    return {**typed, **changed}


def test_a_trial_is_typed_line_by_line_and_its_cost_follows(client, session, dane):
    application = candidate(session)
    typed = typed_lines(client, session, **{"lignes-0-choice": "retain", "lignes-0-classes": "1"})

    assert client.post(session.get_absolute_url(), typed).status_code == 302

    assert Proposal.objects.get(application=application).classes == 1
    assert "4\u202f000,00\u00a0€" in page_of(client, session)


@pytest.mark.parametrize(
    ("changed", "status", "sentence"),
    [
        ({"lignes-0-choice": "retain", "lignes-0-classes": "3"}, 409, "de 1 à 2 classes"),
        ({"lignes-0-choice": "retain", "lignes-0-classes": "0"}, 422, ""),
        ({"lignes-0-choice": "crown"}, 422, ""),
        ({"lignes-0-key": "999999", "lignes-0-choice": "wait"}, 409, "n’est plus à décider"),
        ({"lignes-0-key": "x", "lignes-0-choice": "wait"}, 422, ""),
        ({"lignes-0-motive": "x" * 501}, 422, ""),
    ],
)
def test_a_trial_that_cannot_be_is_explained_and_leaves_the_former_one(client, session, dane, changed, status, sentence):
    application = candidate(session)
    services.propose(session=session, proposed={application.pk: Proposed(ProposalChoice.WAIT)}, actor=dane)

    answer = client.post(session.get_absolute_url(), typed_lines(client, session, **changed))

    assert answer.status_code == status
    assert sentence in answer.content.decode()
    assert Proposal.objects.get().choice == ProposalChoice.WAIT


def test_an_application_that_was_decided_meanwhile_leaves_the_ranking(client, session, dane):
    application = candidate(session)
    services.set_aside(
        application_id=application.pk, actor=dane, on=dt.date(2016, 6, 1), selection_list="liste", comment="motif d’exemple"
    )

    assert "Aucune candidature recevable" in page_of(client, session)
    with pytest.raises(Refused):
        services.propose(session=session, proposed={application.pk: Proposed(ProposalChoice.RETAIN)}, actor=dane)


@pytest.mark.parametrize("role", [Role.EDITEUR, Role.DIRECTOR, Role.VALIDEUR_DAF, Role.DSI, Role.RECTEUR])
def test_nobody_but_the_dane_sees_or_runs_a_session(client, session, role):
    application = candidate(session)
    where = {Role.EDITEUR: application.dossier.collectivite, Role.DIRECTOR: application.school}
    actor = actor_for(role, where.get(role, session.campaign.academie), at=IN_PHASE)
    client.force_login(actor.user)

    for name, args in (("session", []), ("describe_session", []), ("mark", [application.pk])):
        assert client.get(reverse(f"projects:{name}", args=[session.pk, *args])).status_code == 404
    with pytest.raises(PermissionDenied):
        services.propose_by_rank(session=session, actor=actor)
    assert not Proposal.objects.exists()


def test_the_dane_of_another_academie_gets_a_404(client, session):
    client.force_login(actor_for(Role.DAN, AcademieFactory(code="99", name="Ailleurs"), at=IN_PHASE).user)

    assert client.get(session.get_absolute_url()).status_code == 404
    assert client.post(reverse("projects:propose_by_rank", args=[session.pk])).status_code == 404


def test_the_grid_is_marked_on_its_page(client, session, dane):
    criterion, application = (
        CriterionFactory(campaign=session.campaign, label="Projet"),
        candidate(session, project="<i>Lire</i>"),
    )
    url = reverse("projects:mark", args=[session.pk, application.pk])

    page = client.get(url).content.decode()
    answer = client.post(url, {f"criterion_{criterion.pk}": "4"})

    assert "&lt;i&gt;Lire" in page
    assert answer["Location"] == session.get_absolute_url()
    assert Mark.objects.get().value == 4
    assert client.post(url, {f"criterion_{criterion.pk}": "9"}).status_code == 422


def test_the_ranking_is_paged_and_costs_the_same_whatever_its_length(client, session, dane):
    CriterionFactory(campaign=session.campaign)
    counts = []
    for more in (3, 30):
        for _ in range(more):
            mark(session, candidate(session), dane, 3)
        with CaptureQueriesContext(connection) as queries:
            page = page_of(client, session)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 15
    assert page.count('scope="row"') == 25
    assert client.get(session.get_absolute_url() + "?page=9").status_code == 404
