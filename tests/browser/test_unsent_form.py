"""Writing a long form in two sittings: what is typed is kept by itself, the forecast follows, and both come back."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from plannumerique import clock
from plannumerique.journal.models import UnsentForm
from plannumerique.organisations.enums import Role
from projects.models import Application
from tests.browser.conftest import LogIn
from tests.browser.reading import violations_of
from tests.browser.situations import somebody
from tests.browser.windows import DESKTOP, PHONE, too_wide
from tests.factories_projects import IN_PHASE, ApplicationFactory

KEPT = "Saisie gardée"


@pytest.fixture
def application() -> Application:
    clock.shift_to(IN_PHASE.date())
    return ApplicationFactory()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_technical_part_is_written_in_two_sittings(application: Application, log_in: LogIn, width: int) -> None:
    editeur = log_in(somebody(Role.EDITEUR), width=width)
    address = reverse("projects:describe_technical_part", args=[application.pk])
    editeur.open(address)
    editeur.fill({"Installations": "Baie au premier étage"})
    line = editeur.line("Classe mobile 1")
    editeur.fill({"Dépense prévue": "7 900,51"}, within=line)

    # Half of 7 900,51, thousandths neglected.
    editeur.sees("3 950,25 €")
    editeur.sees(KEPT)
    assert too_wide(editeur.page) <= 0
    assert violations_of(editeur.page) == []

    editeur.open(reverse("portal:home"))
    editeur.open(address)
    editeur.sees("est reprise")
    expect(editeur.field("Installations")).to_have_value("Baie au premier étage")
    expect(editeur.field("Dépense prévue", within=editeur.line("Classe mobile 1"))).to_have_value("7 900,51")
    assert violations_of(editeur.page) == []

    editeur.button("L’effacer et repartir de ce qui est enregistré").click()
    expect(editeur.field("Installations")).to_have_value("")
    assert not UnsentForm.objects.exists()


def test_a_session_that_ended_meanwhile_says_so_and_loses_nothing_of_the_page(application: Application, log_in: LogIn) -> None:
    director = log_in(somebody(Role.DIRECTOR))
    director.open(reverse("projects:write_pedagogical_part", args=[application.pk]))
    director.fill({"Titre du projet": "Lire ensemble"})
    director.sees(KEPT)

    director.page.context.clear_cookies(name="sessionid")
    director.fill({"Équipe engagée": "Cinq enseignants."})

    director.sees("L’enregistrement automatique ne répond pas")
    expect(director.field("Titre du projet")).to_have_value("Lire ensemble")
    expect(director.field("Équipe engagée")).to_have_value("Cinq enseignants.")
    expect(director.page.get_by_label("Mot de passe")).to_have_count(0)
