import datetime as dt
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, connection, transaction

from plannumerique.files import services, tasks
from plannumerique.files.enums import DocumentState, Readers
from plannumerique.files.models import IssuedDocument, LetterSeries
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Role
from tests.factories import MembershipFactory, actor_for
from tests.files import sample
from tests.files.conftest import Dossier

SERIES = {"series": "03-AAP-2016-DEC", "reference": "AAP-2016-DEC-{number:04}"}


def issue(dossier: Dossier, letter: Any = None, *, by: Actor | None = None, **options: Any) -> IssuedDocument:
    with transaction.atomic():
        return services.issue(
            letter or sample.decision(),
            thread=dossier.thread,
            subject=dossier.thread,
            actor=by or dossier.agent,
            **({"readers": Readers.DOSSIER} | SERIES | options),
        )


@pytest.fixture
def render(
    dossier: Dossier, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., IssuedDocument]:
    """Issue, then do at once what the worker would do after the commit."""
    monkeypatch.setattr(tasks.render_document, "apply_async", lambda args, **_: tasks.render_document(*args))

    def render(letter: Any = None, **options: Any) -> IssuedDocument:
        with django_capture_on_commit_callbacks(execute=True):
            document = issue(dossier, letter, **options)
        return IssuedDocument.objects.get(pk=document.pk)

    return render


def test_an_issued_letter_has_its_number_its_data_and_its_code(dossier: Dossier) -> None:
    document = IssuedDocument.objects.get(pk=issue(dossier).pk)

    assert (document.number, document.reference) == (1, "AAP-2016-DEC-0001")
    assert str(document) == "Décision attributive de subvention n° AAP-2016-DEC-0001"
    assert document.state == DocumentState.PENDING
    assert document.issued_by == dossier.agent.user
    assert document.issued_at == dossier.agent.at
    assert document.snapshot["maximum"] == {"$decimal": "12000.00"}
    assert document.snapshot["deliberation_on"] == {"$date": "2016-06-27"}
    assert re.fullmatch(f"[{services.CODE_ALPHABET}]{{12}}", document.verification_code)
    assert re.fullmatch("[0-9a-f]{16}", document.template_version)
    line = JournalLine.objects.get(subject_kind="files.issueddocument", subject_id=document.pk)
    assert line.label == "Établir\u00a0: Décision attributive de subvention"


def test_a_code_is_recognised_however_it_is_typed(dossier: Dossier) -> None:
    document = issue(dossier)
    assert document.printed_code == "-".join(re.findall("....", document.verification_code))
    for typed in (document.printed_code, document.printed_code.lower(), f" {document.verification_code} "):
        assert list(IssuedDocument.objects.verified_by(typed)) == [document]
    assert not IssuedDocument.objects.verified_by("").exists()


def test_every_blank_is_named_in_one_refusal(dossier: Dossier) -> None:
    blank = sample.decision(
        deliberation_number=" ", maximum=None, visas=(), signature=sample.Signature(name="", capacity="Recteur")
    )

    with pytest.raises(Refused) as refusal:
        issue(dossier, blank)

    assert refusal.value.reasons == [
        "Il manque pour établir la décision attributive\u00a0: les visas (texte de la campagne), le nom du"
        " signataire, le montant maximal de la subvention et le numéro de délibération.",
        "L’administration de l’académie de Besançon le complète\u00a0: menu «\u00a0Administration\u00a0», puis «\u00a0Campagnes\u00a0»,"
        " «\u00a0Textes des actes\u00a0» ou «\u00a0Académies\u00a0».",
    ]
    assert not IssuedDocument.objects.exists()
    assert not LetterSeries.objects.exists()


@pytest.mark.parametrize(
    ("part", "label"),
    [
        ({"recourse": "Recours : À compléter."}, "les voies et délais de recours (texte de la campagne)"),
        ({"copies": ("comptable", "à compléter")}, "les destinataires des copies (texte de la campagne)"),
        ({"signature": sample.Signature(name="Lou EXEMPLE", capacity="à\u00a0compléter")}, "le signataire de l’acte (campagne)"),
    ],
)
def test_words_of_the_campaign_left_to_fill_are_blanks(dossier: Dossier, part: dict[str, Any], label: str) -> None:
    with pytest.raises(Refused, match=re.escape(label)):
        issue(dossier, sample.decision(**part))


