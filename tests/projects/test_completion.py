"""The loop of corrections: asked on a field or a piece, answered on the same spot, sent back once everything is answered."""

import datetime as dt
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from plannumerique.files import services as files
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Level, Role
from portal.home.todo import todo_of
from projects import services
from projects.enums import Anchor, ApplicationState, PieceKind, PointState
from projects.models import Application, CompletionPoint
from projects.permissions import POINT_MOVES
from tests.factories import CirconscriptionFactory, CollectiviteFactory, actor_for
from tests.factories_projects import IN_PHASE, ApplicationFactory, CompletionPointFactory
from tests.files.sample import pdf_bytes
from tests.walk import Machine, walk

pytestmark = pytest.mark.django_db
DUE = dt.date(2016, 6, 10)


@pytest.fixture(autouse=True)
def _in_the_phase(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: IN_PHASE)


def editeur_of(application):
    return actor_for(Role.EDITEUR, application.dossier.collectivite, at=IN_PHASE)


def director_of(application):
    return actor_for(Role.DIRECTOR, application.school, at=IN_PHASE)


def dane_of(application):
    return actor_for(Role.AGENT_DANE, application.campaign.academie, at=IN_PHASE)


def typed_points(*points):
    typed = {"points-TOTAL_FORMS": len(points), "points-INITIAL_FORMS": 0, "due_on": "2016-06-10"}
    for rank, (anchor, request) in enumerate(points):
        typed |= {f"points-{rank}-anchor": anchor, f"points-{rank}-request": request}
    return typed


# --- Asking ---


def test_each_point_is_asked_on_its_field_and_told_in_the_mail(client):
    application = ApplicationFactory(submitted=True)
    client.force_login(dane_of(application).user)
    typed = typed_points(("wifi", "Combien de bornes ?"), ("project", "Dites ce que les élèves produisent."))

    answer = client.post(reverse("projects:request_completion", args=[application.pk]), {**typed, "seen": application.version})

    assert answer.status_code == 302
    assert list(application.points.values_list("anchor", "state")) == [("wifi", "asked"), ("project", "asked")]
    body = OutboxMail.objects.get(kind="completion_requested").text
    assert "Wi-Fi dans l’école" in body
    assert "Combien de bornes" in body
    assert "10 juin 2016" in body.replace("\u00a0", " ")


@pytest.mark.parametrize(
    "points",
    [
        [],
        [("wifi", "")],
        [("", "Combien de bornes ?")],
        [("state", "Combien de bornes ?")],
        [("wifi", "x" * 1001)],
    ],
)
def test_a_request_without_a_field_or_without_words_is_not_sent(client, points):
    application = ApplicationFactory(submitted=True)
    client.force_login(dane_of(application).user)

    answer = client.post(
        reverse("projects:request_completion", args=[application.pk]),
        {**typed_points(*points), "seen": application.version},
    )

    assert answer.status_code == 422
    assert Application.objects.get().state == ApplicationState.SUBMITTED
    assert not CompletionPoint.objects.exists()
    for _, request in points:
        assert request in answer.content.decode()


def test_the_service_too_refuses_a_request_without_a_point():
    application = ApplicationFactory(submitted=True)

    with pytest.raises(Refused):
        services.request_completion(
            application_id=application.pk, actor=dane_of(application), seen=application.version, points=[], due_on=DUE
        )

    assert Application.objects.get().state == ApplicationState.SUBMITTED


# --- Answering on the spot ---


def technical(application, **changed):
    return {
        **{"bandwidth": "20", "wifi": "installed", "filtering": "amon", "infrastructure": "", "delivery_from": ""},
        **{"classes-TOTAL_FORMS": "1", "classes-INITIAL_FORMS": "0", "classes-0-expense": "8000"},
        "seen": application.version,
        **changed,
    }


