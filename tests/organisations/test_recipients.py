"""Who is told: the people in place that day, the organisation's mailbox, the named contacts; each address once."""

import datetime as dt

import pytest

from plannumerique.organisations import recipients
from plannumerique.organisations.enums import COLLECTIVITE, Role
from plannumerique.organisations.models import Membership
from tests.factories import AT, AcademieFactory, CirconscriptionFactory, CollectiviteFactory, SchoolFactory, actor_for

pytestmark = pytest.mark.django_db
TODAY = AT.date()


def told(organisation, *roles, contacts=()):
    return recipients.of(organisation, *roles, on=TODAY).with_contacts(*contacts)


@pytest.fixture
def mairie():
    return CollectiviteFactory(name="Ornans", email="")


@pytest.mark.parametrize("role", COLLECTIVITE)
def test_whoever_acts_for_a_collectivite_is_told_the_mandataire_too(mairie, role):
    person = actor_for(role, mairie)
    assert told(mairie, *COLLECTIVITE).addresses == (person.user.email,)


def test_the_contact_does_not_replace_the_people_nor_the_mailbox(mairie):
    mairie.email = "Mairie@exemple.invalid"
    person = actor_for(Role.EDITEUR, mairie)

    everybody = told(mairie, *COLLECTIVITE, contacts=["contact@exemple.invalid", ""])

    assert everybody.people == (person.user.email, "contact@exemple.invalid")
    assert everybody.mailboxes == ("mairie@exemple.invalid",)


def test_one_address_is_written_to_once_whatever_its_capitals_and_the_roles_of_its_owner(mairie):
    person = actor_for(Role.EDITEUR, mairie)
    Membership.objects.create(user=person.user, role=Role.SIGNATAIRE, collectivite=mairie, starts_on=TODAY)
    mairie.email = person.user.email.upper()

    assert told(mairie, *COLLECTIVITE, contacts=[person.user.email.title()]).addresses == (person.user.email,)


@pytest.mark.parametrize(
    "change",
    [
        {"ends_on": TODAY - dt.timedelta(days=1)},
        {"starts_on": TODAY + dt.timedelta(days=1)},
    ],
)
def test_whoever_is_not_in_place_that_day_is_not_told(mairie, change):
    actor_for(Role.EDITEUR, mairie)
    Membership.objects.update(**change)
    assert told(mairie, *COLLECTIVITE).addresses == ()


def test_a_closed_account_is_not_written_to(mairie):
    person = actor_for(Role.EDITEUR, mairie)
    type(person.user).objects.update(is_active=False)
    assert told(mairie, *COLLECTIVITE, contacts=[person.user.email]).addresses == ()


def test_a_contact_who_has_left_is_no_longer_written_to(mairie):
    """The dossier still names the person who opened it."""
    person = actor_for(Role.EDITEUR, mairie)
    Membership.objects.update(ends_on=TODAY - dt.timedelta(days=1))
    assert told(mairie, *COLLECTIVITE, contacts=[person.user.email]).addresses == ()

    Membership.objects.create(user=person.user, role=Role.MANDATAIRE, collectivite=mairie, starts_on=TODAY)
    assert told(mairie, *COLLECTIVITE).addresses == (person.user.email,)


def test_a_service_is_its_people_and_its_mailbox_by_the_role_that_the_act_concerns():
    academie = AcademieFactory()
    gestionnaire, dan = actor_for(Role.GESTIONNAIRE_DAF, academie), actor_for(Role.DAN, academie)
    actor_for(Role.VALIDEUR_DAF, academie)

    assert told(academie, Role.GESTIONNAIRE_DAF).addresses == (gestionnaire.user.email, academie.daf_email)
    assert told(academie, Role.DAN).addresses == (dan.user.email, academie.dane_email)
    assert told(academie, Role.DSI).in_words == "Personne n’a été prévenu : la DSI n’a ni compte ni adresse de contact."


def test_a_school_is_its_director_and_a_college_its_gestionnaire():
    school, college = SchoolFactory(), SchoolFactory(college=True)
    director, gestionnaire = actor_for(Role.DIRECTOR, school), actor_for(Role.COLLEGE_REFERENT, college)

    assert told(school, Role.DIRECTOR).addresses == (director.user.email, school.email)
    assert told(college, Role.COLLEGE_REFERENT).addresses == (gestionnaire.user.email, college.email)
    assert told(college, Role.COLLEGE_REFERENT).in_words.startswith("1\u00a0personne du collège ")


def test_an_inspection_is_its_ien_and_without_one_nobody_is_told():
    place = CirconscriptionFactory()
    ien = actor_for(Role.IEN, place)
    actor_for(Role.ERUN, place)

    assert told(place, Role.IEN).addresses == (ien.user.email, place.email)
    assert told(None, Role.IEN).addresses == ()


def test_several_organisations_cost_one_query(django_assert_num_queries):
    places = [CollectiviteFactory() for _ in range(5)]
    people = [actor_for(Role.EDITEUR, place) for place in places]

    with django_assert_num_queries(1):
        found = recipients.of_each(places, *COLLECTIVITE, on=TODAY)

    assert [found[place.pk].people for place in places] == [(person.user.email,) for person in people]


@pytest.mark.parametrize(
    ("people", "mailbox", "said"),
    [
        (2, "", "2\u00a0personnes de la commune d’Ornans sont prévenues."),
        (1, "", "1\u00a0personne de la commune d’Ornans est prévenue."),
        (1, "m@exemple.invalid", "1\u00a0personne de la commune d’Ornans et son adresse de contact sont prévenues."),
        (0, "m@exemple.invalid", "Un courriel part à l’adresse de contact de la commune d’Ornans."),
        (0, "", "Personne n’a été prévenu : la commune d’Ornans n’a ni compte ni adresse de contact."),
    ],
)
def test_what_a_page_says_of_them(mairie, people, mailbox, said):
    mairie.email = mailbox
    for _ in range(people):
        actor_for(Role.EDITEUR, mairie)
    assert told(mairie, *COLLECTIVITE).in_words == said
