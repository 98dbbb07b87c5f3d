"""After an act, its page says who is told, or that nobody could be: what was written in the outbox, and nothing else."""

import pytest

from plannumerique.notices import tasks
from plannumerique.notices.told import sentences
from plannumerique.organisations.enums import Role
from tests.factories import actor_for
from tests.factories_subsidies import EquipmentSubsidyFactory, at
from tests.notices.conftest import to


@pytest.fixture
def hold(transactional_db, client, monkeypatch):
    """The DAF suspends a subsidy on its page; the page that follows."""
    monkeypatch.setattr(tasks.send_mail, "apply_async", lambda *_, **__: None)

    def hold(subsidy, comment="Vérification d’exemple."):
        moment = at(subsidy.notified_on)
        monkeypatch.setattr("plannumerique.clock.now", lambda: moment)
        client.force_login(actor_for(Role.GESTIONNAIRE_DAF, subsidy.campaign.academie, at=moment).user)
        answer = client.post(f"{subsidy.get_absolute_url()}suspendre/", {"seen": subsidy.version, "comment": comment})
        return answer if answer.status_code != 302 else client.get(answer["Location"])

    return hold


@pytest.fixture
def subsidy(transactional_db):
    subsidy = EquipmentSubsidyFactory(notified=True)
    collectivite = subsidy.convention.dossier.collectivite
    type(collectivite).objects.filter(pk=collectivite.pk).update(name="Ornans", email="")
    return subsidy


def test_the_page_says_how_many_are_told(hold, subsidy):
    for role in (Role.EDITEUR, Role.MANDATAIRE):
        actor_for(role, subsidy.convention.dossier.collectivite)

    page = hold(subsidy).content.decode()

    assert "La subvention est suspendue" in page
    assert "2\u00a0personnes de la commune d’Ornans sont prévenues." in page
    assert "Personne n’a été prévenu" not in page


def test_the_page_says_that_nobody_could_be_told(hold, subsidy):
    page = hold(subsidy).content.decode()

    assert "Personne n’a été prévenu\u00a0: la commune d’Ornans n’a ni compte ni adresse de contact." in page
    assert "fr-alert--warning" in page


def test_an_act_that_is_refused_tells_nobody(hold, subsidy):
    actor_for(Role.EDITEUR, subsidy.convention.dossier.collectivite)
    assert hold(subsidy, comment="").status_code == 422
    subsidy.version += 7
    answer = hold(subsidy)
    assert answer.status_code == 409
    assert "prévenue" not in answer.content.decode()


def test_an_organisation_told_person_by_person_is_said_once():
    told = [to("a@exemple.invalid"), to("b@exemple.invalid"), to("b@exemple.invalid"), to(whom="la DSI")]
    reached, nobody = sentences(told)
    assert reached == ["2\u00a0personnes de la commune d’Ornans sont prévenues."]
    assert nobody == ["Personne n’a été prévenu : la DSI n’a ni compte ni adresse de contact."]


def test_thirty_schools_are_counted():
    told = [to(f"{number}@exemple.invalid", whom=f"l’école {number}") for number in range(30)]
    assert sentences(told)[0] == ["30\u00a0destinataires sont prévenus."]
