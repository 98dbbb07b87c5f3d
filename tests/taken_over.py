"""Dossiers engaged before the portal, as the workbook of a take-over says them."""

import datetime as dt
import io
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from plannumerique.ui.spreadsheets import XLSX, Row
from portal.taking_over.acts import campaign_with_phases, enter
from portal.taking_over.reading import PastDossier, Reading
from portal.taking_over.workbook import build, layout_of
from tests.factories import SchoolFactory, siret
from tests.factories_projects import PARIS, CampaignFactory, PhaseFactory

# The portal opens in the middle of the campaign: phase 1 is selected, signed, decided, its acompte paid.
NOW = dt.datetime(2016, 9, 26, 10, 0, tzinfo=PARIS)
SIGNED = {
    "stage": "convention signée",
    "convention_number": "CONV-PAPIER-7",
    "subsidy_max": "12 000,00",
    "deliberation_number": "2016-12",
    "deliberation_on": "10/03/2016",
    "published_on": "12/03/2016",
    "prefecture_on": "14/03/2016",
    "collectivite_signed_on": "21/03/2016",
    "collectivite_signatory": "Dominique EXEMPLE",
    "collectivite_capacity": "maire",
    "recteur_signed_on": "30/03/2016",
    "recteur_signatory": "Alix EXEMPLE",
    "recteur_capacity": "secrétaire générale",
}
NOTIFIED = SIGNED | {"stage": "Convention notifiée", "convention_notified_on": "04/04/2016"}
DECIDED = NOTIFIED | {
    "stage": "décision notifiée",
    "decision_number": "DEC-PAPIER-3",
    "decision_amount": "12000",
    "decision_on": "02/05/2016",
    "decision_signatory": "Alix EXEMPLE",
    "decision_capacity": "secrétaire générale",
    "decision_notified_on": "06/05/2016",
    "decision_proof": "LRAR 1A 000 000 0001 2",
    "ej_number": "2100000042",
}
ACOMPTE = DECIDED | {
    "stage": "acompte payé",
    "acompte_amount": "6 000,00 €",
    "acompte_on": "03/06/2016",
    "acompte_dp": "1000000077",
}

# Golden case A: three classes, of which one above the cap; the solde is what is left under the decision.
SERVICE_FAIT = ACOMPTE | {
    "stage": "service fait constaté",
    "complete_on": "01/09/2016",
    "service_fait_on": "05/09/2016",
    "service_fait_number": "SF-PAPIER-1",
    "service_fait_by": "Camille EXEMPLE, DAN",
    "received_on": "20/08/2016",
    "justified_1": "7900,50",
    "justified_2": "8000",
    "justified_3": "9100",
    "justified_total": "25 000,50",
    "definitive_amount": "11 950,25",
}
SOLDE = SERVICE_FAIT | {
    "stage": "solde payé",
    "solde_amount": "5 950,25",
    "solde_on": "15/09/2016",
    "solde_dp": "1000000078",
}
GRANT = {
    "grant_reference": "RESS-PAPIER-1",
    "grant_notified_on": "10/05/2016",
    "grant_ej": "2100000043",
    "grant_amount": "500",
    "grant_paid_on": "10/06/2016",
    "grant_dp": "1000000090",
}
CLOSED = SOLDE | GRANT | {"stage": "close", "closed_on": "20/09/2016"}


def past_campaign() -> Any:
    campaign = CampaignFactory()
    PhaseFactory(
        campaign=campaign,
        number=1,
        opens_at=dt.datetime(2015, 11, 24, 8, 0, tzinfo=PARIS),
        closes_at=dt.datetime(2016, 1, 30, 23, 59, tzinfo=PARIS),
    )
    return campaign


def a_line(school: Any, college: Any, *expenses: object, **cells: object) -> dict[str, Any]:
    """Three classes at 8 000 €, retained in phase 1, unless the test says otherwise."""
    costs = expenses or ("8000", "8000", "8000")
    line = {
        "siren": school.collectivite.siren,
        "phase": 1,
        "uai": school.uai,
        "college": college.uai,
        "selection_on": "16/02/2016",
        "selection_list": "Liste publiée le 16 février 2016",
        **{f"expense_{number}": cost for number, cost in enumerate(costs, start=1)},
        "stage": "retenue",
        **cells,
    }
    for number in range(len(costs) + 1, 4):
        line.pop(f"justified_{number}", None)
    if "convention_number" in cells:
        line.setdefault("siret", siret(school.collectivite.siren))
    return line


def line_of(stage: Mapping[str, Any], /, *expenses: object, **cells: object) -> dict[str, Any]:
    """The line of a new school of a new commune, at that stage."""
    return a_line(SchoolFactory(), SchoolFactory(college=True), *expenses, **{**stage, **cells})


def read(campaign: Any, *lines: Mapping[str, Any]) -> Reading:
    layout = layout_of(campaign)
    rows = [
        Row(number, {column.key: str(line.get(column.key) or "") for column in layout.columns})
        for number, line in enumerate(lines, start=2)
    ]
    return Reading(campaign_with_phases(campaign.pk), rows)


def the_dossier(campaign: Any, *lines: Mapping[str, Any]) -> PastDossier:
    reading = read(campaign, *lines)
    assert not reading.faults, reading.faults
    (past,) = reading.dossiers
    return past


def entered(campaign: Any, *lines: Mapping[str, Any], by: Any) -> Any:
    return enter(the_dossier(campaign, *lines), campaign=campaign_with_phases(campaign.pk), actor=by)


def workbook(campaign: Any, *lines: Mapping[str, Any]) -> SimpleUploadedFile:
    """The model of the portal, written and read again as a spreadsheet does, then filled."""
    out = io.BytesIO()
    build(campaign).save(out)
    book = load_workbook(io.BytesIO(out.getvalue()))
    for number, line in enumerate(lines, start=2):
        for rank, column in enumerate(layout_of(campaign).columns, start=1):
            if column.key in line:
                book["Reprise"].cell(number, rank).value = line[column.key]
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("reprise.xlsx", out.getvalue(), content_type=XLSX)


def address(campaign: Any, name: str = "take_over") -> str:
    return reverse(f"portal:{name}", args=[campaign.pk])
