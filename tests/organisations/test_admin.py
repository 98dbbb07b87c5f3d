"""The administration: reference data and accounts of one's own académie, nothing deleted, no role for oneself."""

import datetime as dt
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from plannumerique.accounts.models import User
from plannumerique.organisations.admin import Administered
from plannumerique.organisations.enums import Role
from plannumerique.organisations.models import (
    Academie,
    Circonscription,
    Collectivite,
    CommuneChange,
    Departement,
    Membership,
    School,
)
from projects.models import Campaign, CampaignText, TermsVersion
from tests.factories import (
    AcademieFactory,
    CirconscriptionFactory,
    CollectiviteFactory,
    DepartementFactory,
    MembershipFactory,
    SchoolFactory,
    UserFactory,
)
from tests.factories_projects import CampaignFactory
from training.enums import SessionKind
from training.models import Session

pytestmark = pytest.mark.django_db

# Every model of the académies, of whatever app; the others are the superuser's (tests/test_consistency.py lists them).
REFERENCE = [model for model, shown in admin.site._registry.items() if isinstance(shown, Administered)]
WORKINGS = [model for model in admin.site._registry if model not in REFERENCE]


def change() -> CommuneChange:
    return CommuneChange.objects.create(on=dt.date(2017, 1, 1), before="25123", after="25222", name="Étalans")


FACTORIES = {
    Departement: DepartementFactory,
    Circonscription: CirconscriptionFactory,
    Collectivite: CollectiviteFactory,
    School: SchoolFactory,
    CommuneChange: change,
    User: lambda: MembershipFactory(director=True),
    Campaign: CampaignFactory,
    TermsVersion: lambda: CampaignFactory().terms_versions.get(),
    CampaignText: lambda: CampaignFactory().texts.first(),
    Session: lambda: session(SchoolFactory()),
}


def session(place: School) -> Session:
    campaign = CampaignFactory(academie=place.departement.academie)
    return Session.objects.create(
        academie=campaign.academie,
        campaign=campaign,
        kind=SessionKind.TEACHERS_START,
        place=place,
        starts_at=dt.datetime(2016, 11, 9, 9, 0, tzinfo=dt.UTC),
        seats=20,
    )


def of_rennes() -> dict[type, Any]:
    """One row of each model, in an académie that is not hers."""
    rennes = DepartementFactory(ille_et_vilaine=True)
    campaign, school = CampaignFactory(academie=rennes.academie), SchoolFactory(departement=rennes)
    rows = [rennes.academie, rennes, CirconscriptionFactory(departement=rennes), CollectiviteFactory(departement=rennes), school]
    rows += [MembershipFactory(dsden=True, departement=rennes).user, campaign, campaign.terms_versions.get()]
    rows += [campaign.texts.first(), session(school)]
    return {type(row): row for row in rows}


@pytest.fixture(autouse=True)
def october(settings: Any) -> None:
    settings.PORTAL_DEMO, settings.PORTAL_TODAY = True, dt.date(2016, 10, 10)


@pytest.fixture
def administrator() -> User:
    return MembershipFactory(administrator=True, user__staff=True).user


