"""The campaigns of an académie in the hands of its administrator: hers alone, figures added and never changed."""

import datetime as dt
import html
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from plannumerique.accounts.models import User
from plannumerique.files.models import IssuedDocument
from plannumerique.journal.machine import Refused
from plannumerique.organisations.enums import Role
from projects.models import Campaign, CampaignText, TermsVersion
from subsidies.services.decision import prepare_decision, sign_decision
from tests.factories import AcademieFactory, MembershipFactory, UserFactory
from tests.factories_projects import CampaignFactory, CriterionFactory
from tests.factories_subsidies import EquipmentSubsidyFactory, actor_of

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def _october(settings: Any) -> None:
    settings.PORTAL_DEMO, settings.PORTAL_TODAY = True, dt.date(2016, 10, 10)


@pytest.fixture
def administrator() -> User:
    return MembershipFactory(administrator=True, user__staff=True).user


@pytest.fixture
def logged_in(client: Client, administrator: User) -> Client:
    client.force_login(administrator, backend=BACKEND)
    return client


def page(model: type, name: str, *args: Any) -> str:
    return reverse(f"admin:projects_{model._meta.model_name}_{name}", args=args)  # type: ignore[attr-defined]


class _Typed(HTMLParser):
    """What a browser would send of a page as it stands; the line that is a model for new ones is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, str] = {}
        self._name = self._option = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "option" and self._name and "selected" in given:
            self.data[self._name] = given["value"]
        if "__prefix__" in name or tag not in ("input", "select", "textarea"):
            return
        if tag == "input" and given.get("type") not in ("submit", "checkbox", "search"):
            self.data[name] = given.get("value", "")
        elif given.get("type") == "checkbox" and "checked" in given:
            self.data[name] = "on"
        self._name = name if tag != "input" else ""

    def handle_data(self, data: str) -> None:
        if self._name and self.lasttag == "textarea":
            self.data[self._name] = self.data.get(self._name, "") + data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea"):
            self._name = ""


def sent(client: Client, url: str, **typed: Any) -> Any:
    """The page sent back as it stands, lines below included, with these changes."""
    page = _Typed()
    page.feed(client.get(url).content.decode())
    return client.post(url, page.data | typed)


def faults(answer: Any) -> str:
    return " ".join(str(one) for one in [answer.context["errors"]]) if answer.context else ""


def test_the_administrator_changes_her_campaign_and_the_change_is_journaled(logged_in: Client, administrator: User) -> None:
    campaign = CampaignFactory()
    CriterionFactory(campaign=campaign)

    answer = sent(
        logged_in, page(Campaign, "change", campaign.pk), label="Appel à projets de 2016", imputation="Programme : 0214"
    )

    assert answer.status_code == 302, faults(answer)
    campaign.refresh_from_db()
    assert (campaign.label, campaign.imputation) == ("Appel à projets de 2016", {"Programme": "0214"})
    line = LogEntry.objects.get()
    assert (line.user, line.object_id) == (administrator, str(campaign.pk))
    assert "Imputation budgétaire" in line.get_change_message()


def test_dates_phases_and_signatories_are_below_the_campaign(logged_in: Client) -> None:
    campaign = CampaignFactory()
    below = campaign.signatories.order_by("act", "-starts_on")
    last = below.count()

    answer = sent(
        logged_in,
        page(Campaign, "change", campaign.pk),
        **{
            "deadlines-0-on": "2016-09-02",
            "signatories-TOTAL_FORMS": last + 1,
            f"signatories-{last}-act": "decision",
            f"signatories-{last}-name": "Lou EXEMPLE",
            f"signatories-{last}-capacity": "recteur",
            f"signatories-{last}-starts_on": "2016-10-01",
        },
    )

    assert answer.status_code == 302, faults(answer)
    assert dt.date(2016, 9, 2) in campaign.deadlines.values_list("on", flat=True)
    assert campaign.signatories.filter(act="decision", name="Lou EXEMPLE").exists()


def test_the_references_of_the_acts_keep_their_code_and_academie(logged_in: Client) -> None:
    campaign = CampaignFactory()
    form = logged_in.get(page(Campaign, "change", campaign.pk)).context["adminform"].form
    assert not {"code", "academie"} & set(form.fields)


def test_a_line_of_imputation_that_says_nothing_is_refused_in_french(logged_in: Client) -> None:
    campaign = CampaignFactory()
    answer = sent(logged_in, page(Campaign, "change", campaign.pk), imputation="0214")
    assert "écrivez « élément" in faults(answer).replace("\xa0", " ")


def test_a_campaign_is_opened_in_her_academie_only(logged_in: Client, administrator: User) -> None:
    rennes = AcademieFactory(rennes=True)
    typed = {
        "code": "ESSAI",
        "year": 2017,
        "label": "Essai",
        "programme": "Essai",
        "mail_subject": "essai",
        "expenses_from": "2017-01-01",
        "comptable": "Comptable d’exemple",
        "tribunal": "tribunal d’exemple",
    }

    refused = sent(logged_in, page(Campaign, "add"), **typed, academie=rennes.pk)
    taken = sent(logged_in, page(Campaign, "add"), **typed, academie=administrator.memberships.get().academie_id)

    assert "academie" in refused.context["adminform"].form.errors
    assert taken.status_code == 302, faults(taken)
    assert Campaign.objects.get(code="ESSAI").academie.name == "Besançon"


# --- Figures ---


def test_new_figures_are_a_version_more_that_begins_with_the_last(logged_in: Client) -> None:
    campaign = CampaignFactory()

    answer = sent(logged_in, page(TermsVersion, "add"), expense_cap="9000.00")

    assert answer.status_code == 302, faults(answer)
    assert list(campaign.terms_versions.values_list("number", "expense_cap")) == [(1, Decimal(8000)), (2, Decimal(9000))]
    assert campaign.current_terms().max_units_per_school == 3


def test_a_version_is_never_changed_not_even_by_the_superuser(logged_in: Client, client: Client) -> None:
    terms = CampaignFactory().terms_versions.get()
    assert logged_in.get(page(TermsVersion, "change", terms.pk)).status_code == 200
    for user in (None, UserFactory(superuser=True)):
        if user:
            client.force_login(user, backend=BACKEND)
        assert client.post(page(TermsVersion, "change", terms.pk), {"expense_cap": "1"}).status_code == 403
    terms.refresh_from_db()
    assert terms.expense_cap == Decimal(8000)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"tiers": "[1]"}, "Écrivez les tranches ainsi"),
        ({"tiers": '{"up_to": 1}'}, "Écrivez les tranches ainsi"),
        ({"tiers": '[{"up_to": null, "rate": "abc"}]'}, "Écrivez les tranches ainsi"),
        ({"expense_cap": ""}, "obligatoire"),
    ],
)
def test_figures_that_cannot_be_read_are_refused_in_french(logged_in: Client, typed: dict[str, str], sentence: str) -> None:
    campaign = CampaignFactory()
    assert sentence in faults(sent(logged_in, page(TermsVersion, "add"), **typed)).replace("\xa0", " ")
    assert campaign.terms_versions.count() == 1


@pytest.mark.parametrize("asked", ["abc", "0", "99999999999999999999"])
def test_an_address_that_names_no_campaign_opens_an_empty_form(logged_in: Client, asked: str) -> None:
    CampaignFactory()
    assert logged_in.get(page(TermsVersion, "add"), {"campaign": asked}).status_code == 200


def test_the_figures_of_another_academie_do_not_begin_a_version(logged_in: Client) -> None:
    foreign = CampaignFactory(academie=AcademieFactory(rennes=True))
    shown = logged_in.get(page(TermsVersion, "add"), {"campaign": foreign.pk}).context["adminform"].form
    assert "expense_cap" not in shown.initial


# --- Texts ---


def test_a_text_keeps_its_place_and_changes_its_words(logged_in: Client) -> None:
    text = CampaignFactory().texts.get(act="decision", slot="recourse")

    answer = sent(logged_in, page(CampaignText, "change", text.pk), text="Autres voies de recours.")

    assert answer.status_code == 302, faults(answer)
    text.refresh_from_db()
    assert (text.act, text.slot, text.text) == ("decision", "recourse", "Autres voies de recours.")


# --- What the template leaves to the académie ---


def test_from_the_refusal_to_the_act_through_the_home_of_the_administrator(logged_in: Client, administrator: User) -> None:
    """The DAF is stopped before the recteur; the administrator reads it at home, fills it in, and the decision is issued."""
    subsidy = EquipmentSubsidyFactory()
    campaign = subsidy.campaign
    Campaign.objects.filter(pk=campaign.pk).update(imputation={"programme": "à compléter par la DAF"})
    campaign.texts.filter(act="decision", slot="recourse").update(text="Tribunal : à compléter")
    daf, recteur = (actor_of(subsidy, role) for role in (Role.GESTIONNAIRE_DAF, Role.RECTEUR))
    signing = {"on": dt.date(2016, 9, 23), "signatory": "Alix EXEMPLE", "capacity": "Secrétaire générale"}

    with pytest.raises(Refused, match="L’imputation budgétaire de la campagne est à compléter"):
        prepare_decision(subsidy_id=subsidy.pk, actor=daf, amount=subsidy.convention_max)
    home = html.unescape(logged_in.get("/").content.decode()).replace("\xa0", " ")
    assert "imputation budgétaire et texte « décision attributive – recourse »" in home
    assert page(Campaign, "change", campaign.pk) in home
    sent(logged_in, page(Campaign, "change", campaign.pk), imputation="Programme : 0214")
    prepare_decision(subsidy_id=subsidy.pk, actor=daf, amount=subsidy.convention_max)

    with pytest.raises(Refused) as refused:
        sign_decision(subsidy_id=subsidy.pk, actor=recteur, **signing)  # type: ignore[arg-type]
    assert "recours (texte de la campagne)" in refused.value.reasons[0]
    assert f"({administrator}" in refused.value.reasons[1].replace("\xa0", " ")
    text = campaign.texts.get(act="decision", slot="recourse")
    sent(logged_in, page(CampaignText, "change", text.pk), text="Devant le tribunal d’exemple.")

    sign_decision(subsidy_id=subsidy.pk, actor=recteur, **signing)  # type: ignore[arg-type]
    issued = IssuedDocument.objects.get(kind="decision")
    assert issued.snapshot["recourse"] == "Devant le tribunal d’exemple."
    assert issued.snapshot["imputation"]["rows"][0] == {"label": "Programme", "cells": ["0214"], "note": ""}
    assert "Compléter la campagne" not in html.unescape(logged_in.get("/").content.decode())


def test_the_campaigns_of_others_are_not_hers_to_fill_in(logged_in: Client) -> None:
    CampaignFactory(academie=AcademieFactory(rennes=True), imputation={})
    assert "Compléter la campagne" not in html.unescape(logged_in.get("/").content.decode())
