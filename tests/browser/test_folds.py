"""What is folded away: a form that opens in place keeps its fields within it."""

import pytest
from django.urls import reverse

from plannumerique.organisations.enums import Role
from tests.browser.conftest import LogIn
from tests.browser.situations import somebody
from tests.browser.windows import DESKTOP, PHONE


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_name_of_a_view_does_not_run_under_its_button(log_in: LogIn, width: int) -> None:
    agent = log_in(somebody(Role.AGENT_DANE), width=width)
    agent.open(reverse("portal:dossiers"))
    agent.page.get_by_text("Enregistrer cette vue").click()

    field, around = (agent.page.locator(one).bounding_box() for one in ("#vue-nom", "div:has(> #vue-nom)"))

    assert field
    assert around
    assert field["x"] + field["width"] <= around["x"] + around["width"] + 1
