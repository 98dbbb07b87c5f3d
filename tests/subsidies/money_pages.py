"""What the tests of the pages of the money share: a day of September 2016, a person, her page."""

import datetime as dt

from django.urls import reverse

from tests.factories_subsidies import actor_of

ON = dt.date(2016, 9, 23)


def log_in(client, row, role):
    user = actor_of(row, role, on=ON).user
    client.force_login(user)
    return user


def page_of(name, row):
    return reverse(f"subsidies:{name}", args=[row.pk])


def words_of(answer):
    return " ".join(answer.content.decode().replace("\xa0", " ").replace("\u202f", " ").split())