def test_what_a_person_typed_may_say_to_fill(dossier: Dossier) -> None:
    """A motive « dossier à compléter » is no placeholder of the campaign."""
    assert issue(dossier, sample.decision(subject="Dossier à compléter")).number == 1


def test_a_refusal_names_to_the_academie_who_mends_the_campaign(dossier: Dossier) -> None:
    MembershipFactory(administrator=True, academie=dossier.thread.academie, user__first_name="Gwen")

    with pytest.raises(Refused) as refusal:
        issue(dossier, sample.decision(visas=()))

    assert "(Gwen EXEMPLE)" in refusal.value.reasons[1].replace("\u00a0", " ")


def test_zero_is_not_a_blank(dossier: Dossier) -> None:
    assert issue(dossier, sample.decision(maximum=sample.Decimal("0.00"))).number == 1


def test_a_letter_is_issued_inside_a_passage_only(dossier: Dossier, transactional_db: None) -> None:
    with pytest.raises(TypeError, match="inside the passage"):
        services.issue(
            sample.decision(),
            thread=dossier.thread,
            subject=dossier.thread,
            actor=dossier.agent,
            readers=Readers.DOSSIER,
            **SERIES,
        )


def test_a_deposit_by_the_collectivite_issues_its_acknowledgement(dossier: Dossier) -> None:
    assert issue(dossier, by=dossier.mairie).issued_by == dossier.mairie.user
    with pytest.raises(PermissionDenied):
        issue(dossier, by=actor_for(Role.EDITEUR))
    assert LetterSeries.objects.get().last == 1


def test_series_are_numbered_apart(dossier: Dossier) -> None:
    numbers = [issue(dossier).number, issue(dossier, series="03-AAP-2016-ACO").number, issue(dossier).number]
    assert numbers == [1, 1, 2]


@pytest.mark.django_db(transaction=True)
def test_ten_threads_with_rollbacks_leave_no_gap(dossier: Dossier) -> None:
    """Each thread issues three letters and lets every second act fail after its number was taken."""
    start = threading.Barrier(10)
    errors: list[BaseException] = []

    def work(rank: int) -> None:
        try:
            start.wait(timeout=30)
            for turn in range(3):
                try:
                    with transaction.atomic():
                        issue(dossier)
                        if (rank + turn) % 2:
                            raise ZeroDivisionError
                except ZeroDivisionError:
                    pass
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(rank,)) for rank in range(10)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)

    assert not errors
    assert sorted(IssuedDocument.objects.values_list("number", flat=True)) == list(range(1, 16))
    assert LetterSeries.objects.get().last == 15


# --- What is issued is frozen ---


@pytest.mark.parametrize(
    "change",
    [
        "number = 99",
        "reference = 'AAP-2016-DEC-0099'",
        "series = 'autre'",
        "snapshot = '{}'",
        "template = 'autre.html'",
        "verification_code = 'ABCDEFGHJKMN'",
        "issued_at = now()",
        "readers = 'account'",
    ],
)
def test_the_database_refuses_to_change_an_issued_document(dossier: Dossier, change: str) -> None:
    document = issue(dossier)
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE files_issueddocument SET {change} WHERE id = %s", [document.pk])
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM files_issueddocument WHERE id = %s", [document.pk])


def test_once_laid_out_the_bytes_never_change(render: Callable[..., IssuedDocument], dossier: Dossier) -> None:
    document, other = render(), render()
    for change in (f"file_id = {other.file_id}", "sha256 = 'x'", "template_version = 'x'", "file_id = NULL"):
        with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE files_issueddocument SET {change} WHERE id = %s", [document.pk])


def test_a_correction_is_a_new_document_that_cancels_and_replaces(dossier: Dossier) -> None:
    first = issue(dossier)
    second = issue(dossier, sample.decision(deliberation_number="2016-43"), replaces=first)

    assert first.replaced_by() == second
    assert list(IssuedDocument.objects.in_force()) == [second]
    with pytest.raises(Refused):
        issue(dossier, replaces=first)


# --- Rendering ---


def test_the_worker_lays_the_document_out_from_its_data(render: Callable[..., IssuedDocument]) -> None:
    document = render()

    assert document.state == DocumentState.RENDERED
    assert document.file.sha256 == document.sha256
    assert document.file.content_type == "application/pdf"
    with document.file.file.open("rb") as kept:
        assert kept.read(5) == b"%PDF-"


