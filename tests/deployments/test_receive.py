"""The reception of a mobile class: by the school, its ERUN or the DANE, on a day that has come and not before the convention."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from deployments import services
from deployments.enums import MobileClassState
from deployments.models import MobileClass
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.journal.passages import Stale
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from tests.factories import AT, CirconscriptionFactory, SchoolFactory, actor_for
from tests.factories_deployments import MobileClassFactory
from tests.factories_subsidies import NOTIFIED_ON

pytestmark = pytest.mark.django_db
TODAY = AT.date()


def director_of(mobile_class):
    return actor_for(Role.DIRECTOR, mobile_class.school)


def in_circonscription(mobile_class):
    mobile_class.school.circonscription = CirconscriptionFactory(departement=mobile_class.school.departement)
    mobile_class.school.save()
    return mobile_class.school.circonscription


def test_the_director_records_what_arrived_with_its_note_and_its_reservations():
    mobile_class = MobileClassFactory()
    actor = director_of(mobile_class)

    services.receive(
        mobile_class_id=mobile_class.pk,
        actor=actor,
        on=dt.date(2016, 10, 3),
        delivery_note=" BL-1234 ",
        reservations="Un chargeur manque.",
        seen=mobile_class.version,
    )

    received = MobileClass.objects.get(pk=mobile_class.pk)
    assert (received.state, received.received_on, received.received_by) == ("received", dt.date(2016, 10, 3), actor.user)
    assert (received.delivery_note, received.reservations) == ("BL-1234", "Un chargeur manque.")
    line = JournalLine.objects.get(act="receive")
    assert (line.from_state, line.to_state, line.actor) == ("planned", "received", actor.user)
    assert line.after["received_on"] == "2016-10-03"


@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.DAN, Role.ERUN])
def test_the_dane_and_the_erun_may_record_it_too(role):
    mobile_class = MobileClassFactory()
    circonscription = in_circonscription(mobile_class)
    where = circonscription if role is Role.ERUN else mobile_class.thread.academie

    services.receive(mobile_class_id=mobile_class.pk, actor=actor_for(role, where), on=TODAY)

    assert MobileClass.objects.get().state == MobileClassState.RECEIVED


def test_the_day_of_the_notification_and_today_are_both_good():
    for on in (NOTIFIED_ON, TODAY):
        mobile_class = MobileClassFactory()
        services.receive(mobile_class_id=mobile_class.pk, actor=director_of(mobile_class), on=on)
        assert MobileClass.objects.get(pk=mobile_class.pk).received_on == on


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        (NOTIFIED_ON - dt.timedelta(days=1), "La convention est notifiée du mardi 30\u00a0août 2016"),
        (TODAY + dt.timedelta(days=1), "à venir"),
    ],
)
def test_the_day_before_the_notification_and_tomorrow_are_refused(on, sentence):
    mobile_class = MobileClassFactory()

    with pytest.raises(Refused, match=sentence):
        services.receive(mobile_class_id=mobile_class.pk, actor=director_of(mobile_class), on=on)

    assert MobileClass.objects.get().state == MobileClassState.PLANNED
    assert not JournalLine.objects.filter(act="receive").exists()


@pytest.mark.parametrize("role", [Role.EDITEUR, Role.SIGNATAIRE, Role.IEN, Role.VALIDEUR_DAF, Role.DSDEN])
def test_another_role_does_not_record_a_reception(role):
    mobile_class = MobileClassFactory()
    where = {
        Role.IEN: in_circonscription(mobile_class),
        Role.DSDEN: mobile_class.school.departement,
        Role.VALIDEUR_DAF: mobile_class.thread.academie,
    }.get(role, mobile_class.thread.collectivite)

    with pytest.raises(PermissionDenied, match="Cette action revient à"):
        services.receive(mobile_class_id=mobile_class.pk, actor=actor_for(role, where), on=TODAY)

    assert MobileClass.objects.get().state == MobileClassState.PLANNED


def test_the_director_of_another_school_of_the_dossier_is_refused():
    mobile_class = MobileClassFactory()
    neighbour = SchoolFactory(collectivite=mobile_class.thread.collectivite)

    with pytest.raises(PermissionDenied):
        services.receive(mobile_class_id=mobile_class.pk, actor=actor_for(Role.DIRECTOR, neighbour), on=TODAY)


def test_the_second_to_record_it_reads_who_was_first():
    mobile_class = MobileClassFactory()
    first = director_of(mobile_class)
    services.receive(mobile_class_id=mobile_class.pk, actor=first, on=TODAY, seen=1)

    with pytest.raises(Stale, match=f"Déjà traité par {first.name} à 10:00"):
        services.receive(
            mobile_class_id=mobile_class.pk, actor=actor_for(Role.DAN, mobile_class.thread.academie), on=TODAY, seen=1
        )


def test_the_ien_hears_of_a_school_once_a_day_however_many_classes_came():
    mobile_class = MobileClassFactory(convention__costs=[["8000", "8000"]])
    second = MobileClassFactory(convention=mobile_class.convention)
    circonscription = in_circonscription(mobile_class)
    for one in (mobile_class, second):
        services.receive(mobile_class_id=one.pk, actor=director_of(mobile_class), on=TODAY)

    mail = OutboxMail.objects.get(kind="reception")
    assert mail.to == [circonscription.email]
    assert mail.subject.startswith("plan numérique national premier degré – matériel reçu")
    assert mail.reply_to == "dane.03@exemple.invalid"
    assert f"?q={mobile_class.school.uai}" in mail.text


def test_a_class_of_a_terminated_convention_is_no_longer_received():
    mobile_class = MobileClassFactory()
    type(mobile_class.convention).objects.update(state="terminated", terminated_on=TODAY)

    with pytest.raises(Refused, match="résiliée"):
        services.receive(mobile_class_id=mobile_class.pk, actor=director_of(mobile_class), on=TODAY)


# --- Ways back ---


def test_a_reception_is_cancelled_with_its_motive_and_clears_what_it_said():
    mobile_class = MobileClassFactory(received=True, reservations="Carton abîmé.")
    actor = actor_for(Role.AGENT_DANE, mobile_class.thread.academie)

    services.cancel_reception(mobile_class_id=mobile_class.pk, actor=actor, comment="Livrée à l’école voisine.")

    row = MobileClass.objects.get()
    assert (row.state, row.received_on, row.received_by) == ("planned", None, None)
    assert (row.delivery_note, row.reservations) == ("", "")
    assert JournalLine.objects.get(act="cancel_reception").comment == "Livrée à l’école voisine."


def test_a_reception_is_not_cancelled_without_a_motive():
    mobile_class = MobileClassFactory(received=True)

    with pytest.raises(Refused, match="Indiquez le motif"):
        services.cancel_reception(
            mobile_class_id=mobile_class.pk, actor=actor_for(Role.DAN, mobile_class.thread.academie), comment=" "
        )


def test_the_director_cancels_her_own_record_and_not_that_of_somebody_else():
    hers, other = MobileClassFactory(), MobileClassFactory(received=True)
    actor = director_of(hers)
    services.receive(mobile_class_id=hers.pk, actor=actor, on=TODAY)

    services.cancel_reception(mobile_class_id=hers.pk, actor=actor, comment="Erreur de classe.")
    with pytest.raises(PermissionDenied, match="par la personne qui l’a enregistrée"):
        services.cancel_reception(mobile_class_id=other.pk, actor=director_of(other), comment="Erreur.")

    assert MobileClass.objects.get(pk=hers.pk).state == MobileClassState.PLANNED
    assert MobileClass.objects.get(pk=other.pk).state == MobileClassState.RECEIVED


def test_a_reception_on_which_the_service_fait_rests_is_not_cancelled():
    mobile_class = MobileClassFactory(certified=True)

    with pytest.raises(Refused, match="Le service fait est constaté sur cette classe depuis le vendredi 14\u00a0octobre 2016"):
        services.cancel_reception(
            mobile_class_id=mobile_class.pk, actor=actor_for(Role.DAN, mobile_class.thread.academie), comment="Erreur."
        )


def test_a_collectivite_renounces_to_a_class_and_reinstates_it():
    mobile_class = MobileClassFactory()
    actor = actor_for(Role.EDITEUR, mobile_class.thread.collectivite)

    services.renounce(mobile_class_id=mobile_class.pk, actor=actor, comment="Fermeture de classe.")
    assert MobileClass.objects.get().state == MobileClassState.RENOUNCED

    services.reinstate(mobile_class_id=mobile_class.pk, actor=actor, comment="Classe rouverte.")
    assert MobileClass.objects.get().state == MobileClassState.PLANNED


def test_the_certification_follows_the_subsidy_and_can_be_revoked():
    mobile_class = MobileClassFactory(received=True)
    dan = actor_for(Role.DAN, mobile_class.thread.academie)

    services.certify_classes(mobile_class_ids=[mobile_class.pk], actor=dan)
    assert MobileClass.objects.get().certified_on == TODAY

    services.revoke_certification(convention=mobile_class.convention, actor=dan, comment="Facture à revoir.")
    assert MobileClass.objects.get().certified_on is None


def test_a_class_that_is_not_received_cannot_be_certified():
    mobile_class = MobileClassFactory()

    with pytest.raises(Refused, match="Le service fait se constate sur une classe reçue"):
        services.certify_classes(mobile_class_ids=[mobile_class.pk], actor=actor_for(Role.DAN, mobile_class.thread.academie))
