from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conventions.rules import (
    CbrFile,
    CbrNature,
    CbrPolicy,
    CbrRequest,
    CbrSense,
    Deliberation,
    SignatureCheck,
    cbr_last_day,
    cbr_opinion_needed,
    cbr_refusals,
    collectivite_signature,
    deliberation_faults,
    lateness,
    project_amount,
    recteur_signature_refusals,
    sitting_warning,
)
from projects.rules import (
    CapUnit,
    CbrBasis,
    ClassExpense,
    Deadline,
    FundingTerms,
    RoundingMode,
    TaxBasis,
    Tier,
    provisional_subsidy,
)

TERMS = FundingTerms(
    cap_unit=CapUnit.PER_CLASS,
    expense_cap=Decimal("8000"),
    subsidy_floor=None,
    subsidy_cap=Decimal("4000"),
    tiers=(Tier(up_to=None, rate=Decimal("0.50")),),
    max_units_per_school=3,
    resources_grant=Decimal("500"),
    acompte_rate=Decimal("0.50"),
    tax_basis=TaxBasis.TTC,
    rounding=RoundingMode.DOWN,
    cbr_threshold=Decimal("250000"),
    waiver_threshold=Decimal("30"),
)
AVIS = CbrPolicy(nature=CbrNature.AVIS, delay_days=15, silence_counts=True)
VISA = replace(AVIS, nature=CbrNature.VISA)
SILENCE_IS_NOTHING = replace(AVIS, silence_counts=False)
AMOUNT = Decimal("288000")
FAVOURABLE = CbrFile(amount=AMOUNT, received_on=date(2016, 6, 1), sense=CbrSense.FAVOURABLE, given_on=date(2016, 6, 10))
UNFAVOURABLE = replace(FAVOURABLE, sense=CbrSense.UNFAVOURABLE)
SILENT = replace(FAVOURABLE, sense=None, given_on=None)
SIGNING = date(2016, 6, 20)


def refusals(cbr: CbrFile | None, *, amount: Decimal = AMOUNT, on: date = SIGNING, policy: CbrPolicy = AVIS) -> list[str]:
    return [
        one.replace("\u00a0", " ").replace("\u202f", " ")
        for one in cbr_refusals(cbr, amount=amount, on=on, terms=TERMS, policy=policy)
    ]


def plain(check: SignatureCheck) -> tuple[list[str], list[str]]:
    return [one.replace("\u00a0", " ") for one in check.refusals], [one.replace("\u00a0", " ") for one in check.warnings]


# --- Contrôle budgétaire régional ---


@pytest.mark.parametrize(
    ("amount", "needed"), [("250000.00", False), ("250000.01", True), ("248000", False), ("256000", True), ("0", False)]
)
def test_golden_g_the_cbr_is_asked_strictly_above_the_threshold(amount: str, needed: bool) -> None:
    assert cbr_opinion_needed(Decimal(amount), terms=TERMS) is needed


@pytest.mark.parametrize(("classes", "amount", "needed"), [(31, "248000", False), (32, "256000", True)])
def test_golden_g_31_classes_need_no_opinion_and_32_do(classes: int, amount: str, needed: bool) -> None:
    funding = provisional_subsidy([ClassExpense(f"E{n // 3}", n % 3 + 1, Decimal("8000")) for n in range(classes)], terms=TERMS)

    assert project_amount(funding, terms=TERMS) == Decimal(amount)
    assert cbr_opinion_needed(project_amount(funding, terms=TERMS), terms=TERMS) is needed


def test_a_campaign_without_threshold_never_asks() -> None:
    terms = replace(TERMS, cbr_threshold=None)

    assert not cbr_opinion_needed(Decimal("99999999"), terms=terms)
    assert not list(cbr_refusals(None, amount=Decimal("99999999"), on=SIGNING, terms=terms, policy=AVIS))


@pytest.mark.parametrize(
    ("basis", "amount"), [(CbrBasis.PROJECT_EXPENSE, "9100"), (CbrBasis.RETAINED_BASE, "8000"), (CbrBasis.SUBSIDY, "4000")]
)
def test_the_campaign_says_which_amount_is_compared(basis: CbrBasis, amount: str) -> None:
    terms = replace(TERMS, cbr_on=basis)
    funding = provisional_subsidy([ClassExpense("0250018J", 1, Decimal("9100"))], terms=terms)

    assert project_amount(funding, terms=terms) == Decimal(amount)