def test_the_answer_is_written_beside_the_field_and_recorded_with_the_part(client):
    point = CompletionPointFactory()
    application = point.application
    editeur = editeur_of(application)
    client.force_login(editeur.user)
    url = reverse("projects:describe_technical_part", args=[application.pk])

    page = client.get(url).content.decode()
    # The answer stands between the field that it is about and the next one.
    assert page.index('name="wifi"') < page.index(f'name="answer_{point.pk}"') < page.index('name="filtering"')
    answer = client.post(url, technical(application, **{f"answer_{point.pk}": "Deux bornes."}))

    assert answer.status_code == 302
    point = CompletionPoint.objects.get()
    assert (point.state, point.answer, point.answered_by) == (PointState.ANSWERED, "Deux bornes.", editeur.user)
    assert JournalLine.objects.filter(act="respond", actor=editeur.user).count() == 1


def test_the_part_is_recorded_though_the_point_waits_and_an_answer_that_says_nothing_new_leaves_no_trace(client):
    point = CompletionPointFactory(answered=True)
    client.force_login(editeur_of(point.application).user)
    url = reverse("projects:describe_technical_part", args=[point.application.pk])

    client.post(url, technical(point.application, **{f"answer_{point.pk}": point.answer}))

    assert not JournalLine.objects.filter(act="respond").exists()


def test_the_director_answers_on_her_part_and_only_there(client):
    application = ApplicationFactory(to_complete=True)
    hers = CompletionPointFactory(application=application, anchor=Anchor.TEAM)
    theirs = CompletionPointFactory(application=application, anchor=Anchor.WIFI)
    director = director_of(application)
    client.force_login(director.user)

    page = client.get(reverse("projects:write_pedagogical_part", args=[application.pk])).content.decode()

    assert f"answer_{hers.pk}" in page
    assert f"answer_{theirs.pk}" not in page
    with pytest.raises(PermissionDenied):
        services.respond(point_id=theirs.pk, actor=director, text="Deux bornes.")
    with pytest.raises(PermissionDenied):
        services.respond(point_id=hers.pk, actor=editeur_of(application), text="Toute l’équipe.")


def test_a_new_piece_answers_the_point_that_asked_for_it():
    application = ApplicationFactory(submitted=True)  # its pieces are accepted
    editeur = editeur_of(application)
    services.request_completion(
        application_id=application.pk,
        actor=dane_of(application),
        seen=application.version,
        points=[services.Point(Anchor.QUOTE, "Détaillez par classe.")],
        due_on=DUE,
    )
    file = files.store(pdf_bytes(), name="devis-2.pdf", actor=editeur)

    services.deposit_piece(dossier=application.dossier, kind=PieceKind.QUOTE, file=file, actor=editeur)

    point = CompletionPoint.objects.get()
    assert point.state == PointState.ANSWERED
    assert "devis-2.pdf" in point.answer


def test_the_page_of_the_piece_shows_what_was_asked_and_is_ready_for_it(client):
    point = CompletionPointFactory(anchor=Anchor.QUOTE, request="Détaillez par classe.")
    client.force_login(editeur_of(point.application).user)

    page = client.get(point.get_absolute_url()).content.decode()

    assert "Détaillez par classe." in page
    assert re.search(r'<input[^>]*value="quote"[^>]*checked', page)


@pytest.mark.parametrize("forged", ["0", "999999"])
def test_an_answer_to_a_point_of_another_line_goes_nowhere(client, forged):
    point, other = CompletionPointFactory(), CompletionPointFactory()
    client.force_login(editeur_of(point.application).user)
    typed = {f"answer_{other.pk}": "intrus", f"answer_{forged}": "intrus"}

    client.post(reverse("projects:describe_technical_part", args=[point.application.pk]), technical(point.application, **typed))

    assert CompletionPoint.objects.get(pk=other.pk).state == PointState.ASKED
    assert not JournalLine.objects.filter(act="respond").exists()