@pytest.fixture
def logged_in(client: Client, administrator: User) -> Client:
    client.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(model: type, name: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def posted(client: Client, url: str, **changes: Any) -> Any:
    """The form of that page sent back as it stands, with these changes."""
    form = client.get(url).context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    for formset in client.get(url).context["inline_admin_formsets"]:
        management = formset.formset.management_form
        data |= {f"{management.prefix}-{name}": management[name].value() for name in management.fields}
        for one in formset.formset.initial_forms:
            data |= {one.add_prefix(name): one[name].value() for name in one.fields}
    data |= changes
    return client.post(url, {name: value for name, value in data.items() if value is not None and value is not False})


# --- Who enters ---


@pytest.mark.parametrize("model", REFERENCE)
def test_an_administrator_opens_every_list(logged_in: Client, model: type) -> None:
    assert logged_in.get(page(model, "changelist")).status_code == 200


@pytest.mark.parametrize("model", REFERENCE)
@pytest.mark.parametrize(
    "who",
    [
        {"dan": True, "user__staff": True},
        {"valideur_daf": True},
        {"administrator": True, "user__staff": True, "ends_on": dt.date(2016, 10, 9)},
        {"administrator": True, "user__staff": True, "starts_on": dt.date(2016, 10, 11)},
        {"administrator": True},
    ],
)
def test_nobody_else_does(client: Client, model: type, who: dict[str, Any]) -> None:
    user = MembershipFactory(**who).user
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(page(model, "changelist")).status_code in (302, 403)


@pytest.mark.parametrize("model", WORKINGS)
def test_the_workings_of_the_portal_are_the_superuser_s(logged_in: Client, model: type) -> None:
    assert logged_in.get(page(model, "changelist")).status_code == 403


def test_groups_are_gone_since_memberships_say_who_may_do_what() -> None:
    assert "group" not in {model._meta.model_name for model in admin.site._registry}


@pytest.mark.parametrize("model", REFERENCE)
def test_nothing_is_deleted(logged_in: Client, client: Client, model: type) -> None:
    row = model._default_manager.first() or FACTORIES[model]()
    assert logged_in.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert model._default_manager.filter(pk=row.pk).exists()


def test_not_even_by_the_superuser(client: Client) -> None:
    school = SchoolFactory()
    client.force_login(UserFactory(superuser=True), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(page(School, "delete", school.pk), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in client.get(page(School, "changelist")).content.decode()


# --- Another académie does not exist here ---


@pytest.mark.parametrize("model", [one for one in REFERENCE if one is not CommuneChange])
def test_rows_of_another_academie_are_neither_listed_nor_opened_nor_changed(logged_in: Client, model: type) -> None:
    row = of_rennes()[model]
    assert row not in logged_in.get(page(model, "changelist")).context["cl"].queryset
    for name in ("change", "history"):
        assert logged_in.get(page(model, name, row.pk)).status_code == 404
    assert logged_in.post(page(model, "change", row.pk), {}).status_code in (403, 404)


@pytest.mark.parametrize("model", [one for one in REFERENCE if one is not CommuneChange])
def test_no_form_offers_a_row_of_another_academie(logged_in: Client, model: type) -> None:
    foreign, mine = of_rennes(), FACTORIES.get(model, AcademieFactory)()
    mine = mine.user if isinstance(mine, Membership) else mine
    for address in (page(model, "add"), page(model, "change", mine.pk)):
        context = logged_in.get(address).context
        if context is None or "adminform" not in context:
            continue
        forms = [context["adminform"].form, *(one.formset.empty_form for one in context["inline_admin_formsets"])]
        for field in (field for form in forms for field in form.fields.values()):
            offered = getattr(field, "queryset", None)
            if offered is not None and offered.model in foreign:
                assert foreign[offered.model] not in offered, f"{address}: {field.label}"


def test_a_filter_by_campaign_offers_hers_alone(logged_in: Client) -> None:
    CampaignFactory(label="La mienne"), CampaignFactory(code="ENIR", label="La mienne aussi")
    CampaignFactory(label="La leur", academie=AcademieFactory(rennes=True))
    for model in (CampaignText, TermsVersion):
        listed = logged_in.get(page(model, "changelist")).context["cl"]
        (offered,) = [one for one in listed.filter_specs if one.title == "campagne"]
        assert {choice["display"] for choice in offered.choices(listed)} == {"Tout", "La mienne", "La mienne aussi"}


def test_a_school_is_not_given_to_a_collectivite_of_another_academie(logged_in: Client) -> None:
    school, foreign = SchoolFactory(), CollectiviteFactory(departement=DepartementFactory(ille_et_vilaine=True))
    answer = posted(logged_in, page(School, "change", school.pk), collectivite=foreign.pk)
    assert "collectivite" in answer.context["adminform"].form.errors
    before = school.collectivite
    school.refresh_from_db()
    assert school.collectivite == before


def test_a_choice_as_one_types_offers_only_one_s_own(logged_in: Client) -> None:
    CollectiviteFactory(departement=DepartementFactory(ille_et_vilaine=True), name="Écot-en-Bretagne")
    mine = CollectiviteFactory(name="Écot")
    answer = logged_in.get(
        reverse("admin:autocomplete"),
        {"app_label": "organisations", "model_name": "school", "field_name": "collectivite", "term": "ÉCOT"},
    )
    assert [one["id"] for one in answer.json()["results"]] == [str(mine.pk)]


def test_people_who_work_nowhere_yet_are_everybody_s(logged_in: Client) -> None:
    new, foreign = UserFactory(), MembershipFactory(dsden=True, departement=DepartementFactory(ille_et_vilaine=True)).user
    both = MembershipFactory(dan=True, user=MembershipFactory(director=True, user=foreign).user).user
    shown = list(logged_in.get(page(User, "changelist")).context["cl"].queryset)
    assert new in shown
    assert shown.count(both) == 1


# --- Lists ---


@pytest.mark.parametrize("model", [Circonscription, Collectivite, School, User])
def test_a_list_costs_the_same_at_10_and_at_100_rows(logged_in: Client, model: type, django_assert_max_num_queries: Any) -> None:
    factory = FACTORIES[model]
    for _ in range(10):
        factory()
    logged_in.get(page(model, "changelist"))
    with django_assert_max_num_queries(12) as small:
        logged_in.get(page(model, "changelist"))
    for _ in range(90):
        factory()
    with django_assert_max_num_queries(12) as large:
        listed = logged_in.get(page(model, "changelist"))
    assert len(large) == len(small)
    assert len(listed.context["cl"].result_list) == 50


@pytest.mark.parametrize("typed", ["école d'ecot", "ECOT", "ecot  ecole"])
def test_accents_and_case_do_not_hide_a_school(logged_in: Client, typed: str) -> None:
    school = SchoolFactory(name="École d’Écot")
    SchoolFactory(name="Autre")
    shown = logged_in.get(page(School, "changelist"), {"q": typed}).context["cl"].queryset
    assert list(shown) == [school]


# --- Reference data ---


def test_a_collectivite_chosen_by_hand_is_kept_by_the_imports(logged_in: Client) -> None:
    school, sivos = SchoolFactory(), CollectiviteFactory(syndicat=True)
    assert posted(logged_in, page(School, "change", school.pk), collectivite=sivos.pk).status_code == 302
    school.refresh_from_db()
    assert (school.collectivite, school.collectivite_fixed) == (sivos, True)
    posted(logged_in, page(School, "change", school.pk), collectivite_fixed="")
    school.refresh_from_db()
    assert school.collectivite_fixed is False


def test_giving_the_competence_moves_the_ecoles(logged_in: Client) -> None:
    school, fixed = SchoolFactory(), SchoolFactory(collectivite_fixed=True)
    commune, epci = school.collectivite, CollectiviteFactory(epci=True)
    School.objects.filter(pk=fixed.pk).update(collectivite=commune, insee_code=commune.insee_code)
    assert posted(logged_in, page(Collectivite, "change", commune.pk), school_competence=epci.pk).status_code == 302
    school.refresh_from_db()
    fixed.refresh_from_db()
    assert (school.collectivite, fixed.collectivite) == (epci, commune)


def test_a_wrong_key_is_refused_in_french(logged_in: Client) -> None:
    school = SchoolFactory(uai="0250018J")
    answer = posted(logged_in, page(School, "change", school.pk), uai="0250018K")
    assert "appelle la lettre J" in answer.content.decode()


def test_the_movements_are_read_only(logged_in: Client) -> None:
    assert logged_in.get(page(CommuneChange, "add")).status_code == 403
    assert logged_in.post(page(CommuneChange, "change", change().pk), {"name": "x"}).status_code == 403


def test_an_academie_is_opened_by_the_command_only(logged_in: Client) -> None:
    assert logged_in.get(page(Academie, "add")).status_code == 403


# --- Accounts ---


def membership(**values: Any) -> dict[str, Any]:
    return {"memberships-TOTAL_FORMS": 1, **{f"memberships-0-{name}": value for name, value in values.items()}}


def test_a_role_is_given_to_somebody_else(logged_in: Client) -> None:
    school, user = SchoolFactory(), UserFactory()
    answer = posted(
        logged_in, page(User, "change", user.pk), **membership(role="director", school=school.pk, starts_on="2016-09-01")
    )
    assert answer.status_code == 302
    assert user.memberships.get().school == school


def test_nobody_gives_herself_a_role(logged_in: Client, administrator: User) -> None:
    academie = administrator.memberships.get().academie
    answer = posted(
        logged_in,
        page(User, "change", administrator.pk),
        **membership(role="valideur_daf", academie=academie.pk, starts_on="2016-09-01"),
    )
    assert answer.status_code == 302
    assert [one.role for one in administrator.memberships.all()] == [Role.ADMINISTRATOR]


def test_a_membership_ends_but_never_becomes_another(logged_in: Client) -> None:
    held = MembershipFactory(agent_dane=True)
    url = page(User, "change", held.user.pk)
    assert (
        posted(logged_in, url, **{"memberships-0-ends_on": "2016-12-31", "memberships-0-role": "valideur_daf"}).status_code == 302
    )
    held.refresh_from_db()
    assert (held.role, held.ends_on) == (Role.AGENT_DANE, dt.date(2016, 12, 31))


@pytest.mark.parametrize("wrong", [{"role": "director"}, {"role": "director", "academie": 0}, {"role": "system", "academie": 0}])
def test_a_role_in_the_wrong_place_is_refused(logged_in: Client, administrator: User, wrong: dict[str, Any]) -> None:
    user = UserFactory()
    if "academie" in wrong:
        wrong = {**wrong, "academie": administrator.memberships.get().academie_id}
    answer = posted(logged_in, page(User, "change", user.pk), **membership(**wrong, starts_on="2016-09-01"))
    assert answer.status_code == 200
    assert answer.context["inline_admin_formsets"][0].formset.errors
    assert not user.memberships.exists()


def test_a_new_administrator_enters_the_administration(logged_in: Client, administrator: User) -> None:
    user, academie = UserFactory(), administrator.memberships.get().academie
    posted(
        logged_in, page(User, "change", user.pk), **membership(role="administrator", academie=academie.pk, starts_on="2016-09-01")
    )
    user.refresh_from_db()
    assert user.is_staff


def test_the_address_of_an_account_in_use_does_not_change(logged_in: Client) -> None:
    used = UserFactory(password="un mot de passe d’exemple", email="valideur@exemple.invalid")
    assert posted(logged_in, page(User, "change", used.pk), email="voleur@exemple.invalid", phone="01").status_code == 302
    used.refresh_from_db()
    assert (used.email, used.phone) == ("valideur@exemple.invalid", "01")
    waiting = UserFactory(email="faute@exemple.invalid")
    posted(logged_in, page(User, "change", waiting.pk), email="juste@exemple.invalid")
    waiting.refresh_from_db()
    assert waiting.email == "juste@exemple.invalid"


def test_an_administrator_does_not_touch_the_superuser(logged_in: Client) -> None:
    root = UserFactory(superuser=True)
    assert logged_in.post(page(User, "change", root.pk), {"email": "moi@exemple.invalid"}).status_code == 403