def test_exactly_250_000_is_signed_without_opinion() -> None:
    assert refusals(None, amount=Decimal("250000.00")) == []


@pytest.mark.parametrize(
    ("cbr", "policy", "demand"),
    [(None, AVIS, "d’avis"), (None, VISA, "de visa"), (replace(SILENT, received_on=None), AVIS, "d’avis")],
)
def test_above_the_threshold_the_file_must_have_been_received(cbr: CbrFile | None, policy: CbrPolicy, demand: str) -> None:
    assert refusals(cbr, policy=policy) == [
        "Le projet (288 000,00 €) dépasse 250 000,00 € : le contrôleur budgétaire régional n’a pas encore reçu la demande "
        f"{demand}, que l’académie lui adresse."
    ]


@pytest.mark.parametrize("sense", [CbrSense.FAVOURABLE, CbrSense.RESERVED])
@pytest.mark.parametrize("policy", [AVIS, VISA])
def test_a_favourable_answer_lets_it_be_signed_even_with_reserves(sense: CbrSense, policy: CbrPolicy) -> None:
    assert refusals(replace(FAVOURABLE, sense=sense), policy=policy) == []


def test_each_answer_has_a_french_label() -> None:
    assert [sense.label for sense in CbrSense] == ["favorable", "favorable avec réserves", "défavorable"]


def test_the_answer_must_not_follow_the_signature() -> None:
    assert refusals(FAVOURABLE, on=date(2016, 6, 10)) == []
    assert refusals(FAVOURABLE, on=date(2016, 6, 9)) == [
        "Le contrôleur budgétaire s’est prononcé le vendredi 10 juin 2016 : la signature ne peut pas être antérieure."
    ]


def test_an_unfavourable_avis_blocks_until_it_is_passed_over_in_writing() -> None:
    blocked = [
        "L’avis du vendredi 10 juin 2016 est défavorable : le projet doit être modifié et soumis de nouveau, "
        "ou le recteur passer outre par une décision écrite et motivée."
    ]

    assert refusals(UNFAVOURABLE) == blocked
    assert refusals(replace(UNFAVOURABLE, overruled_on=SIGNING + timedelta(days=1))) == blocked
    assert refusals(replace(UNFAVOURABLE, overruled_on=SIGNING)) == []


def test_a_refused_visa_cannot_be_passed_over() -> None:
    assert refusals(replace(UNFAVOURABLE, overruled_on=date(2016, 6, 12)), policy=VISA) == [
        "Le visa a été refusé le vendredi 10 juin 2016 : l’académie ne peut pas passer outre, le projet doit être modifié."
    ]


def test_an_amount_raised_since_the_answer_asks_for_another() -> None:
    assert refusals(FAVOURABLE, amount=Decimal("288000.01")) == [
        "Le contrôleur budgétaire a été saisi pour 288 000,00 € et le projet s’élève à 288 000,01 € : "
        "une nouvelle demande d’avis est nécessaire."
    ]
    assert refusals(FAVOURABLE, amount=Decimal("280000")) == []


@pytest.mark.parametrize(("on", "signed"), [(date(2016, 6, 16), False), (date(2016, 6, 17), True)])
def test_silence_is_worth_an_avis_after_fifteen_days(on: date, signed: bool) -> None:
    assert refusals(SILENT, on=on) == (
        [] if signed else ["Le contrôleur budgétaire peut se prononcer jusqu’au jeudi 16 juin 2016."]
    )


def test_an_answer_without_its_date_is_not_one_yet() -> None:
    assert refusals(replace(FAVOURABLE, given_on=None), on=date(2016, 6, 16)) == [
        "Le contrôleur budgétaire peut se prononcer jusqu’au jeudi 16 juin 2016."
    ]


def test_silence_is_worth_nothing_when_the_campaign_says_so() -> None:
    assert refusals(SILENT, on=date(2017, 1, 1), policy=SILENCE_IS_NOTHING) == [
        "Le contrôleur budgétaire ne s’est pas prononcé ; son silence ne vaut pas avis."
    ]


def test_an_unanswered_request_stops_the_delay() -> None:
    waiting = replace(SILENT, requests=(CbrRequest(date(2016, 6, 16), None),))

    assert refusals(waiting, on=date(2017, 1, 1)) == [
        "Le contrôleur budgétaire attend une réponse de l’académie : son délai est interrompu."
    ]