def test_an_empty_answer_is_explained(client):
    point = CompletionPointFactory()
    client.force_login(editeur_of(point.application).user)

    answer = client.post(reverse("projects:respond", args=[point.pk]), {"text": "   ", "seen": point.version})

    assert answer.status_code == 422
    assert CompletionPoint.objects.get().state == PointState.ASKED


def test_a_foreign_collectivite_gets_a_404(client):
    point = CompletionPointFactory()
    client.force_login(actor_for(Role.EDITEUR, CollectiviteFactory(), at=IN_PHASE).user)

    assert client.get(reverse("projects:respond", args=[point.pk])).status_code == 404
    assert client.post(reverse("projects:drop", args=[point.pk]), {"comment": "x", "seen": 1}).status_code == 404


# --- Sending back ---


def test_the_line_is_not_sent_back_before_each_point_has_its_answer():
    point = CompletionPointFactory()
    application, editeur = point.application, editeur_of(point.application)

    with pytest.raises(Refused, match="La DANE attend une réponse sur"):
        services.complete(application_id=application.pk, actor=editeur)
    services.respond(point_id=point.pk, actor=editeur, text="Deux bornes.")
    services.complete(application_id=application.pk, actor=editeur)

    assert Application.objects.get().state == ApplicationState.SUBMITTED


def test_a_point_that_the_dane_takes_back_is_no_longer_waited_for():
    point = CompletionPointFactory()

    services.drop_point(point_id=point.pk, actor=dane_of(point.application), comment="Trouvé dans le devis.")
    services.complete(application_id=point.application.pk, actor=editeur_of(point.application))

    assert Application.objects.get().state == ApplicationState.SUBMITTED


def test_the_page_of_the_line_shows_the_questions_and_the_answers(client):
    point = CompletionPointFactory(answered=True, request="<b>Combien</b> de bornes ?")
    client.force_login(dane_of(point.application).user)

    page = client.get(point.application.get_absolute_url()).content.decode()

    assert "&lt;b&gt;Combien" in page
    assert point.answer in page
    assert "Retirer cette demande" in page


def test_the_home_of_the_director_leads_her_to_what_is_asked_of_her():
    point = CompletionPointFactory(anchor=Anchor.TEAM)
    CompletionPointFactory(anchor=Anchor.WIFI)

    todo = todo_of(director_of(point.application), deadlines=[])

    assert [one.label for one in todo] == ["Répondre à la DANE sur la partie pédagogique"]
    assert [line.url for line in todo[0].lines] == [point.application.get_absolute_url()]


# --- The machine ---


def where(point, level):
    school = point.application.school
    if level is Level.CIRCONSCRIPTION and school.circonscription is None:
        school.circonscription = CirconscriptionFactory(departement=school.departement)
        school.save()
    return {
        Level.ACADEMIE: point.application.campaign.academie,
        Level.DEPARTEMENT: school.departement,
        Level.CIRCONSCRIPTION: school.circonscription,
        Level.COLLECTIVITE: point.application.dossier.collectivite,
        Level.SCHOOL: school,
    }[level]


MACHINE = Machine(
    model=CompletionPoint,
    permissions=POINT_MOVES,
    build=lambda state: CompletionPointFactory(answered=state == PointState.ANSWERED, dropped=state == PointState.DROPPED),
    where=where,
    at=IN_PHASE,
    call={
        "respond": lambda point, who: services.respond(point_id=point.pk, actor=who, text="Trois bornes."),
        "drop": lambda point, who: services.drop_point(point_id=point.pk, actor=who, comment="motif"),
    },
)


@pytest.mark.parametrize("state", PointState.values)
def test_a_move_passes_exactly_when_the_table_says_so(state):
    # The director answers on her own part: the point of the walk is on the technical one.
    walk(MACHINE, state, but={("respond", Role.DIRECTOR)})


def test_an_answered_point_without_an_answer_is_refused_by_the_database():
    point = CompletionPointFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        CompletionPoint.objects.filter(pk=point.pk).update(state=PointState.ANSWERED)
