"""Opening the draft of a convention from the retained applications of a dossier."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection

from conventions import services
from conventions.enums import ConventionState
from conventions.models import Convention, CoveredClass, CoveredSchool
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.organisations.enums import Role
from projects.models import Application
from tests.factories import CollectiviteFactory, actor_for
from tests.factories_conventions import ConventionFactory
from tests.factories_projects import ApplicationFactory, DossierFactory, PhaseFactory, TermsVersionFactory

pytestmark = pytest.mark.django_db


def dane(dossier):
    return actor_for(Role.AGENT_DANE, dossier.campaign.academie)


def covered(convention):
    return [
        (one.covered_school.school, one.number, one.expense, one.retained_base, one.subsidy)
        for one in CoveredClass.objects.of_convention(convention.pk)
    ]


def test_the_draft_covers_the_retained_classes_in_order_with_their_subsidy():
    costs = (Decimal("7900.50"), Decimal("8000"), Decimal("9100"))
    application = ApplicationFactory(retained=True, costs=costs, retained_classes=2)

    convention = services.open_convention(dossier=application.dossier, actor=dane(application.dossier))

    assert convention.state == ConventionState.DRAFT
    assert convention.terms == application.campaign.current_terms()
    assert covered(convention) == [
        (application.school, 1, Decimal("7900.50"), Decimal("7900.50"), Decimal("3950.25")),
        (application.school, 2, Decimal("8000"), Decimal("8000"), Decimal("4000")),
    ]
    school = convention.covered_schools.get()
    assert (school.referent_college, school.resources_grant) == (application.referent_college, Decimal("500"))
    assert Application.objects.get().under_convention
    assert set(JournalLine.objects.values_list("label", flat=True)) == {
        "Ouvrir le projet de convention",
        "Porter la candidature au projet de convention",
    }


def test_applications_that_were_not_retained_stay_out():
    kept = ApplicationFactory(retained=True)
    ApplicationFactory(admissible=True, dossier=kept.dossier)
    ApplicationFactory(waiting=True, dossier=kept.dossier)

    convention = services.open_convention(dossier=kept.dossier, actor=dane(kept.dossier))

    assert [one.school for one in convention.covered_schools.all()] == [kept.school]


def test_a_dossier_with_nothing_retained_has_no_convention():
    dossier = DossierFactory()

    with pytest.raises(Refused, match="Aucune candidature retenue"):
        services.open_convention(dossier=dossier, actor=dane(dossier))

    assert not Convention.objects.exists()


def test_a_dossier_has_one_live_convention():
    convention = ConventionFactory()
    ApplicationFactory(retained=True, dossier=convention.dossier)

    with pytest.raises(Refused, match=r"déjà une convention en cours.: son état est"):
        services.open_convention(dossier=convention.dossier, actor=dane(convention.dossier))

    assert Convention.objects.count() == 1


def test_after_an_abandon_another_draft_covers_the_same_schools():
    convention = ConventionFactory(negotiation=True)
    actor = dane(convention.dossier)
    services.abandon(convention_id=convention.pk, actor=actor, comment="la commune se retire")

    again = services.open_convention(dossier=convention.dossier, actor=actor)

    assert [number for _, number, *_ in covered(again)] == [1, 2, 3]


def test_a_school_retained_in_two_phases_is_covered_once_and_its_classes_are_numbered_on():
    first = ApplicationFactory(retained=True, costs=(Decimal("8000"),), retained_classes=1)
    second = ApplicationFactory(
        retained=True,
        dossier=first.dossier,
        school=first.school,
        phase=PhaseFactory(campaign=first.campaign, number=4),
        costs=(Decimal("6000"), Decimal("5000")),
        retained_classes=2,
    )

    convention = services.open_convention(dossier=first.dossier, actor=dane(first.dossier))

    assert [(one.application, one.number, one.expense) for one in CoveredClass.objects.of_convention(convention.pk)] == [
        (first, 1, Decimal("8000")),
        (second, 2, Decimal("6000")),
        (second, 3, Decimal("5000")),
    ]
    assert convention.covered_schools.get().resources_grant == Decimal("500")


def test_classes_go_on_after_those_of_an_earlier_convention_of_the_dossier():
    ended = ConventionFactory(terminated=True, classes=1)
    school = ended.covered_schools.get().school
    ApplicationFactory(
        retained=True,
        dossier=ended.dossier,
        school=school,
        phase=PhaseFactory(campaign=ended.campaign, number=4),
        costs=(Decimal("8000"),),
        retained_classes=1,
    )

    convention = services.open_convention(dossier=ended.dossier, actor=dane(ended.dossier))

    assert [number for _, number, *_ in covered(convention)] == [2]


def test_a_school_in_two_live_conventions_is_refused_by_name():
    elsewhere = ConventionFactory(negotiation=True, classes=1)
    school = elsewhere.covered_schools.get().school
    dossier = DossierFactory(campaign=elsewhere.campaign, collectivite=CollectiviteFactory(epci=True))
    ApplicationFactory(retained=True, dossier=dossier, school=school, phase=PhaseFactory(campaign=elsewhere.campaign, number=4))

    with pytest.raises(Refused, match=f"figure déjà dans la convention en cours de {elsewhere.dossier.collectivite}"):
        services.open_convention(dossier=dossier, actor=dane(dossier))

    assert Convention.objects.count() == 1
    assert not Application.objects.get(dossier=dossier).under_convention


def test_the_figures_are_those_of_the_latest_version_of_the_terms():
    application = ApplicationFactory(retained=True, costs=(Decimal("8000"),), retained_classes=1)
    later = TermsVersionFactory(campaign=application.campaign, number=2, expense_cap=Decimal("6000"))

    convention = services.open_convention(dossier=application.dossier, actor=dane(application.dossier))

    assert convention.terms == later
    assert covered(convention)[0][3:] == (Decimal("6000"), Decimal("3000"))


@pytest.mark.parametrize("role", [Role.EDITEUR, Role.SIGNATAIRE, Role.GESTIONNAIRE_DAF, Role.RECTEUR])
def test_another_role_cannot_open_it(role):
    application = ApplicationFactory(retained=True)
    dossier = application.dossier
    where = dossier.collectivite if role in (Role.EDITEUR, Role.SIGNATAIRE) else dossier.campaign.academie

    with pytest.raises(PermissionDenied, match="Cette action revient à"):
        services.open_convention(dossier=dossier, actor=actor_for(role, where))

    assert not Convention.objects.exists()
    assert not Application.objects.get().under_convention


@pytest.mark.django_db(transaction=True)
def test_two_dossiers_that_take_the_same_school_at_once_do_not_both_have_it(monkeypatch):
    monkeypatch.setattr("plannumerique.celery.publish", lambda task, *args: True)
    first = ApplicationFactory(retained=True)
    dossier = DossierFactory(campaign=first.campaign, collectivite=CollectiviteFactory(epci=True))
    second = ApplicationFactory(
        retained=True, dossier=dossier, school=first.school, phase=PhaseFactory(campaign=first.campaign, number=4)
    )
    together = Barrier(2)

    def take(application, actor):
        try:
            together.wait(timeout=10)
            services.open_convention(dossier=application.dossier, actor=actor)
        except Refused as refused:
            return " ".join(refused.reasons)
        finally:
            connection.close()
        return "opened"

    with ThreadPoolExecutor(max_workers=2) as pool:
        actor = dane(first.dossier)
        outcomes = [done.result() for done in [pool.submit(take, one, actor) for one in (first, second)]]

    assert sorted("opened" if one == "opened" else "refused" for one in outcomes) == ["opened", "refused"]
    assert next(one for one in outcomes if one != "opened").startswith(
        f"L’{first.school.in_words} figure déjà dans la convention"
    )
    assert CoveredSchool.objects.get().school == first.school
    assert Application.objects.filter(under_convention=True).count() == 1


def test_the_database_itself_holds_a_school_in_one_live_convention():
    convention, other = ConventionFactory(), ConventionFactory()
    school = convention.covered_schools.get().school

    with pytest.raises(IntegrityError, match="covered_school_live_once"):
        CoveredSchool.objects.create(convention=other, campaign=other.campaign, school=school, resources_grant=500)