@pytest.mark.parametrize(
    ("requests", "last_day"),
    [
        ((), date(2016, 6, 16)),
        ((CbrRequest(date(2016, 6, 16), date(2016, 6, 20)),), date(2016, 7, 5)),
        ((CbrRequest(date(2016, 6, 17), None),), date(2016, 6, 16)),
        ((CbrRequest(date(2016, 6, 30), None), CbrRequest(date(2016, 6, 10), date(2016, 6, 20))), None),
        ((CbrRequest(date(2016, 6, 10), date(2016, 6, 20)), CbrRequest(date(2016, 7, 5), date(2016, 7, 8))), date(2016, 7, 23)),
    ],
)
def test_a_written_request_restarts_the_whole_delay(requests: tuple[CbrRequest, ...], last_day: date | None) -> None:
    assert cbr_last_day(date(2016, 6, 1), requests=requests, policy=AVIS) == last_day


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_request_never_shortens_the_delay(asked_after: int, answered_after: int) -> None:
    received = date(2016, 6, 1)
    asked = received + timedelta(days=asked_after)
    request = CbrRequest(asked, asked + timedelta(days=answered_after))

    last_day = cbr_last_day(received, requests=[request], policy=AVIS)
    assert last_day is not None
    assert last_day >= received + timedelta(days=15)


# --- Délibération ---

ADOPTED = Deliberation(adopted_on=date(2016, 6, 27), published_on=date(2016, 6, 29), received_on=date(2016, 7, 1))
TOO_EARLY = (
    "La délibération n’est exécutoire que le {} (article L. 2131-1 du CGCT) : la collectivité ne peut pas signer avant, "
    "et une convention déjà signée est à signer de nouveau."
)


@pytest.mark.parametrize(
    ("published", "received", "executory"),
    [
        (date(2016, 6, 29), date(2016, 7, 1), date(2016, 7, 1)),
        (date(2016, 7, 4), date(2016, 7, 1), date(2016, 7, 4)),
        (None, date(2016, 7, 1), None),
        (date(2016, 6, 29), None, None),
    ],
)
def test_a_deliberation_is_executory_at_the_later_of_publication_and_receipt(
    published: date | None, received: date | None, executory: date | None
) -> None:
    assert replace(ADOPTED, published_on=published, received_on=received).executory_on == executory


def test_without_deliberation_nobody_signs() -> None:
    assert plain(collectivite_signature(None, on=SIGNING)) == (
        ["La délibération manque : la collectivité la transmet à l’académie."],
        [],
    )


def test_a_deliberation_not_received_yet_lets_nobody_sign() -> None:
    assert plain(collectivite_signature(replace(ADOPTED, received_on=None), on=date(2017, 1, 1))) == (
        [
            "La délibération n’est pas encore exécutoire (article L. 2131-1 du CGCT) : la collectivité indique les dates de sa "
            "publication et de sa réception en préfecture."
        ],
        [],
    )


def test_the_day_before_the_deliberation_is_executory_is_refused() -> None:
    assert plain(collectivite_signature(ADOPTED, on=date(2016, 6, 30))) == ([TOO_EARLY.format("vendredi 1er juillet 2016")], [])


def test_the_day_after_needs_no_confirmation() -> None:
    assert collectivite_signature(ADOPTED, on=date(2016, 7, 2)) == SignatureCheck()


@pytest.mark.parametrize(
    ("received_at", "at"),
    [(None, None), (time(10, 0), None), (None, time(15, 0))],
    ids=["no hour", "receipt only", "signature only"],
)
def test_the_same_day_without_both_hours_is_to_be_confirmed(received_at: time | None, at: time | None) -> None:
    check = collectivite_signature(replace(ADOPTED, received_at=received_at), on=date(2016, 7, 1), at=at)

    assert plain(check) == (
        [],
        [
            "La délibération n’est exécutoire que du vendredi 1er juillet 2016, jour de la signature : "
            "confirmez que celle-ci l’a suivie."
        ],
    )


@pytest.mark.parametrize(("at", "refused"), [(time(9, 59), True), (time(10, 0), False), (time(15, 0), False)])
def test_the_same_day_with_both_hours_is_settled_by_them(at: time, refused: bool) -> None:
    check = collectivite_signature(replace(ADOPTED, received_at=time(10, 0)), on=date(2016, 7, 1), at=at)

    assert plain(check) == ([TOO_EARLY.format("vendredi 1er juillet 2016 à 10 h 00")] if refused else [], [])


