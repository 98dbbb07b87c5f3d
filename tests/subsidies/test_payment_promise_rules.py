from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.rules import Deadline
from subsidies.rules import Party, PaymentCalendar, PaymentPromise, file_complete_on

JUSTIFICATION = Deadline(code="justification", on=date(2016, 10, 15), inclusive=False, roll=False)
CALENDAR = PaymentCalendar(
    justification=JUSTIFICATION,
    solde=Deadline(code="solde", on=date(2016, 12, 7), inclusive=False, roll=False),
    solde_next_year=date(2017, 3, 1),
)
INCLUSIVE = replace(CALENDAR, justification=replace(JUSTIFICATION, inclusive=True))
ROLLED = replace(CALENDAR, justification=replace(JUSTIFICATION, inclusive=True, roll=True))
PLANNED = "versement prévu avant le 7 décembre 2016, sous réserve de la disponibilité des crédits."
IN_MARCH = "paiement à partir du 1er mars 2017."

days = st.one_of(st.none(), st.dates(min_value=date(2016, 9, 1), max_value=date(2017, 6, 30)))


def october(day: int | None) -> date | None:
    return None if day is None else date(2016, 10, day)


def promise(
    complete: int | None,
    constated: int | None,
    *,
    today: date = date(2016, 10, 20),
    calendar: PaymentCalendar = CALENDAR,
    paid_on: date | None = None,
    convention_on: date | None = date(2016, 8, 30),
) -> PaymentPromise:
    return PaymentPromise(
        today=today,
        convention_on=convention_on,
        complete_on=october(complete),
        constated_on=october(constated),
        calendar=calendar,
        paid_on=paid_on,
    )


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


# --- The exercise ---


@pytest.mark.parametrize(
    ("complete", "constated", "exercise", "delay_of"),
    [
        (14, 14, 2016, None),
        (12, 13, 2016, None),
        (14, 13, 2016, None),
        (14, 15, 2017, Party.DANE),
        (14, 16, 2017, Party.DANE),
        (12, 17, 2017, Party.DANE),
        (12, None, 2017, Party.DANE),
        (15, 14, 2017, Party.COLLECTIVITE),
        (15, 15, 2017, Party.COLLECTIVITE),
        (16, 16, 2017, Party.COLLECTIVITE),
        (17, None, 2017, Party.COLLECTIVITE),
        (None, 14, 2017, Party.COLLECTIVITE),
        (None, None, 2017, Party.COLLECTIVITE),
    ],
)
def test_both_dates_before_15_october_or_the_next_year(
    complete: int | None, constated: int | None, exercise: int, delay_of: Party | None
) -> None:
    found = promise(complete, constated)

    assert (found.exercise, found.delay_of, found.in_time) == (exercise, delay_of, delay_of is None)


def test_file_complete_on_15_october_waits_for_march() -> None:
    found = promise(15, 15)

    assert (found.pay_from, found.pay_by) == (date(2017, 3, 1), None)


@pytest.mark.parametrize(
    ("calendar", "day", "exercise"),
    [(INCLUSIVE, 15, 2016), (INCLUSIVE, 16, 2017), (ROLLED, 17, 2016), (ROLLED, 18, 2017)],
    ids=["inclusive", "inclusive, the day after", "rolled to Monday", "rolled, the day after"],
)
def test_the_campaign_s_flags_move_the_boundary(calendar: PaymentCalendar, day: int, exercise: int) -> None:
    assert promise(day, day, calendar=calendar).exercise == exercise
    assert promise(14, day, calendar=calendar).exercise == exercise


def test_service_fait_on_15_october_with_pieces_of_the_14th_goes_over() -> None:
    found = promise(14, 15)

    assert (found.complete_on, found.constated_on) == (date(2016, 10, 14), date(2016, 10, 15))
    assert plain(found.sentence) == (
        "Pièces complètes le 14 octobre 2016, dans le délai, mais service fait constaté le 15 octobre 2016, "
        f"après le vendredi 14 octobre 2016 : {IN_MARCH}"
    )


# --- Sentences ---


