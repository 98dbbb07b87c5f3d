"""What the shared pieces of a page are made of: the rooms above build these, the templates of `ui/` show them."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Tone(StrEnum):
    """The five colours of the portal; a colour never says anything that the words beside it do not say."""

    NEUTRAL = "neutral"
    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Badge:
    label: str
    tone: Tone = Tone.NEUTRAL


# --- Around the page ---


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A link of the menu; with children it opens them instead. `count` is what waits behind it."""

    label: str
    url: str = ""
    count: int = 0
    children: tuple["NavEntry", ...] = ()

    def nearness(self, path: str) -> int:
        """How much of the path this entry, or one under it, leads to; the home page holds nothing but itself."""
        holds = path == self.url or (self.url not in ("", "/") and path.startswith(self.url))
        return max([len(self.url) if holds else 0, *(child.nearness(path) for child in self.children)])


@dataclass(frozen=True, slots=True)
class Navigation:
    """What surrounds every page: the menu, the links of the footer, those of the demonstration's banner."""

    entries: tuple[NavEntry, ...] = ()
    footer: tuple[NavEntry, ...] = ()
    banner: tuple[NavEntry, ...] = ()

    def entry_at(self, path: str) -> NavEntry | None:
        """The entry of the menu that the page stands under: the one whose address is the longest of those that begin its own."""
        nearest = max(self.entries, key=lambda entry: entry.nearness(path), default=None)
        return nearest if nearest and nearest.nearness(path) else None


# --- Inside the page ---


class StepState(StrEnum):
    DONE = "done"
    CURRENT = "current"
    TODO = "todo"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    state: StepState = StepState.TODO
    on: dt.date | None = None
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A value before and after, already in words."""

    label: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a timeline: `actor` is the subject of `label`, « a notifié la décision »."""

    label: str
    at: dt.datetime
    actor: str = ""
    role: str = ""
    subject: str = ""
    comment: str = ""
    changes: tuple[Change, ...] = ()
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class AmountLine:
    """A line of an amount unfolded; `amount` None shows the words of `note` alone, `share` (0 to 100) draws a bar under it."""

    label: str
    amount: Decimal | None = None
    note: str = ""
    strong: bool = False
    share: int | None = None


@dataclass(frozen=True, slots=True)
class Amounts:
    """An amount and the lines that explain it, in reading order."""

    label: str
    amount: Decimal | None
    lines: tuple[AmountLine, ...] = ()
    note: str = ""
    unfolded: bool = False


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """A document of a dossier; without `url` it is only announced (being rendered, or awaited)."""

    label: str
    url: str = ""
    kind: str = ""
    number: str = ""
    on: dt.date | None = None
    badge: Badge | None = None
    note: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A button of a page, or, when something stands in the way, the same button shut with the reasons under it.

    `method` "get" leads to a page; "post" acts at once, and then `seen` is the version of the row that the page shows.
    """

    label: str
    url: str = ""
    obstacles: tuple[str, ...] = ()
    hint: str = ""
    primary: bool = False
    method: str = "get"
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value, in words; `amount` and `on` are written as amounts and dates are everywhere."""

    label: str
    value: str = ""
    amount: Decimal | None = None
    on: dt.date | None = None
    note: str = ""
    url: str = ""
    badge: Badge | None = None


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty list says: why it is empty and what to do about it."""

    sentence: str
    hint: str = ""
    url: str = ""
    action: str = field(default="")
