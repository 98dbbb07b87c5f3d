"""The cells of a school's line, one at a time: what each says, or why it can't be taken."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from plannumerique.lib.identifiers import IdentifierError, check_siren, check_siret, check_uai
from plannumerique.lib.text import search_key
from plannumerique.organisations.enums import SchoolKind, SchoolStatus, Sector
from plannumerique.organisations.imports.places import degrees
from plannumerique.organisations.imports.tables import Line, LineRefused

_COLLEGE_NATURES = ("340", "350", "352")
_SIREN_LENGTH = 9
_TYPES = {"ecole": SchoolKind.ECOLE, "college": SchoolKind.COLLEGE}
_STATUSES = {
    "ouvert": SchoolStatus.OPEN,
    "1": SchoolStatus.OPEN,
    "a ouvrir": SchoolStatus.OPEN,
    "a fermer": SchoolStatus.CLOSING,
    "2": SchoolStatus.CLOSING,
    "ferme": SchoolStatus.CLOSED,
    "3": SchoolStatus.CLOSED,
}


class NotASchool(Exception):
    pass


def with_leading_zero(uai: str) -> str:
    """A spreadsheet may have eaten the zeros before the number; the key, checked next, says whether they were there."""
    return uai.strip().zfill(8) if re.fullmatch(r"\s*[0-9]{5,6}[A-Za-z]\s*", uai) else uai


def kind_of(kind: str, nature: str) -> SchoolKind:
    if kind in _TYPES:
        return _TYPES[kind]
    if not kind and re.fullmatch(r"1[0-9]{2}", nature):
        return SchoolKind.ECOLE
    if not kind and nature in _COLLEGE_NATURES:
        return SchoolKind.COLLEGE
    raise NotASchool


def sector_of(line: Line) -> Sector:
    words = search_key(line["sector"])
    if words.startswith("pu"):
        return Sector.PUBLIC
    if words.startswith("pr"):
        outside = "hors contrat" in f"{words} {search_key(line['contract'])}"
        return Sector.INDEPENDENT if outside else Sector.PRIVATE
    raise LineRefused(f"Secteur inconnu : « {line['sector']} » (attendu : public ou privé).")


def demanded(value: str, label: str) -> str:
    if not value:
        raise LineRefused(f"Il manque {label}.")
    return value


def optional_values(line: Line, warnings: list[str]) -> dict[str, Any]:
    """What this line knows beyond the mandatory columns; a cell that is empty or unreadable is simply not among the values."""
    values: dict[str, Any] = {
        "status": _status(line["status"], warnings),
        "address": ", ".join(part for part in (line["address"], line["address_2"]) if part),
        "postal_code": line["postal_code"].zfill(5) if line["postal_code"].isdecimal() else "",
        "siret": _siret(line["siret"], warnings),
        "email": _email(line["email"], warnings),
        "rpi": line["rpi"].zfill(6) if line["rpi"].isdecimal() else line["rpi"],
        **_position(line, warnings),
    }
    known = {name: value for name, value in values.items() if value}
    if line["rpi_concentre"] in ("0", "1"):
        known["rpi_concentre"] = line["rpi_concentre"] == "1"
        if "rpi" in line.columns:
            known["rpi"] = values["rpi"]  # a line that answers about RPI and names none says that the school is in none
    return known


def _status(text: str, warnings: list[str]) -> SchoolStatus | None:
    status = _STATUSES.get(search_key(text))
    if text and status is None:
        warnings.append(f"État inconnu, laissé tel quel : « {text} ».")
    return status


def _siret(text: str, warnings: list[str]) -> str:
    """A SIRET, checked; the annuaire sometimes gives a SIREN alone, which says too little to be stored."""
    if not text:
        return ""
    try:
        if len(text) == _SIREN_LENGTH:
            check_siren(text)
            return ""
        return check_siret(text)
    except IdentifierError as error:
        warnings.append(f"SIRET laissé de côté. {error}")
        return ""


def _email(text: str, warnings: list[str]) -> str:
    email = email_or_empty(text)
    if text and not email:
        warnings.append(f"Courriel illisible, laissé de côté : « {text} ».")
    return email


def email_or_empty(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text


def uai_or_empty(uai: str) -> str:
    try:
        return check_uai(uai) if uai else ""
    except IdentifierError:
        return ""


def _position(line: Line, warnings: list[str]) -> dict[str, Decimal]:
    latitude, longitude = line["latitude"], line["longitude"]
    if not (latitude and longitude):
        latitude, _, longitude = line["position"].partition(",")
    if not (latitude and longitude):
        return {}
    try:
        place = {"latitude": degrees(latitude, most=90), "longitude": degrees(longitude, most=180)}
    except (InvalidOperation, ValueError):
        warnings.append(f"Position illisible, laissée de côté : « {latitude} ; {longitude} ».")
        return {}
    return place