@pytest.mark.parametrize(
    ("complete", "constated", "today", "sentence"),
    [
        (
            12,
            13,
            date(2016, 10, 13),
            "Pièces complètes le 12 octobre 2016 et service fait constaté le 13 octobre 2016, dans le délai "
            f"(vendredi 14 octobre 2016) : {PLANNED}",
        ),
        (17, None, date(2016, 10, 18), f"Pièces complètes le 17 octobre 2016, après le vendredi 14 octobre 2016 : {IN_MARCH}"),
        (17, 18, date(2016, 10, 18), f"Pièces complètes le 17 octobre 2016, après le vendredi 14 octobre 2016 : {IN_MARCH}"),
        (None, None, date(2016, 10, 15), f"Pièces encore incomplètes après le vendredi 14 octobre 2016 : {IN_MARCH}"),
        (
            12,
            None,
            date(2016, 10, 17),
            "Pièces complètes le 12 octobre 2016, dans le délai, mais service fait non constaté au vendredi 14 octobre 2016 : "
            f"{IN_MARCH}",
        ),
        (
            None,
            None,
            date(2016, 10, 14),
            "Si les pièces sont complètes et le service fait est constaté au plus tard le vendredi 14 octobre 2016 : " + PLANNED,
        ),
        (
            12,
            None,
            date(2016, 10, 14),
            "Pièces complètes le 12 octobre 2016 ; si le service fait est constaté au plus tard le vendredi 14 octobre 2016 : "
            + PLANNED,
        ),
        (None, 12, date(2016, 10, 14), f"Si les pièces sont complètes au plus tard le vendredi 14 octobre 2016 : {PLANNED}"),
        (
            12,
            13,
            date(2016, 12, 7),
            "Pièces complètes le 12 octobre 2016 et service fait constaté le 13 octobre 2016, dans le délai "
            f"(vendredi 14 octobre 2016), mais solde non versé avant le 7 décembre 2016 : {IN_MARCH}",
        ),
        (
            None,
            None,
            date(2017, 3, 2),
            "Pièces encore incomplètes après le vendredi 14 octobre 2016 : paiement dès que les pièces seront complètes et "
            "le service fait sera constaté.",
        ),
        (
            17,
            None,
            date(2017, 3, 2),
            "Pièces complètes le 17 octobre 2016, après le vendredi 14 octobre 2016 : paiement dès que le service fait sera constaté.",
        ),
    ],
)
def test_the_sentence_gives_the_rule_that_decided(
    complete: int | None, constated: int | None, today: date, sentence: str
) -> None:
    assert plain(promise(complete, constated, today=today).sentence) == sentence


def test_a_saturday_that_counts_is_written_with_its_last_working_day() -> None:
    assert plain(promise(None, None, today=date(2016, 10, 3), calendar=INCLUSIVE).sentence).startswith(
        "Si les pièces sont complètes et le service fait est constaté au plus tard le samedi 15 octobre 2016 "
        "(dernier jour ouvré : vendredi 14 octobre 2016) : versement prévu"
    )


# --- What is missing ---


def test_before_the_limit_what_is_missing_says_by_whom_and_by_when() -> None:
    found = promise(None, None, today=date(2016, 10, 3))

    assert [plain(what) for what in found.missing] == [
        "Pièces justificatives à compléter par la collectivité, au plus tard le vendredi 14 octobre 2016.",
        "Service fait à constater par le DAN, au plus tard le vendredi 14 octobre 2016.",
    ]
    assert (found.waiting_for, found.pay_from, found.pay_by) == (Party.COLLECTIVITE, None, date(2016, 12, 6))


def test_after_the_limit_no_date_is_asked() -> None:
    assert promise(None, None).missing == (
        "Pièces justificatives à compléter par la collectivité.",
        "Service fait à constater par le DAN.",
    )


@pytest.mark.parametrize(
    ("today", "asked"),
    [
        (date(2016, 9, 30), ", si possible dès le vendredi 30 septembre 2016, au plus tard le vendredi 14 octobre 2016."),
        (date(2016, 10, 1), ", au plus tard le vendredi 14 octobre 2016."),
    ],
)
def test_the_internal_limit_is_asked_of_the_collectivite_while_it_lasts(today: date, asked: str) -> None:
    calendar = replace(CALENDAR, internal_limit=date(2016, 9, 30))

    assert plain(promise(None, None, today=today, calendar=calendar).missing[0]) == (
        f"Pièces justificatives à compléter par la collectivité{asked}"
    )
    assert promise(14, 14, calendar=calendar).exercise == 2016


@pytest.mark.parametrize(
    ("complete", "constated", "paid_on", "waiting_for"),
    [
        (None, 12, None, Party.COLLECTIVITE),
        (12, None, None, Party.DANE),
        (12, 13, None, Party.DAF),
        (12, 13, date(2016, 12, 2), None),
    ],
)
def test_someone_is_awaited_until_the_solde_is_paid(
    complete: int | None, constated: int | None, paid_on: date | None, waiting_for: Party | None
) -> None:
    assert promise(complete, constated, paid_on=paid_on).waiting_for is waiting_for


def test_each_party_has_a_french_label() -> None:
    assert [party.label for party in Party] == [
        "la collectivité",
        "les deux parties à la convention",
        "la DANE",
        "la DAF",
    ]


@pytest.mark.parametrize(
    ("convention_on", "internal_limit", "delay_of", "words"),
    [
        (date(2016, 9, 30), date(2016, 9, 30), Party.COLLECTIVITE, "Retard imputable à la collectivité."),
        (
            date(2016, 10, 1),
            date(2016, 9, 30),
            Party.BOTH,
            "La convention, notifiée le 1er octobre 2016, ne laissait pas le temps de justifier.",
        ),
        (date(2016, 10, 14), None, Party.COLLECTIVITE, "Retard imputable à la collectivité."),
        (
            date(2016, 10, 15),
            None,
            Party.BOTH,
            "La convention, notifiée le 15 octobre 2016, ne laissait pas le temps de justifier.",
        ),
        (None, None, Party.BOTH, "La convention, non notifiée, ne laissait pas le temps de justifier."),
    ],
)
def test_nobody_is_late_alone_under_a_convention_that_came_too_late(
    convention_on: date | None, internal_limit: date | None, delay_of: Party, words: str
) -> None:
    found = promise(17, None, convention_on=convention_on, calendar=replace(CALENDAR, internal_limit=internal_limit))

    assert (found.delay_of, plain(found.delay_in_words)) == (delay_of, words)
    assert plain(found.sentence).startswith("Pièces complètes le 17 octobre 2016, après le vendredi 14 octobre 2016 : ")


