"""From a session to the decisions: the published list matched by UAI, or the académie's own trial where it may decide."""

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from plannumerique.files.models import IssuedDocument
from plannumerique.jobs.models import Job
from plannumerique.journal.models import JournalLine
from plannumerique.organisations.enums import Role
from plannumerique.ui.spreadsheets import XLSX
from projects import services
from projects.enums import ActKind, ProposalChoice
from projects.models import Application, Campaign
from projects.services.sessions import Proposed
from projects.workbooks import LAYOUT
from tests.factories import AcademieFactory, SchoolFactory, actor_for
from tests.factories_projects import IN_PHASE, ApplicationFactory, DossierFactory, SelectionSessionFactory
from tests.ods import as_ods

pytestmark = pytest.mark.django_db
DECISION = {"on": "2016-06-01", "selection_list": "Liste publiée le 1er juin 2016", "rest": "leave", "motive": "", "digest": ""}


@pytest.fixture(autouse=True)
def _in_the_phase(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: IN_PHASE)


@pytest.fixture
def session():
    return SelectionSessionFactory()


@pytest.fixture
def dane(client, session):
    actor = actor_for(Role.AGENT_DANE, session.campaign.academie, at=IN_PHASE)
    client.force_login(actor.user)
    return actor


def candidate(session, **traits):
    dossier = DossierFactory(campaign=session.campaign)
    return ApplicationFactory(**{"dossier": dossier, "phase": session.phase, "admissible": True, **traits})


def a_list(*rows, sheet=LAYOUT.sheet):
    """A workbook of (UAI, classes) in the columns of the proposal."""
    book = Workbook()
    book.active.title = sheet
    book.active.append([column.head for column in LAYOUT.columns])
    for uai, classes in rows:
        book.active.append([uai, "École", "Commune", "Collectivité", None, classes])
    file = io.BytesIO()
    book.save(file)
    return SimpleUploadedFile("liste.xlsx", file.getvalue(), content_type=XLSX)


def url_of(session, name="import_list"):
    return reverse(f"portal:{name}", args=[session.pk])


def compared(client, session, *rows, **changed):
    return client.post(url_of(session), {**DECISION, "file": a_list(*rows), **changed})


def confirm(client, session, answer):
    """What the browser sends back from the page that compares: the same form, the file kept, the digest of what was shown."""
    form = answer.context["form"]
    typed = {name: form[name].value() or "" for name in ("on", "selection_list", "rest", "motive", "digest")}
    return client.post(url_of(session), {**typed, "file_kept": form.fields["file"].widget.kept_key})


def states(*rows):
    return [(row.state, row.retained_classes) for row in (Application.objects.get(pk=one.pk) for one in rows)]


def test_the_list_is_matched_by_uai_and_shows_what_differs_before_anything_is_recorded(client, session, dane):
    whole, fewer, missing = (candidate(session) for _ in range(3))
    draft, unknown = candidate(session, admissible=False, written=True), SchoolFactory()

    answer = compared(client, session, (whole.school.uai, 3), (fewer.school.uai, 1), (draft.school.uai, 2), (unknown.uai, 1))

    assert answer.status_code == 200
    found = answer.context["found"]
    assert [(one.application, one.retained, one.fewer) for one in found.matches] == [(whole, 3, False), (fewer, 1, True)]
    assert [one.uai for one in found.strangers] == [draft.school.uai, unknown.uai]
    assert found.missing == [missing]
    page = answer.content.decode()
    for words in (
        "moins que demandé",
        "Sa candidature est à l’état «\u00a0brouillon\u00a0»",
        "Aucune candidature de cette école",
    ):
        assert words in page
    assert not JournalLine.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize("data", [b"PK\x03\x04 not a workbook", None])
def test_a_list_that_is_refused_is_not_said_to_be_kept(client, session, dane, data):
    """Mended, it is chosen again: neither a damaged file nor one with a wrong line comes back by itself."""
    wrong = a_list(("0259999A", 1)) if data is None else SimpleUploadedFile("liste.xlsx", data, content_type=XLSX)

    answer = client.post(url_of(session), {**DECISION, "file": wrong})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Fichier conservé" not in page
    assert "file_kept" not in page


