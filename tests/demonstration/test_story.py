"""The demonstration's scripts and their play. Every figure below was worked out by hand from the scripts."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pgtrigger
import psycopg2
import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection
from pypdf import PdfReader

from conventions.models import Convention
from demonstration import figures, invented, papers, people, player, stories
from demonstration.calendar import calendar
from demonstration.stops import END, STOPS
from demonstration.story import PARIS
from plannumerique import clock
from plannumerique.accounts.models import User
from plannumerique.files import content
from plannumerique.files.models import IssuedDocument
from plannumerique.journal.models import JournalLine
from plannumerique.lib.identifiers import BankKind, bank_kind, check_iban, check_siret
from plannumerique.notices.models import OutboxMail, Reminder
from plannumerique.organisations.actor import Actor
from portal.models import DemoProgress
from projects import services as projects
from projects.models import Application, Dossier
from subsidies.models import EquipmentSubsidy, Payment

DATA = Path(django_settings.BASE_DIR) / "data"
FIRST_STOP = STOPS[0]


@pytest.fixture
def demo(settings: Any, tmp_path: Path) -> Any:
    settings.PORTAL_DEMO = True
    settings.PORTAL_TODAY = None
    settings.PORTAL_CLOCK_FILE = str(tmp_path / "clock")
    return settings


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """The play of one story alone; letters that no act waits for are not laid out."""

    def keep(key: str) -> None:
        (story,) = (one for one in stories.stories() if one.key == key)
        monkeypatch.setattr(player, "everything", lambda: [story])

    monkeypatch.setattr(player, "_lay_out_the_rest", lambda: None)
    return keep


def silent(sentence: str) -> None:
    pass


# --- The scripts ---


def rows(name: str, delimiter: str = ";") -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def test_the_scripts_name_only_public_schools_and_communes_of_the_shipped_data() -> None:
    schools = {row["UAI"]: row for row in rows("ips_ecoles_academie_besancon_2021-2022.csv")}
    colleges = {row["numero_uai"]: row for row in rows("colleges_academie_besancon_geolocalisation.csv")}
    communes = {row["siren_com"]: row["insee"] for row in rows("epci_communes_2016_dep25-39-70-90.csv")}
    seen: set[str] = set()
    for story in stories.stories():
        for place in story.places:
            assert schools[place.uai]["Secteur"] == "public"
            assert schools[place.uai]["Code INSEE de la commune"] == communes[story.siren]
            assert colleges[place.college]["secteur_public_prive_libe"] == "Public"
            assert place.uai not in seen
            seen.add(place.uai)


def test_the_stories_are_told_on_working_days_and_by_their_own_people() -> None:
    told = stories.stories()
    assert [story.number for story in told] == list(range(1, len(told) + 1))
    assert len({story.key for story in told}) == len(told)
    for story in told:
        for step in story.steps:
            assert step.at.weekday() < 5, (story.key, step.name, step.at)
            assert dt.date(2015, 11, 24) < step.at.date() < END
            room, _, who = step.who.partition(".")
            if room in ("editeur", "maire"):
                assert who == story.key
            if room == "direction":
                assert who in {place.uai for place in story.places}


def test_belfort_and_besancon_alone_are_above_the_threshold() -> None:
    totals = {story.key: sum(story.forecast().values()) for story in stories.stories()}
    assert {key: total for key, total in totals.items() if total > 250_000} == {"besancon": 288_000, "belfort": 252_000}


@pytest.mark.parametrize("number", [1, 2, 9, 12, 250_009, 999_999])
def test_invented_numbers_have_their_keys_and_nobody_behind_them(number: int) -> None:
    assert bank_kind(check_iban(invented.account_of_commune(number))) is BankKind.COMPTABLE_PUBLIC
    assert bank_kind(check_iban(invented.account_of_college(number))) is BankKind.DFT
    assert "DEMO" in invented.account_of_commune(number)
    assert check_siret(invented.siret_of_nobody(number)).startswith("00")


def test_an_invoice_says_on_each_page_that_it_is_fictitious() -> None:
    lines = [papers.Row(f"Classe {number} (œuvre d’exemple)", Decimal("1234.50")) for number in range(60)]
    data = papers.paper("FACTURE FICTIVE", issuer="Nulle part", on=dt.date(2016, 9, 23), rows=lines)
    assert content.check(data, name="facture.pdf").content_type == content.PDF
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
    assert len(pages) == 2
    assert all("FACTURE FICTIVE – DÉMONSTRATION" in page for page in pages)
    assert "Classe 59 (œuvre d’exemple)" in pages[1]
    assert content.check(papers.photograph(["Etat signe"]), name="etat.jpg").content_type == content.JPEG


# --- The first stop ---

# State of the subsidy, of the convention or of the applications; maximum, definitive, paid, in euros.
AT_THE_FIRST_STOP: dict[str, tuple[str, str, str, str]] = {
    # 3 × 4 000; 3 950,25 + 4 000 + 4 000; half of 12 000
    "ornans": ("service_fait", "12000.00", "11950.25", "6000.00"),
    # half of 7 200; half of 6 333,33 cut to the centime; half of 3 600
    "chantrans": ("solde_liquidated", "3600.00", "3166.66", "1800.00"),
    # 36 × 4 000
    "besancon": ("acompte_paid", "144000.00", "", "72000.00"),
    # 18 × 4 000, the cap of 14 000
    "belfort": ("cbr_given", "72000.00", "", "0.00"),
    # 3 750 + 4 000 (8 400 capped) + 4 000 + 4 000
    "saint-vit": ("acompte_paid", "15750.00", "", "7875.00"),
    "pontarlier": ("acompte_paid", "16000.00", "", "8000.00"),
    # 3 500 + 3 500 + 4 000 (9 000 capped)
    "hericourt": ("acompte_paid", "11000.00", "", "5500.00"),
    "lons": ("settled", "12000.00", "", "0.00"),
    # 3 × 4 000 + 3 800
    "champagnole": ("acompte_requested", "15800.00", "", "0.00"),
    "dole": ("created", "24000.00", "", "0.00"),
    "luxeuil": ("justified", "12000.00", "", "6000.00"),
    "gray": ("signed_collectivite", "3850.00", "", "0.00"),
    "delle": ("not_retained, waiting_list", "", "", "0.00"),
    "morteau": ("draft", "", "", "0.00"),
    "vesoul": ("to_complete", "", "", "0.00"),
}


def found() -> dict[str, tuple[str, str, str, str]]:
    return {story.key: _found(Dossier.objects.get(collectivite__siren=story.siren)) for story in stories.stories()}


def _found(dossier: Dossier) -> tuple[str, str, str, str]:
    convention = Convention.objects.filter(dossier=dossier).first()
    subsidy = EquipmentSubsidy.objects.filter(convention=convention).first() if convention else None
    if subsidy:
        return (str(subsidy.state), *map(_shown, (subsidy.convention_max, subsidy.definitive_amount, subsidy.paid_total)))
    if convention:
        return (str(convention.state), _shown(convention.subsidy_max), "", "0.00")
    states = Application.objects.filter(dossier=dossier).order_by("state").values_list("state", flat=True)
    return (", ".join(states), "", "", "0.00")


def _shown(amount: Decimal | None) -> str:
    return "" if amount is None else str(amount)


@pytest.mark.slow
@pytest.mark.django_db
def test_the_first_stop_finds_each_dossier_at_its_stage(demo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player, "_lay_out_the_rest", lambda: None)  # laid out, all of them, by check_demo
    halfway = player.play(dt.date(2016, 7, 1), say=silent)
    assert clock.today() == dt.date(2016, 7, 1)
    rest = player.play(FIRST_STOP, say=silent)

    assert (halfway.left, rest.left) == ({}, {})
    assert found() == AT_THE_FIRST_STOP
    assert clock.today() == FIRST_STOP
    # Resumed half-way, each step was played, and once.
    expected = [step for story in [*stories.stories(), calendar()] for step in story.steps if step.at.date() < FIRST_STOP]
    assert halfway.steps + rest.steps == len(expected)

    # 7 acomptes of 107 175 €, 5 grants of 500 €.
    assert figures.payments_paid() == (12, Decimal("109675.00"))
    solde = Payment.objects.get(kind="solde")
    assert (solde.state, solde.amount) == ("prepared", Decimal("1366.66"))
    besancon = Convention.objects.get(dossier__collectivite__siren="212500565")
    assert (besancon.project_amount, besancon.cbr_sense) == (Decimal("288000.00"), "favourable")
    assert Convention.objects.get(dossier__collectivite__siren="213900970").late_motive
    assert Application.objects.get(school__uai="0251306J").state == "not_retained"
    # « avant le 15 octobre »: thirty, fifteen and seven days before (8 October is a Saturday).
    sent = Reminder.objects.filter(code="justification").values_list("offset", flat=True)
    assert set(sent) == {-30, -15, -7}
    assert list(figures.faults_of_money()) == []

    lines, letters, mails = (model.objects.count() for model in (JournalLine, IssuedDocument, OutboxMail))
    again = player.play(FIRST_STOP, say=silent)
    assert (again.steps, again.left) == (0, {})
    assert (lines, letters, mails) == tuple(model.objects.count() for model in (JournalLine, IssuedDocument, OutboxMail))

    # A check that could not fail would prove nothing.
    with pgtrigger.ignore():
        EquipmentSubsidy.objects.filter(convention__dossier__collectivite__siren="200055903").update(definitive_amount="11950.24")
    assert len(list(figures.faults_of_money())) == 1
    assert any("ornans : state service_fait, attendu closed" in fault for fault in figures.faults_at_the_end())


# --- A visitor acts too ---


@pytest.mark.django_db
def test_a_dossier_that_a_visitor_took_elsewhere_is_left_and_the_date_moves_on(demo: Any, only: Any) -> None:
    only("delle")
    player.play(dt.date(2016, 6, 18), say=silent)
    mayor = Actor.of(people.user_named("maire.delle"), at=dt.datetime(2016, 6, 18, 10, tzinfo=PARIS))
    for application in Application.objects.all():
        projects.abandon(application_id=application.pk, actor=mayor, comment="La commune renonce.")

    said: list[str] = []
    played = player.play(dt.date(2016, 7, 10), say=said.append)

    assert list(played.left) == ["delle"]
    assert "delle, 29/06/2016" in played.left["delle"]
    assert played.left["delle"] in said
    assert clock.today() == dt.date(2016, 7, 10)
    assert player.play(dt.date(2016, 7, 20), say=silent).left == {}
    assert set(Application.objects.values_list("state", flat=True)) == {"abandoned"}


@pytest.mark.django_db
def test_a_refused_step_leaves_no_trace(demo: Any, only: Any) -> None:
    only("morteau")
    player.play(dt.date(2016, 5, 24), say=silent)
    User.objects.filter(email="direction.0251305h@demo.invalid").update(is_active=False)
    played = player.play(dt.date(2016, 6, 20), say=silent)
    assert list(played.left) == ["morteau"]
    assert DemoProgress.objects.get(story="morteau").played == 2
    assert Application.objects.get().pedagogy_on is None


# --- One play at a time ---


@pytest.mark.django_db
def test_a_second_play_leaves_the_first_one_alone(demo: Any, only: Any) -> None:
    only("morteau")
    parameters = connection.get_connection_params()
    other = psycopg2.connect(**{name: parameters[name] for name in ("dbname", "user", "host") if parameters.get(name)})
    try:
        other.cursor().execute("SELECT pg_advisory_lock(%s)", [player._LOCK])
        assert player.is_playing()
        with pytest.raises(player.AlreadyPlaying):
            player.play(FIRST_STOP, say=silent)
    finally:
        other.close()
    assert not DemoProgress.objects.exists()
    assert not Path(demo.PORTAL_CLOCK_FILE).exists()


@pytest.mark.django_db
def test_a_step_that_another_play_has_marked_is_not_played_again(demo: Any, only: Any) -> None:
    only("morteau")
    (story,) = player.everything()
    waiting = player.due([story], until=FIRST_STOP)
    player.play(FIRST_STOP, say=silent)
    with pytest.raises(player.AlreadyPlaying):
        player._mark(waiting[0])


# --- Commands ---


def test_nothing_is_played_outside_a_demonstration(settings: Any) -> None:
    settings.PORTAL_DEMO, settings.PORTAL_TODAY = False, None
    for command, options in (("play_demo", []), ("check_demo", ["--url", "http://localhost"]), ("demo_accounts", [])):
        with pytest.raises(CommandError, match="PORTAL_DEMO"):
            call_command(command, *options)


@pytest.mark.django_db
def test_play_demo_tells_each_dossier_and_demo_accounts_one_account_a_role(demo: Any, only: Any) -> None:
    only("morteau")
    printed = io.StringIO()
    call_command("play_demo", "--until", "2016-06-20", stdout=printed)
    assert "23/05/2016  morteau\u00a0: dossier ouvert" in printed.getvalue()
    assert "3\u00a0étapes jouées\u202f; nous sommes le 20\u00a0juin 2016." in printed.getvalue()

    printed = io.StringIO()
    call_command("demo_accounts", stdout=printed)
    said = printed.getvalue()
    for who in ("administration", "dane", "dan", "daf", "valideur", "recteur", "dsi", "ien1", "editeur.morteau", "maire.morteau"):
        assert f"  {who}@demo.invalid" in said
    assert "secretaire@" not in said


@pytest.mark.django_db
def test_the_check_starts_from_an_empty_database(demo: Any, only: Any) -> None:
    only("morteau")
    player.play(dt.date(2016, 6, 20), say=silent)
    with pytest.raises(CommandError, match="base vide"):
        call_command("check_demo", "--url", "http://localhost")


def test_every_story_has_its_expected_end() -> None:
    assert list(figures.EXPECTED) == [story.key for story in stories.stories()]
    paid = sum(one.paid for one in figures.EXPECTED.values())
    grants = sum(one.grants_paid for one in figures.EXPECTED.values())
    assert (paid, grants) == (Decimal("232958.23"), 23)