def test_a_promise_in_time_blames_nobody() -> None:
    assert promise(12, 13).delay_in_words == ""


# --- Dates of payment ---


def test_a_file_in_time_is_payable_from_its_last_date() -> None:
    found = promise(13, 12)

    assert (found.pay_from, found.pay_by) == (date(2016, 10, 13), date(2016, 12, 6))


def test_a_file_finished_after_march_is_payable_from_then() -> None:
    found = PaymentPromise(
        today=date(2017, 4, 21),
        convention_on=None,
        complete_on=date(2017, 4, 10),
        constated_on=date(2017, 4, 20),
        calendar=CALENDAR,
    )

    assert (found.exercise, found.pay_from) == (2017, date(2017, 4, 20))
    assert plain(found.sentence).endswith("paiement à partir du 20 avril 2017.")


def test_on_1_march_the_promise_still_has_its_date() -> None:
    assert promise(17, None, today=date(2017, 3, 1)).pay_from == date(2017, 3, 1)
    assert promise(17, None, today=date(2017, 3, 2)).pay_from is None


def test_a_file_that_drags_on_bears_the_year_that_runs() -> None:
    found = promise(17, None, today=date(2018, 1, 8))

    assert (found.exercise, found.pay_from) == (2018, None)


@pytest.mark.parametrize(("today", "delay_of"), [(date(2016, 12, 6), None), (date(2016, 12, 7), Party.DAF)])
def test_a_solde_unpaid_on_7_december_is_the_daf_s_delay(today: date, delay_of: Party | None) -> None:
    found = promise(12, 13, today=today)

    assert (found.delay_of, found.exercise) == (delay_of, 2016 if delay_of is None else 2017)


def test_a_solde_paid_in_time_stays_so_afterwards() -> None:
    found = promise(12, 13, today=date(2017, 3, 1), paid_on=date(2016, 12, 2))

    assert (found.exercise, found.in_time) == (2016, True)
    assert plain(found.sentence).endswith("dans le délai (vendredi 14 octobre 2016) : versement effectué le 2 décembre 2016.")


def test_a_solde_paid_late_tells_both() -> None:
    found = promise(17, 18, today=date(2017, 4, 1), paid_on=date(2017, 3, 6))

    assert found.exercise == 2017
    assert plain(found.sentence) == (
        "Pièces complètes le 17 octobre 2016, après le vendredi 14 octobre 2016 : versement effectué le 6 mars 2017."
    )


# --- Completeness ---


@pytest.mark.parametrize(
    ("deposits", "complete_on"),
    [
        ([], None),
        ([None], None),
        ([date(2016, 10, 12)], date(2016, 10, 12)),
        ([date(2016, 10, 14), date(2016, 10, 3)], date(2016, 10, 14)),
        ([date(2016, 10, 14), None], None),
        ([date(2016, 10, 14), date(2016, 10, 20)], date(2016, 10, 20)),
    ],
)
def test_a_file_is_complete_on_the_day_of_its_last_piece(deposits: list[date | None], complete_on: date | None) -> None:
    assert file_complete_on(deposits) == complete_on


# --- Invariants ---


@given(days, days, st.dates(min_value=date(2016, 9, 1), max_value=date(2017, 12, 31)))
def test_a_promise_never_contradicts_its_dates(complete: date | None, constated: date | None, today: date) -> None:
    found = PaymentPromise(today=today, convention_on=None, complete_on=complete, constated_on=constated, calendar=CALENDAR)
    known = [day for day in (complete, constated) if day is not None]

    assert found.in_time == (found.pay_by is not None) == (found.exercise == 2016)
    assert (found.waiting_for is Party.DAF) == found.is_complete == (found.missing == ())
    assert all(found.pay_from is None or found.pay_from >= day for day in known)
    assert found.in_time or found.pay_from is None or found.pay_from >= date(2017, 3, 1)
    if known and found.in_time:
        assert max(known) < date(2016, 10, 15)
    assert "  " not in found.sentence
    assert found.sentence.endswith(".")


@given(st.dates(min_value=date(2016, 9, 1), max_value=date(2016, 11, 30)), st.integers(0, 60))
def test_a_later_piece_never_brings_the_payment_forward(complete: date, more: int) -> None:
    def exercise(day: date) -> int:
        return PaymentPromise(
            today=date(2016, 11, 30), convention_on=None, complete_on=day, constated_on=date(2016, 10, 14), calendar=CALENDAR
        ).exercise

    assert exercise(complete) <= exercise(complete + timedelta(days=more))
