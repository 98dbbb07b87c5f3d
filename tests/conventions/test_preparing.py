"""Schools, payee, calendar: what changes as long as the text is not settled."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from conventions import services
from conventions.models import Convention, CoveredClass
from plannumerique.files.enums import Readers
from plannumerique.files.models import Piece
from plannumerique.journal.machine import Refused, obstacles_to
from plannumerique.journal.models import JournalLine
from plannumerique.journal.passages import Stale
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from projects.models import Application
from tests.factories import SchoolFactory, actor_for, siret
from tests.factories_conventions import EPLE_IBAN, PARIS, PUBLIC_IBAN, ConventionFactory, college, draft_file
from tests.factories_projects import ApplicationFactory, TermsVersionFactory

pytestmark = pytest.mark.django_db

JULY = dt.datetime(2016, 7, 11, 10, 0, tzinfo=PARIS)


def dane(convention):
    return actor_for(Role.AGENT_DANE, convention.campaign.academie)


def editor(convention):
    return actor_for(Role.EDITEUR, convention.dossier.collectivite)


def fresh(convention):
    return Convention.objects.select_related(*Convention.passage_related).get(pk=convention.pk)


# --- Schools ---


def test_a_school_is_removed_with_its_motive_and_its_application_stays_retained():
    convention = ConventionFactory(negotiation=True, schools=2)
    gone, kept = convention.covered_schools.order_by("pk")

    services.remove_school(
        convention_id=convention.pk, covered_school_id=gone.pk, actor=dane(convention), comment="la commune y renonce"
    )

    assert list(convention.covered_schools.all()) == [kept]
    released = Application.objects.get(school=gone.school)
    assert (released.state, released.under_convention) == ("retained", False)
    assert JournalLine.objects.get(act="remove_school").comment == "la commune y renonce"


def test_a_school_is_not_removed_without_a_motive():
    convention = ConventionFactory(negotiation=True)

    with pytest.raises(Refused, match="Indiquez le motif"):
        services.remove_school(
            convention_id=convention.pk,
            covered_school_id=convention.covered_schools.get().pk,
            actor=dane(convention),
            comment=" ",
        )

    assert convention.covered_schools.count() == 1


def test_a_retained_application_is_added():
    convention = ConventionFactory(negotiation=True)
    application = ApplicationFactory(retained=True, dossier=convention.dossier, costs=(Decimal("6000"),), retained_classes=1)

    services.add_school(convention_id=convention.pk, application_id=application.pk, actor=dane(convention))

    added = CoveredClass.objects.get(application=application)
    assert (added.expense, added.subsidy) == (Decimal("6000"), Decimal("3000"))
    assert Application.objects.get(pk=application.pk).under_convention


@pytest.mark.parametrize("traits", [{"admissible": True}, {"covered": True}])
def test_an_application_not_retained_or_already_covered_is_refused(traits):
    convention = ConventionFactory(negotiation=True)
    application = ApplicationFactory(dossier=convention.dossier, **traits)

    with pytest.raises(Refused, match="n’est pas retenue, ou une convention la porte déjà"):
        services.add_school(convention_id=convention.pk, application_id=application.pk, actor=dane(convention))

    assert convention.covered_schools.count() == 1


def test_the_application_of_another_dossier_is_refused():
    convention, stranger = ConventionFactory(negotiation=True), ApplicationFactory(retained=True)

    with pytest.raises(Refused, match="n’est pas retenue"):
        services.add_school(convention_id=convention.pk, application_id=stranger.pk, actor=dane(convention))


def test_the_referent_college_is_chosen_school_by_school():
    convention, chosen = ConventionFactory(negotiation=True, referent=False), college()
    assert any("n’a pas de collège référent" in one for one in obstacles_to(convention, "settle"))

    services.choose_college(
        convention_id=convention.pk, covered_school_id=convention.covered_schools.get().pk, college=chosen, actor=dane(convention)
    )

    assert convention.covered_schools.get().referent_college == chosen
    assert not obstacles_to(fresh(convention), "settle")


def test_an_ecole_is_no_referent_college():
    convention = ConventionFactory(negotiation=True)

    with pytest.raises(Refused, match="n’est pas un collège"):
        services.choose_college(
            convention_id=convention.pk,
            covered_school_id=convention.covered_schools.get().pk,
            college=SchoolFactory(),
            actor=dane(convention),
        )


def test_once_settled_the_schools_no_longer_change():
    convention = ConventionFactory(settled=True)

    with pytest.raises(PermissionDenied, match="Le projet est arrêté"):
        services.remove_school(
            convention_id=convention.pk,
            covered_school_id=convention.covered_schools.get().pk,
            actor=dane(convention),
            comment="x",
        )


def test_the_collectivite_does_not_choose_the_schools():
    convention = ConventionFactory(negotiation=True)

    with pytest.raises(PermissionDenied, match="Cette action revient à"):
        services.remove_school(
            convention_id=convention.pk,
            covered_school_id=convention.covered_schools.get().pk,
            actor=editor(convention),
            comment="x",
        )


def test_a_fourth_class_stops_the_project_and_says_so():
    convention = ConventionFactory(negotiation=True, classes=4)

    assert "la limite est de 3" in " ".join(obstacles_to(convention, "settle"))
    with pytest.raises(Refused, match="la limite est de 3"):
        services.settle(convention_id=convention.pk, actor=actor_for(Role.DAN, convention.campaign.academie))


def test_a_page_built_before_a_colleague_acted_is_told_who_was_first():
    convention = ConventionFactory(negotiation=True, schools=2)
    first, second = convention.covered_schools.order_by("pk")
    colleague = dane(convention)
    services.remove_school(
        convention_id=convention.pk, covered_school_id=first.pk, actor=colleague, comment="x", seen=convention.version
    )

    with pytest.raises(Stale, match=f"Déjà traité par {colleague.user}"):
        services.remove_school(
            convention_id=convention.pk, covered_school_id=second.pk, actor=dane(convention), comment="x", seen=convention.version
        )

    assert list(convention.covered_schools.all()) == [second]


# --- Figures ---


def test_a_later_version_of_the_terms_is_applied_on_request_and_prices_everything_again():
    convention = ConventionFactory(negotiation=True)
    later = TermsVersionFactory(
        campaign=convention.campaign, number=2, expense_cap=Decimal("6000"), resources_grant=Decimal("400")
    )
    assert fresh(convention).terms != later

    services.use_current_terms(convention_id=convention.pk, actor=dane(convention))

    assert fresh(convention).terms == later
    assert {one.subsidy for one in CoveredClass.objects.of_convention(convention.pk)} == {Decimal("3000")}
    assert convention.covered_schools.get().resources_grant == Decimal("400")


def test_a_settled_text_keeps_its_terms():
    convention = ConventionFactory(settled=True)
    TermsVersionFactory(campaign=convention.campaign, number=2)

    with pytest.raises(PermissionDenied, match="Le projet est arrêté"):
        services.use_current_terms(convention_id=convention.pk, actor=dane(convention))

    assert fresh(convention).terms == convention.terms


# --- Payee ---


def payee(convention, **changes):
    return {
        "siret": siret(convention.dossier.collectivite.siren),
        "iban": PUBLIC_IBAN,
        "bic": "BDFEFRPPCCT",
        "iban_holder": "Trésorerie d’exemple",
        **changes,
    }


def test_the_collectivite_gives_its_account_with_a_rib_that_few_read():
    convention = ConventionFactory()
    actor = editor(convention)

    services.describe_payee(convention_id=convention.pk, actor=actor, file=draft_file(actor), **payee(convention))

    row = fresh(convention)
    assert (row.iban, row.bic, row.iban_holder) == (PUBLIC_IBAN, "BDFEFRPPCCT", "Trésorerie d’exemple")
    assert (row.rib.kind, row.rib.readers, row.rib.state) == ("rib", Readers.ACCOUNT, "deposited")


def test_a_first_account_needs_its_rib():
    convention = ConventionFactory()

    with pytest.raises(Refused, match="Déposez le RIB"):
        services.describe_payee(convention_id=convention.pk, actor=editor(convention), **payee(convention))

    assert not fresh(convention).iban


def test_another_account_needs_another_rib_and_the_accepted_one_stays_in_the_dossier():
    convention = ConventionFactory(negotiation=True)
    actor, accepted = editor(convention), convention.rib

    with pytest.raises(Refused, match="Déposez le RIB"):
        services.describe_payee(convention_id=convention.pk, actor=actor, **payee(convention, iban=EPLE_IBAN))
    services.describe_payee(convention_id=convention.pk, actor=actor, file=draft_file(actor), **payee(convention, iban=EPLE_IBAN))

    row = fresh(convention)
    assert (row.rib.pk != accepted.pk, row.rib.state, row.rib.replaces) == (True, "deposited", None)
    assert Piece.objects.get(pk=accepted.pk).state == "accepted"
    assert "attend sa vérification" in " ".join(obstacles_to(row, "settle"))


def test_a_rib_not_yet_checked_is_replaced():
    convention = ConventionFactory(negotiation=True)
    Piece.objects.filter(pk=convention.rib_id).update(state="deposited", checked_at=None)
    actor = editor(convention)

    services.describe_payee(convention_id=convention.pk, actor=actor, file=draft_file(actor), **payee(convention))

    assert fresh(convention).rib.replaces_id == convention.rib_id


def test_the_holder_alone_is_corrected_without_another_rib():
    convention = ConventionFactory(negotiation=True)

    services.describe_payee(
        convention_id=convention.pk, actor=editor(convention), **payee(convention, iban_holder="Trésorerie d’Ornans")
    )

    assert fresh(convention).iban_holder == "Trésorerie d’Ornans"
    assert fresh(convention).rib == convention.rib


def test_the_siret_of_somebody_else_is_refused():
    convention = ConventionFactory()
    actor = editor(convention)

    with pytest.raises(Refused, match="n’est pas celui de"):
        services.describe_payee(
            convention_id=convention.pk,
            actor=actor,
            file=draft_file(actor),
            **payee(convention, siret=siret("200000008")),
        )


def test_after_the_settlement_the_account_changes_through_a_reopening_only():
    convention = ConventionFactory(settled=True)
    actor = editor(convention)

    with pytest.raises(PermissionDenied, match="rouvre d’abord la négociation"):
        services.describe_payee(convention_id=convention.pk, actor=actor, file=draft_file(actor), **payee(convention))


def test_a_foreign_collectivite_cannot_touch_the_account():
    convention = ConventionFactory(negotiation=True)
    stranger = actor_for(Role.EDITEUR)

    with pytest.raises(PermissionDenied):
        services.describe_payee(convention_id=convention.pk, actor=stranger, file=draft_file(stranger), **payee(convention))


def test_an_account_shared_by_two_communes_is_usual():
    first, second = ConventionFactory(negotiation=True), ConventionFactory(negotiation=True)

    assert first.iban == second.iban
    assert not obstacles_to(second, "settle")


# --- Calendar, transmission ---


def test_the_calendar_and_the_steering_are_kept():
    convention = ConventionFactory()

    services.describe_deployment(
        convention_id=convention.pk,
        actor=editor(convention),
        deployment_from=dt.date(2016, 9, 1),
        deployment_until=dt.date(2016, 12, 16),
        steering=" Un comité de suivi. ",
    )

    assert fresh(convention).steering == "Un comité de suivi."


def test_a_calendar_that_ends_before_it_starts_is_refused_by_the_row_itself():
    convention = ConventionFactory()

    with pytest.raises(Refused, match="s’achève après avoir commencé"):
        services.describe_deployment(
            convention_id=convention.pk,
            actor=editor(convention),
            deployment_from=dt.date(2016, 12, 16),
            deployment_until=dt.date(2016, 9, 1),
        )


def test_the_project_is_sent_and_the_collectivite_is_told_by_when():
    convention = ConventionFactory()

    services.negotiate(convention_id=convention.pk, actor=actor_for(Role.AGENT_DANE, convention.campaign.academie, at=JULY))

    mail = OutboxMail.objects.get(kind="convention_project")
    assert convention.dossier.collectivite.email in mail.to
    assert mail.subject.startswith("plan numérique national premier degré")
    assert "mercredi 31\u00a0août 2016" in mail.text
    assert mail.reply_to == convention.campaign.academie.dane_email


def test_an_empty_project_is_not_sent():
    convention = ConventionFactory()
    services.remove_school(
        convention_id=convention.pk, covered_school_id=convention.covered_schools.get().pk, actor=dane(convention), comment="x"
    )

    with pytest.raises(Refused, match="ne couvre aucune école"):
        services.negotiate(convention_id=convention.pk, actor=dane(convention))