def test_once_confirmed_each_school_has_its_decision_and_its_letter(client, session, dane):
    whole, fewer, missing = (candidate(session) for _ in range(3))

    answer = compared(client, session, (whole.school.uai, 3), (fewer.school.uai.lower(), "1"))
    done = confirm(client, session, answer)

    assert done["Location"] == Job.objects.get().get_absolute_url()
    assert states(whole, fewer, missing) == [("retained", 3), ("retained", 1), ("admissible", None)]
    assert IssuedDocument.objects.filter(kind=ActKind.SELECTION).count() == 2
    assert Application.objects.get(pk=whole.pk).selection_list == DECISION["selection_list"]


def test_a_list_saved_by_libreoffice_is_compared_and_recorded(client, session, dane):
    whole, fewer, missing = (candidate(session) for _ in range(3))
    data = as_ods(a_list((whole.school.uai, 3), (fewer.school.uai, "1")).read())

    answer = client.post(url_of(session), {**DECISION, "file": SimpleUploadedFile("liste.ods", data)})
    confirm(client, session, answer)

    assert states(whole, fewer, missing) == [("retained", 3), ("retained", 1), ("admissible", None)]


def test_a_list_saved_by_libreoffice_with_a_wrong_line_is_refused_by_it(client, session, dane):
    application = candidate(session)
    data = as_ods(a_list((application.school.uai, 1), ("0259999A", "=1+1")).read())

    answer = client.post(url_of(session), {**DECISION, "file": SimpleUploadedFile("liste.ods", data)})

    assert answer.status_code == 422
    assert [fault.cell for fault in answer.context["faults"]] == ["F3", "A3"]
    assert states(application) == [("admissible", None)]


