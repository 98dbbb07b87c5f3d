"""What PostgreSQL itself refuses, plain SQL under the portal's own name included: the words in which models say it.

A trigger guards against the hand that slips and the code that forgets the passage, not against the owner of the tables,
who can always drop it.
"""

import functools
import operator
from typing import Any

import pgtrigger


def never_emptied() -> pgtrigger.Trigger:
    """TRUNCATE passes beside what a table refuses row by row."""
    return pgtrigger.Trigger(
        name="never_emptied",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
    )


def kept() -> list[pgtrigger.Trigger]:
    """Rows that nothing deletes, one by one or all at once."""
    return [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete), never_emptied()]


def append_only() -> list[pgtrigger.Trigger]:
    return [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete), never_emptied()]


def frozen(name: str, *fields: str, once: pgtrigger.Q | None = None, because: str = "") -> pgtrigger.Trigger:
    """These fields keep their values: always, or `once` the row is so, or `because` another row is (a condition in SQL)."""
    return _Refusal(name=name, operation=pgtrigger.Update, fields=fields, once=once, because=because)


def held(name: str, *, because: str) -> pgtrigger.Trigger:
    """A row that its parent holds as it is: no change, no deletion."""
    return _Refusal(name=name, operation=pgtrigger.Update | pgtrigger.Delete, because=because)


def told_in_the_journal(name: str, *fields: str, kind: str, once: pgtrigger.Q | None = None) -> pgtrigger.Trigger:
    """These fields may be corrected, by a passage: at the end of the transaction the journal holds its line."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        timing=pgtrigger.Deferred,
        condition=_changed(fields) if once is None else once & _changed(fields),
        func=f"""
            IF NOT EXISTS (
                SELECT FROM journal_journalline
                WHERE subject_kind = '{kind}' AND subject_id = NEW.id AND version = NEW.version AND recorded_at >= now()
            ) THEN
                RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table without a line of the journal', TG_TABLE_NAME;
            END IF;
            RETURN NULL;
        """,
    )


class _Refusal(pgtrigger.Trigger):
    when = pgtrigger.Before

    def __init__(
        self, *, fields: tuple[str, ...] = (), once: pgtrigger.Q | None = None, because: str = "", **kwargs: Any
    ) -> None:
        conditions = [one for one in (once, _changed(fields) if fields else None) if one is not None]
        self.because = because
        super().__init__(condition=functools.reduce(operator.and_, conditions) if conditions else None, **kwargs)

    def get_func(self, model: Any) -> str:
        refusal = f"RAISE EXCEPTION 'pgtrigger: {self.name}: cannot change rows from % table', TG_TABLE_NAME;"
        if not self.because:
            return refusal
        return f"IF {self.because} THEN {refusal} END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"


def _changed(fields: tuple[str, ...]) -> pgtrigger.Q:
    changes = [pgtrigger.Q(**{f"old__{field}__df": pgtrigger.F(f"new__{field}")}) for field in fields]
    return functools.reduce(operator.or_, changes)


def one_of(states: Any) -> str:
    """For a condition in SQL: 'paid', 'closed'."""
    return ", ".join(f"'{state.value}'" for state in states)
