"""Submitting a school's application: by the collectivité, in time, when both parts and the pieces are there."""

import datetime as dt
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from pypdf import PdfReader

from plannumerique.files.models import IssuedDocument
from plannumerique.files.pdf import layout
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.journal.passages import Stale
from plannumerique.lib.dates import plain_date
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from projects import services
from projects.enums import ApplicationState
from projects.models import Application
from tests.factories import SchoolFactory, actor_for
from tests.factories_projects import CLOSING, IN_PHASE, ApplicationFactory

pytestmark = pytest.mark.django_db


def editor(application, *, at=IN_PHASE):
    return actor_for(Role.EDITEUR, application.dossier.collectivite, at=at)


def test_a_complete_application_is_submitted_journaled_and_acknowledged():
    application = ApplicationFactory(written=True)
    actor = editor(application)

    services.submit(application_id=application.pk, actor=actor, seen=application.version)

    submitted = Application.objects.get(pk=application.pk)
    assert (submitted.state, submitted.submitted_at, submitted.version) == (ApplicationState.SUBMITTED, IN_PHASE, 2)
    line = JournalLine.objects.get(subject_kind="projects.application", act="submit")
    assert (line.from_state, line.to_state, line.actor, line.occurred_at) == ("draft", "submitted", actor.user, IN_PHASE)
    assert line.actor_role == f"collectivité (éditeur), {application.dossier.collectivite}"
    receipt = IssuedDocument.objects.get(kind="receipt")
    assert (receipt.reference, receipt.snapshot["expense"]) == ("AAP-2016-AR-0001", {"$decimal": "24000.00"})


def test_the_receipt_names_the_commune_its_head_and_the_school_as_a_letter_does():
    application = ApplicationFactory(
        written=True, dossier__collectivite__name="Ornans", school__name="École élémentaire Vauthier"
    )

    services.submit(application_id=application.pk, actor=editor(application))

    pages = PdfReader(BytesIO(layout(IssuedDocument.objects.get(kind="receipt")).data)).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "Madame, Monsieur le maire Commune d’Ornans" in text
    deposited = " ".join(plain_date(IN_PHASE.date()).split())
    assert f"que la commune d’Ornans a déposée le {deposited} à " in text
    assert "pour l’école primaire d’exemple " in text
    assert "une dépense prévue de 24 000,00 € TTC (vingt-quatre mille euros)" in text
    assert "dans la limite de 8 000,00 € TTC par classe mobile ; taux de prise en charge : 50 %." in text
    mail = OutboxMail.objects.get(kind="submitted")
    assert mail.subject.startswith("plan numérique national premier degré – candidature déposée, école primaire d’exemple ")


def test_everything_that_is_missing_is_said_at_once_and_nothing_is_written():
    application = ApplicationFactory()

    with pytest.raises(Refused) as refused:
        services.submit(application_id=application.pk, actor=editor(application))

    assert len(refused.value.reasons) == 6
    assert refused.value.reasons[0].startswith(
        "La partie pédagogique n’est pas remise\u00a0: elle revient à la direction de l’école"
    )
    assert Application.objects.get().state == ApplicationState.DRAFT
    assert not IssuedDocument.objects.exists()
    assert not JournalLine.objects.filter(act="submit").exists()


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.AGENT_DANE, Role.VALIDEUR_DAF, Role.IEN])
def test_another_role_cannot_submit(role):
    application = ApplicationFactory(written=True)
    where = {Role.DIRECTOR: application.school, Role.IEN: None}.get(role, application.campaign.academie)

    with pytest.raises(PermissionDenied, match="Cette action revient à"):
        services.submit(application_id=application.pk, actor=actor_for(role, where, at=IN_PHASE))

    assert Application.objects.get().state == ApplicationState.DRAFT


def test_another_collectivite_cannot_submit():
    application = ApplicationFactory(written=True)

    with pytest.raises(PermissionDenied):
        services.submit(application_id=application.pk, actor=actor_for(Role.EDITEUR, at=IN_PHASE))


def test_the_last_minute_of_the_phase_is_in_time():
    application = ApplicationFactory(written=True)

    services.submit(application_id=application.pk, actor=editor(application, at=CLOSING))

    assert Application.objects.get().state == ApplicationState.SUBMITTED


def test_a_second_after_the_closing_is_late_unless_the_dane_grants_it():
    application = ApplicationFactory(written=True)
    late = CLOSING + dt.timedelta(seconds=1)

    with pytest.raises(Refused, match="close depuis le vendredi 17\u00a0juin 2016"):
        services.submit(application_id=application.pk, actor=editor(application, at=late))

    dane = actor_for(Role.AGENT_DANE, application.campaign.academie, at=late)
    services.grant_derogation(application_id=application.pk, actor=dane, seen=1, comment="Panne d’exemple.")
    services.submit(application_id=application.pk, actor=editor(application, at=late))
    assert Application.objects.get().state == ApplicationState.SUBMITTED


def test_a_stale_page_learns_who_was_first():
    application = ApplicationFactory(written=True)
    first = editor(application)
    services.submit(application_id=application.pk, actor=first, seen=1)

    with pytest.raises(Stale, match=f"Déjà traité par {first.user} à 10:00 le 01/06/2016"):
        services.submit(application_id=application.pk, actor=editor(application), seen=1)

    assert JournalLine.objects.filter(act="submit").count() == 1


def test_a_school_that_closes_cannot_apply():
    application = ApplicationFactory(written=True)
    application.school = SchoolFactory(closing=True, collectivite=application.dossier.collectivite)
    application.save()

    with pytest.raises(Refused, match="à fermer"):
        services.submit(application_id=application.pk, actor=editor(application))


def test_a_second_deposit_cancels_and_replaces_the_first_acknowledgement():
    application = ApplicationFactory(written=True)
    actor = editor(application)
    services.submit(application_id=application.pk, actor=actor)
    services.withdraw(application_id=application.pk, actor=actor)

    services.submit(application_id=application.pk, actor=actor)

    first, second = IssuedDocument.objects.order_by("pk")
    assert second.replaces == first
    assert [first.number, second.number] == [1, 2]