def test_rendering_twice_keeps_the_first_bytes(render: Callable[..., IssuedDocument]) -> None:
    document = render()
    lines = JournalLine.objects.count()

    tasks.render_document(document.pk, "2016-10-11T00:00:00+02:00")

    again = IssuedDocument.objects.get(pk=document.pk)
    assert (again.file_id, again.version) == (document.file_id, document.version)
    assert JournalLine.objects.count() == lines


def test_two_workers_on_one_document_make_one_file(dossier: Dossier, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second has laid it out too when it reaches the lock: it finds the work done."""
    document = issue(dossier)
    laid = tasks.pdf.layout(document)
    at = dt.datetime(2016, 10, 10, 12, tzinfo=dt.UTC)

    tasks._keep(document, laid, at=at)
    tasks._keep(document, laid, at=at)

    assert IssuedDocument.objects.get(pk=document.pk).version == 2
    assert tasks.StoredFile.objects.count() == 1


def test_a_template_that_fails_leaves_the_document_pending_with_the_error(
    dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = issue(dossier)
    monkeypatch.setattr(tasks.pdf, "layout", lambda _: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        tasks.render_document(document.pk, "2016-10-10T12:00:00+02:00")

    document = IssuedDocument.objects.get(pk=document.pk)
    assert document.state == DocumentState.PENDING
    assert document.render_attempts == 1
    assert "ZeroDivisionError" in document.render_error


# --- The paper comes back signed ---


def record(dossier: Dossier, document: IssuedDocument, **changes: Any) -> IssuedDocument:
    values: dict[str, Any] = {
        "actor": dossier.agent,
        "file": dossier.receive(by=dossier.agent, data=sample.image_bytes(), name="signée.jpg"),
        "name": "Camille EXEMPLE",
        "capacity": "Recteur",
        "on": dossier.agent.today,
    }
    return services.record_signed_copy(document_id=document.pk, **(values | changes))


def test_the_signed_copy_is_recorded_with_name_capacity_and_date(render: Callable[..., IssuedDocument], dossier: Dossier) -> None:
    document = render()
    record(dossier, document)

    document = IssuedDocument.objects.for_pages().get(pk=document.pk)
    assert document.state == DocumentState.SIGNED
    assert (document.signatory_name, document.signatory_capacity) == ("Camille EXEMPLE", "Recteur")
    assert document.signed_file.original_name == "signée.jpg"
    assert document.signed_file.attached_at
    assert document.signed_recorded_by == dossier.agent.user


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"on": dt.date(2016, 10, 11)}, "date à venir"),
        ({"on": dt.date(2016, 10, 9)}, "n’a été établi que le 10\u00a0octobre 2016"),
        ({"name": " "}, "le nom et la qualité"),
        ({"capacity": ""}, "le nom et la qualité"),
    ],
)
def test_a_signature_that_cannot_be_is_refused(
    render: Callable[..., IssuedDocument], dossier: Dossier, changes: dict[str, Any], sentence: str
) -> None:
    document = render()
    with pytest.raises(Refused, match=sentence):
        record(dossier, document, **changes)
    assert IssuedDocument.objects.get(pk=document.pk).state == DocumentState.RENDERED


def test_a_document_without_bytes_yet_cannot_be_signed(dossier: Dossier) -> None:
    document = issue(dossier)
    with pytest.raises(Refused, match="n’est pas encore possible"):
        record(dossier, document)


def test_a_school_does_not_record_a_signature(render: Callable[..., IssuedDocument], dossier: Dossier) -> None:
    document = render()
    file = dossier.receive(by=dossier.director)
    with pytest.raises(PermissionDenied):
        record(dossier, document, actor=dossier.director, file=file)


def test_a_wrong_scan_is_withdrawn_with_its_motive(render: Callable[..., IssuedDocument], dossier: Dossier) -> None:
    document = render()
    record(dossier, document)
    with pytest.raises(Refused, match="Indiquez le motif"):
        services.withdraw_signed_copy(document_id=document.pk, actor=dossier.agent, comment="")

    services.withdraw_signed_copy(document_id=document.pk, actor=dossier.agent, comment="Scan d’un autre dossier.")

    document = IssuedDocument.objects.get(pk=document.pk)
    assert document.state == DocumentState.RENDERED
    assert (document.signed_file, document.signatory_name, document.signed_on) == (None, "", None)
    record(dossier, document)
