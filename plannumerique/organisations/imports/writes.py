"""Writing many rows at once: only what is new or different, in one statement per batch."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")

BATCH = 2000


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def changes(row: models.Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that differ from the row's. What the file does not know is not among `values`, and so is never erased."""
    return {name: value for name, value in values.items() if getattr(row, name) != value}


def write(model: type[M], *, created: Sequence[M], changed: Sequence[M], key: str, fields: Sequence[str]) -> None:
    """Insert the new rows, and put back the changed ones whole: an upsert on `key` takes a tenth of the time of bulk_update."""
    if created:
        model._default_manager.bulk_create(created, batch_size=BATCH)
    if changed:
        model._default_manager.bulk_create(
            changed, batch_size=BATCH, update_conflicts=True, unique_fields=[key], update_fields=list(fields)
        )


def too_long(model: type[models.Model], values: Mapping[str, Any]) -> str:
    """The label and the limit of the first text that its column cannot hold; empty when all fit."""
    for name, value in values.items():
        limit = getattr(model._meta.get_field(name), "max_length", None)
        if limit and isinstance(value, str) and len(value) > limit:
            return f"{model._meta.get_field(name).verbose_name} de {len(value)} signes, {limit} au plus"  # type: ignore[union-attr]
    return ""
