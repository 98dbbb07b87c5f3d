"""A newcomer to each role: her home, the first thing that it asks of her, one click, and the button is there, at a desk and on a phone."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from plannumerique import clock
from plannumerique.organisations.enums import Role
from tests.browser.conftest import LogIn
from tests.browser.people import Person
from tests.browser.situations import TODAY, every_situation, somebody
from tests.browser.windows import DESKTOP, PHONE
from tests.portal.test_home_leads_to_the_action import EXPECTED
from tests.walk import EVERY_ROLE

# They follow the dossiers; nothing waits for them.
ONLY_READ = (Role.DSDEN, Role.ADMINISTRATOR)


@pytest.fixture
def situations() -> None:
    every_situation()
    clock.shift_to(TODAY)


def test_the_first_line_of_every_home_leads_to_its_button_in_one_click(situations: None, log_in: LogIn) -> None:
    for role in EVERY_ROLE:
        if role in ONLY_READ:
            continue
        person = log_in(somebody(role), width=PHONE)
        for width in (DESKTOP, PHONE):
            clicks_on_the_first_line(person, width)
        person.page.context.close()


def clicks_on_the_first_line(person: Person, width: int) -> None:
    person.page.set_viewport_size({"width": width, "height": 900})
    person.open(reverse("portal:home"))
    expected = person.page.get_by_role("region", name="Ce qui est attendu de vous")
    task = expected.get_by_role("heading", level=3).first.inner_text()
    expected.get_by_role("listitem").first.get_by_role("link").click()
    expect(person.page).not_to_have_url(reverse("portal:home"))
    action = person.main.locator("a.fr-btn, button.fr-btn, .portal-action__shut").filter(has_text=EXPECTED[task][0])
    for other in EXPECTED[task][1:]:
        action = action.or_(person.main.locator("a.fr-btn, button.fr-btn, .portal-action__shut").filter(has_text=other))
    expect(action.first).to_be_visible()
