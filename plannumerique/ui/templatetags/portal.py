"""What every template loads: `{% load portal %}`."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.safestring import SafeString

from plannumerique.lib import dates, identifiers, money, text
from plannumerique.ui.pieces import Badge, NavEntry, Navigation, Tone

register = template.Library()

_BADGE_CLASSES = {
    Tone.NEUTRAL: "",
    Tone.INFO: "fr-badge--info",
    Tone.SUCCESS: "fr-badge--success",
    Tone.WARNING: "fr-badge--warning",
    Tone.ERROR: "fr-badge--error",
}
NOTHING = "–"
_LAST_DAYS = 7


# --- Filters ---


@register.filter
def euros(value: Decimal | int | None) -> str:
    return NOTHING if value is None else money.euros(value)


@register.filter
def percentage(value: Decimal) -> str:
    return money.percentage(value)


@register.filter
def long_date(value: dt.date | dt.datetime | None) -> str:
    return NOTHING if value is None else dates.long_date(_day(value))


@register.filter
def plain_date(value: dt.date | dt.datetime | None) -> str:
    return NOTHING if value is None else dates.plain_date(_day(value))


@register.filter
def short_date(value: dt.date | dt.datetime | None) -> str:
    return NOTHING if value is None else dates.short_date(_day(value))


@register.filter
def clock_time(value: dt.datetime) -> str:
    return dates.clock_time(timezone.localtime(value))


@register.filter
def days_left(limit: dt.date, today: dt.date) -> str:
    """`{{ limit|days_left:today }}`; `today`, the portal's date, is in every page's context."""
    return text.typeset(dates.days_left(limit, today=today))


@register.filter
def fr(value: str) -> str:
    """French spaces in a plain text."""
    return text.typeset(str(value))


@register.filter
def counted(count: int, words: str) -> str:
    """`{{ total|counted:"école" }}`, `{{ total|counted:"dossier retenu,dossiers retenus" }}`: the count and its word."""
    one, _, many = words.partition(",")
    return text.plural(count, one=one, many=many or None)


@register.filter
def spaced(number: str) -> str:
    """A SIREN, SIRET or IBAN by groups, as people read it."""
    return identifiers.spaced_iban(number) if number[:2].isalpha() else identifiers.spaced_siren(number)


# --- Tags ---


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """One field with its label, hint and errors: `{% field form.amount %}`."""
    return bound.as_field_group()


@register.inclusion_tag("ui/_badge.html")
def badge(label: Badge | str, tone: str = Tone.NEUTRAL) -> dict[str, Any]:
    """`{% badge row.badge %}` or `{% badge row.get_state_display "success" %}`."""
    shown = label if isinstance(label, Badge) else Badge(str(label), Tone(tone))
    return {"label": shown.label, "css": _BADGE_CLASSES[shown.tone]}


@register.inclusion_tag("ui/_badge.html")
def time_left(limit: dt.date, today: dt.date) -> dict[str, Any]:
    """`{% time_left line.due today %}`: the days left to a last day in time, orange in the last week, red once it is passed."""
    days = (limit - today).days
    tone = Tone.ERROR if days < 0 else Tone.WARNING if days <= _LAST_DAYS else Tone.NEUTRAL
    return badge(Badge(days_left(limit, today), tone))


@register.simple_tag
def tone_class(tone: Tone, prefix: str) -> str:
    return "" if tone == Tone.NEUTRAL else f"{prefix}{tone}"


@register.simple_tag
def current_entry(navigation: Navigation, path: str) -> NavEntry | None:
    return navigation.entry_at(path)


@register.inclusion_tag("ui/_breadcrumb.html")
def breadcrumb(*parts: str) -> dict[str, Any]:
    """`{% breadcrumb "Dossiers" dossiers_url dossier.title %}`: label and address by turns, the page itself last."""
    *links, current = parts
    return {"links": list(zip(links[::2], links[1::2], strict=True)), "current": current}


def _day(value: dt.date | dt.datetime) -> dt.date:
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value
