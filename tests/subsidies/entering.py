"""Invoices entered in October, by the éditeur of the collectivité."""

import datetime as dt

from plannumerique.organisations.enums import Role
from subsidies.services import invoices
from tests.factories_statement import a_line, an_invoice, classes_of
from tests.factories_subsidies import actor_of

OCTOBER = dt.date(2016, 10, 10)


def editor_of(subsidy):
    return actor_of(subsidy, Role.EDITEUR, on=OCTOBER)


def enter(subsidy, actor=None, *, lines=None, copy=None, **printed):
    actor = actor or editor_of(subsidy)
    lines = [a_line(classes_of(subsidy)[0])] if lines is None else lines
    return invoices.enter_invoice(subsidy=subsidy, actor=actor, content=an_invoice(**printed), lines=lines, copy=copy)
