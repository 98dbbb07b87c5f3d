"""What a letter is made of before it has a number: typed data, checked for blanks, frozen as JSON and read back the same.

An app above describes each of its acts as a frozen dataclass, fills it in its `documents.py`, and hands it to `services.issue`:

    @dataclass(frozen=True, kw_only=True)
    class DecisionLetter(Letter):
        kind = "decision"
        title = "Décision attributive de subvention"
        act = "la décision attributive"
        template = "subsidies/pdf/decision.html"
        labels = {"maximum": "le montant maximal de la subvention", "comptable": "le comptable assignataire"}

        maximum: Decimal | None
        comptable: str
        schools: tuple[FundedSchool, ...]  # frozen dataclasses too, with `labels` of their own when blanks matter there
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, Protocol

Snapshot = dict[str, Any]

# How a campaign's template words what only the académie knows; no act is issued with it.
TO_FILL = "à compléter"
# What the administration of the académie can mend bears it at the end of its label.
OF_THE_ADMINISTRATION = ("campagne)", "académie)")


class LetterContext(Protocol):
    """What `services.issue` asks of a letter. `Letter` answers it; another class may, as long as its snapshot is JSON."""

    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def act(self) -> str: ...
    @property
    def template(self) -> str: ...
    def snapshot(self) -> Snapshot: ...
    def blanks(self) -> Sequence[str]: ...


@dataclass(frozen=True, kw_only=True)
class Sender:
    """The service that writes, at the head of the letter."""

    labels: ClassVar[Mapping[str, str]] = {
        "academie": "le nom de l’académie",
        "service": "le service",
        "address": "l’adresse du rectorat",
        "head": "« le recteur » ou « la rectrice » (données de l’académie)",
    }

    academie: str
    service: str
    address: str
    email: str = ""
    phone: str = ""
    followed_by: str = ""
    head: str = "le recteur"


@dataclass(frozen=True, kw_only=True)
class Addressee:
    labels: ClassVar[Mapping[str, str]] = {"name": "le destinataire"}

    name: str
    capacity: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who signs. With a delegation, « Pour le recteur et par délégation » stands above the capacity.

    `party` names the side that she signs for, where several sign (« Pour la commune d’Ornans »); `on` stays empty when the
    day is written by hand.
    """

    labels: ClassVar[Mapping[str, str]] = {"name": "le nom du signataire", "capacity": "la qualité du signataire"}
    worded: ClassVar[Mapping[str, str]] = dict.fromkeys(("name", "capacity", "delegation"), "le signataire de l’acte (campagne)")

    name: str
    capacity: str
    party: str = ""
    delegation: str = ""
    on_behalf_of: str = "le recteur"
    on: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of a table: a label, then one cell per column (an amount, a date, a number or words)."""

    label: str
    cells: tuple[Decimal | dt.date | int | str | None, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Lines and their total, as `pdf/_table.html` shows them. `columns` names the label's column first."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """The parts that every letter shares; subclasses add their own fields and name in `labels` those that must be filled.

    `worded` names those of the campaign's texts that may be absent, but not half written.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    act: ClassVar[str]
    template: ClassVar[str]
    labels: ClassVar[Mapping[str, str]] = {"place": "le lieu de signature", "dated": "la date de l’acte"}
    worded: ClassVar[Mapping[str, str]] = {
        "authority": "l’autorité qui décide (texte de la campagne)",
        "visas": "les visas (texte de la campagne)",
        "body": "le corps de la lettre (texte de la campagne)",
        "recourse": "les voies et délais de recours (texte de la campagne)",
        "copies": "les destinataires des copies (texte de la campagne)",
    }

    sender: Sender
    place: str
    dated: dt.date | None
    addressee: Addressee | None = None
    subject: str = ""
    visas: tuple[str, ...] = ()
    signature: Signature | None = None
    recourse: str = ""
    copies: tuple[str, ...] = ()

    def snapshot(self) -> Snapshot:
        return {field.name: freeze(getattr(self, field.name)) for field in dataclasses.fields(self)}

    def blanks(self) -> list[str]:
        """The French labels of what must be filled and is not, each once, in the order of the fields."""
        return list(dict.fromkeys(_blanks(self)))


@dataclass(frozen=True, kw_only=True)
class Act(Letter):
    """A numbered act (`pdf/act.html`): « Le recteur …, Vu … ; Décide : », its articles, its signature."""

    labels: ClassVar[Mapping[str, str]] = {
        "authority": "l’autorité qui décide (texte de la campagne)",
        "visas": "les visas (texte de la campagne)",
        "signature": "le signataire",
    }

    authority: str = ""
    verb: str = "Décide"


def _blanks(part: Any) -> Iterator[str]:
    if isinstance(part, tuple | list):
        for one in part:
            yield from _blanks(one)
        return
    if not dataclasses.is_dataclass(part):
        return
    labels, worded = labels_of(type(part)), labels_of(type(part), "worded")
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        label = labels.get(field.name, "")
        words = label if of_the_administration(label) else worded.get(field.name, "")
        if label and is_blank(value):
            yield label
        elif words and is_to_fill(value):
            yield words
        yield from _blanks(value)


def labels_of(part: type, named: str = "labels") -> Mapping[str, str]:
    """A subclass adds its labels to those of its bases."""
    merged: dict[str, str] = {}
    for base in reversed(part.__mro__):
        merged.update(vars(base).get(named, {}))
    return merged


def of_the_administration(label: str) -> bool:
    return label.endswith(OF_THE_ADMINISTRATION)


def is_to_fill(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return any(is_to_fill(one) for one in value)
    return isinstance(value, str) and TO_FILL in " ".join(value.casefold().split())


def is_blank(value: Any) -> bool:
    """Zero is an answer; an empty text, an empty list and nothing are not."""
    return value is None or (isinstance(value, str) and not value.strip()) or (isinstance(value, tuple | list) and not value)


def freeze(value: Any) -> Any:
    """Plain JSON that `thaw` gives back the same. TypeError for what would lose something (a float, a model)."""
    if isinstance(value, Enum):
        return freeze(value.value)
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, dt.datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, dt.date):
        return {"$date": value.isoformat()}
    if isinstance(value, tuple | list):
        return [freeze(one) for one in value]
    if isinstance(value, Mapping):
        return {str(name): freeze(one) for name, one in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: freeze(getattr(value, field.name)) for field in dataclasses.fields(value)}
    raise TypeError(f"A letter cannot keep {type(value).__name__}: {value!r}")


_THAW: dict[str, Callable[[str], Any]] = {
    "$decimal": Decimal,
    "$date": dt.date.fromisoformat,
    "$datetime": dt.datetime.fromisoformat,
}


def thaw(value: Any) -> Any:
    if isinstance(value, list):
        return [thaw(one) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, one),) = value.items()
        if name in _THAW:
            return _THAW[name](one)
    return {name: thaw(one) for name, one in value.items()}
