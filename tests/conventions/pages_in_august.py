"""What the tests of the pages of conventions share: a day of August 2016, a person, her page."""

import datetime as dt
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from conventions.models import Convention
from plannumerique.organisations.enums import Role
from tests.factories import actor_for
from tests.factories_conventions import PARIS

NOW = dt.datetime(2016, 8, 20, 10, 0, tzinfo=PARIS)


def log_in(client, role, organisation):
    user = actor_for(role, organisation, at=NOW).user
    client.force_login(user)
    return user


def as_dane(client, convention, role=Role.AGENT_DANE):
    return log_in(client, role, convention.campaign.academie)


def as_editor(client, convention):
    return log_in(client, Role.EDITEUR, convention.dossier.collectivite)


def plain(answer):
    return answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ").replace("&nbsp;", " ")


def url(name, convention, *more):
    return reverse(f"conventions:{name}", args=[convention.pk, *more])


def scan(name="exemple.png"):
    picture = io.BytesIO()
    Image.new("RGB", (4, 4), "white").save(picture, "PNG")
    return SimpleUploadedFile(name, picture.getvalue(), content_type="image/png")


def fresh(convention):
    return Convention.objects.select_related(*Convention.passage_related).get(pk=convention.pk)