def test_publication_and_receipt_on_the_same_day_both_count() -> None:
    same_day = replace(ADOPTED, published_on=date(2016, 7, 1), published_at=time(16, 30), received_at=time(10, 0))

    assert plain(collectivite_signature(same_day, on=date(2016, 7, 1), at=time(12, 0))) == (
        [TOO_EARLY.format("vendredi 1er juillet 2016 à 16 h 30")],
        [],
    )
    assert collectivite_signature(same_day, on=date(2016, 7, 1), at=time(16, 30)) == SignatureCheck()


def test_one_known_hour_is_enough_to_refuse() -> None:
    same_day = replace(ADOPTED, published_on=date(2016, 7, 1), received_at=time(10, 0))

    assert collectivite_signature(same_day, on=date(2016, 7, 1), at=time(9, 0)).refusals
    assert collectivite_signature(same_day, on=date(2016, 7, 1), at=time(11, 0)).warnings


@pytest.mark.parametrize(
    ("published", "received", "faults"),
    [
        (date(2016, 6, 27), date(2016, 6, 27), []),
        (None, None, []),
        (date(2016, 6, 26), None, ["La délibération du 27 juin 2016 ne peut pas avoir été publiée le 26 juin 2016."]),
        (None, date(2016, 6, 26), ["La délibération du 27 juin 2016 ne peut pas avoir été reçue en préfecture le 26 juin 2016."]),
    ],
)
def test_a_deliberation_is_neither_published_nor_received_before_it_exists(
    published: date | None, received: date | None, faults: list[str]
) -> None:
    found = deliberation_faults(replace(ADOPTED, published_on=published, received_on=received))
    assert [" ".join(fault.split()) for fault in found] == faults


# --- Order and lateness ---

BEFORE_RENTREE = Deadline(code="convention", on=date(2016, 9, 1), inclusive=False, roll=False)


@pytest.mark.parametrize(
    ("signed_on", "sentences"),
    [
        (None, ["La collectivité n’a pas encore signé la convention : le recteur signe après elle."]),
        (
            date(2016, 6, 21),
            ["La collectivité a signé le mardi 21 juin 2016 : le recteur ne peut pas signer avant."],
        ),
        (date(2016, 6, 20), []),
    ],
)
def test_the_recteur_signs_last(signed_on: date | None, sentences: list[str]) -> None:
    refused = recteur_signature_refusals(SIGNING, collectivite_signed_on=signed_on)

    assert [one.replace("\u00a0", " ") for one in refused] == sentences


def test_the_eve_of_the_rentree_is_in_time() -> None:
    assert lateness(date(2016, 8, 31), deadline=BEFORE_RENTREE) is None


@pytest.mark.parametrize(
    ("on", "written", "late"),
    [(date(2016, 9, 1), "jeudi 1er septembre 2016", "1 jour"), (date(2016, 9, 5), "lundi 5 septembre 2016", "5 jours")],
)
def test_a_late_convention_calls_for_a_motive(on: date, written: str, late: str) -> None:
    sentence = lateness(on, deadline=BEFORE_RENTREE)

    assert sentence is not None
    assert sentence.replace("\u00a0", " ") == (
        f"La convention, attendue au plus tard le mercredi 31 août 2016, est signée le {written}, avec {late} de retard : "
        "le motif de la dérogation est obligatoire."
    )


def test_a_sitting_before_the_limit_needs_no_warning() -> None:
    assert sitting_warning(date(2016, 6, 27), deadline=BEFORE_RENTREE) is None


@pytest.mark.parametrize(
    ("sitting", "sentence"),
    [
        (None, "La date de la prochaine séance n’est pas connue : la collectivité l’indique."),
        (
            date(2016, 9, 12),
            "La prochaine séance, le lundi 12 septembre 2016, vient trop tard pour une signature "
            "au plus tard le mercredi 31 août 2016 : "
            "la collectivité peut délibérer plus tôt ou par délégation.",
        ),
    ],
)
def test_a_sitting_unknown_or_too_late_is_said(sitting: date | None, sentence: str) -> None:
    warning = sitting_warning(sitting, deadline=BEFORE_RENTREE)

    assert warning is not None
    assert warning.replace("\u00a0", " ") == sentence