def test_those_that_the_list_leaves_out_are_set_aside_when_it_is_asked_with_its_motive(client, session, dane):
    listed, out = candidate(session), candidate(session)
    motive = "La commission nationale n’a pas retenu ce projet."

    refused = compared(client, session, (listed.school.uai, 1), rest="set_aside")
    answer = compared(client, session, (listed.school.uai, 1), (out.school.uai, None), rest="set_aside", motive=motive)
    confirm(client, session, answer)

    assert refused.status_code == 422
    assert states(listed, out) == [("retained", 1), ("not_retained", None)]
    assert JournalLine.objects.get(act="set_aside").comment == motive


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("0259999A", 1), "clé"),
        (("=A1", 1), "formule"),
        ((None, 1), "UAI"),
        (("{uai}", 4), "ne peut en retenir 4"),
        (("{uai}", "deux"), "Écrivez un nombre de classes"),
        (("{uai}", "-1"), "Écrivez un nombre de classes"),
        (("{uai}", 1.5), "Écrivez un nombre de classes"),
        (("{uai}", "=1+1"), "formule"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_recorded(client, session, dane, row, sentence):
    application = candidate(session)
    uai, classes = row

    answer = compared(client, session, (uai and uai.format(uai=application.school.uai), classes))

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Ligne 2" in page
    assert sentence in page.replace("\u00a0", " ")
    assert states(application) == [("admissible", None)]


def test_the_same_school_twice_is_a_fault(client, session, dane):
    application = candidate(session)

    answer = compared(client, session, (application.school.uai, 1), (application.school.uai, 2))

    assert answer.status_code == 422
    assert "figure déjà ligne 2" in answer.content.decode().replace("\u00a0", " ")


@pytest.mark.parametrize(
    "file",
    [
        a_list(("0250018J", 1), sheet="Feuil1"),
        SimpleUploadedFile("liste.xlsx", b"UAI;Classes\n0250018J;1\n", content_type=XLSX),
        SimpleUploadedFile("liste.xlsx", b"", content_type=XLSX),
    ],
    ids=["another sheet", "a CSV renamed", "empty"],
)
def test_a_file_that_is_not_the_workbook_is_refused_in_words(client, session, dane, file):
    file.seek(0)

    answer = client.post(url_of(session), {**DECISION, "file": file})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_a_list_that_retains_nobody_here_records_nothing(client, session, dane):
    candidate(session)

    assert compared(client, session, (SchoolFactory().uai, 1)).status_code == 409
    assert not Job.objects.exists()


def test_decisions_that_changed_since_they_were_shown_are_shown_again(client, session, dane):
    first, second = candidate(session), candidate(session)
    answer = compared(client, session, (first.school.uai, 1), (second.school.uai, 1))
    services.abandon(application_id=first.pk, actor=actor_for(Role.EDITEUR, first.dossier.collectivite, at=IN_PHASE), comment="x")

    again = confirm(client, session, answer)

    assert again.status_code == 409
    assert states(second) == [("admissible", None)]
    assert confirm(client, session, again).status_code == 302
    assert states(second) == [("retained", 1)]


def test_a_list_sent_twice_decides_once(client, session, dane):
    application = candidate(session)
    answer = compared(client, session, (application.school.uai, 1))

    confirm(client, session, answer)
    again = confirm(client, session, answer)

    assert again.status_code in (409, 422)  # its draft is still there, but nothing is left to decide
    assert JournalLine.objects.filter(act="retain").count() == 1


def test_the_proposal_goes_out_as_the_workbook_that_comes_back(client, session, dane):
    application, other = candidate(session), candidate(session)
    application.school.name = "=cmd|' /C calc'!A0"
    application.school.save()
    services.propose(session=session, proposed={application.pk: Proposed(ProposalChoice.RETAIN, classes=2)}, actor=dane)

    file = b"".join(client.get(url_of(session, "download_list")).streaming_content)
    sheet = load_workbook(io.BytesIO(file))[LAYOUT.sheet]

    rows = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
    assert rows[application.school.uai][5].value == 2
    assert rows[other.school.uai][5].value is None
    assert rows[application.school.uai][1].data_type == "s"
    answer = client.post(url_of(session), {**DECISION, "file": SimpleUploadedFile("liste.xlsx", file, content_type=XLSX)})
    assert answer.status_code == 200
    assert [(one.application, one.retained) for one in answer.context["found"].matches] == [(application, 2)]


# --- Where the académie decides ---


def decide(client, session, **changed):
    page = client.get(url_of(session, "decide_session"))
    digest = page.context["form"]["digest"].value()
    return client.post(url_of(session, "decide_session"), {**DECISION, "digest": digest, **changed})


def tried(session, dane):
    kept, waiting, out = (candidate(session) for _ in range(3))
    services.propose(
        session=session,
        actor=dane,
        proposed={
            kept.pk: Proposed(ProposalChoice.RETAIN, classes=2),
            waiting.pk: Proposed(ProposalChoice.WAIT),
            out.pk: Proposed(ProposalChoice.SET_ASIDE),
        },
    )
    return kept, waiting, out


def test_a_local_selection_becomes_decisions(client, session, dane):
    Campaign.objects.update(local_selection=True)
    rows = tried(session, dane)

    without_motive = decide(client, session)
    answer = decide(client, session, motive="L’enveloppe est épuisée.")

    assert without_motive.status_code == 422
    assert answer["Location"] == Job.objects.get().get_absolute_url()
    assert states(*rows) == [("retained", 2), ("waiting_list", None), ("not_retained", None)]


def test_a_national_selection_is_not_decided_here(client, session, dane):
    rows = tried(session, dane)

    answer = client.post(url_of(session, "decide_session"), {**DECISION, "motive": "motif"})

    assert answer.status_code == 409
    assert "La sélection de cette campagne est nationale" in answer.content.decode()
    assert {state for state, _ in states(*rows)} == {"admissible"}


def test_a_trial_that_a_colleague_changed_since_is_shown_again(client, session, dane):
    Campaign.objects.update(local_selection=True)
    kept, *_ = tried(session, dane)
    digest = client.get(url_of(session, "decide_session")).context["form"]["digest"].value()
    services.propose(session=session, proposed={kept.pk: Proposed(ProposalChoice.RETAIN, classes=1)}, actor=dane)

    answer = client.post(url_of(session, "decide_session"), {**DECISION, "motive": "motif", "digest": digest})

    assert answer.status_code == 409
    assert states(kept) == [("admissible", None)]


def test_a_date_to_come_is_refused_row_by_row(client, session, dane):
    application = candidate(session)
    answer = compared(client, session, (application.school.uai, 1), on=(IN_PHASE.date() + dt.timedelta(days=1)).isoformat())

    confirm(client, session, answer)

    assert states(application) == [("admissible", None)]
    assert "porte une date à venir" in Job.objects.get().rows.get().reason


@pytest.mark.parametrize("name", ["import_list", "download_list", "decide_session"])
@pytest.mark.parametrize("role", [Role.EDITEUR, Role.VALIDEUR_DAF, Role.RECTEUR, Role.DAN])
def test_nobody_but_the_dane_of_the_academie_decides(client, session, name, role):
    application = candidate(session)
    where = {Role.EDITEUR: application.dossier.collectivite, Role.DAN: AcademieFactory(code="99", name="Ailleurs")}
    client.force_login(actor_for(role, where.get(role, session.campaign.academie), at=IN_PHASE).user)

    assert client.get(url_of(session, name)).status_code == 404
