import re
from typing import Any

from django.db import migrations


def fill_from_the_campaigns(apps: Any, schema_editor: Any) -> None:
    """The latest campaign of each académie says what its acts mention."""
    campaigns = apps.get_model("projects", "Campaign").objects.order_by("academie", "year", "pk").select_related("academie")
    for campaign in campaigns:
        academie = campaign.academie
        texts = list(campaign.texts.values_list("act", "slot", "text"))
        authority = next((text for act, slot, text in texts if (act, slot) == ("decision", "authority")), "")
        academie.head = "la rectrice" if authority.casefold().startswith("la rectrice") else "le recteur"
        academie.tribunal, academie.comptable = campaign.tribunal, campaign.comptable
        academie.tribunal_address = _address(campaign.tribunal, texts) or academie.tribunal_address
        academie.save(update_fields=["head", "tribunal", "tribunal_address", "comptable"])
        # The académie says it from now on; another wording is the campaign's own.
        campaign.texts.filter(act="decision", slot="authority", text=_authority(academie)).delete()


def _address(tribunal: str, texts: list[tuple[str, str, str]]) -> str:
    """As the templates worded it: after the tribunal, before the delay."""
    worded = re.compile(rf"{re.escape(tribunal)}, (.{{1,200}}?), dans un délai")
    found = [match[1] for _, slot, text in texts if slot == "recourse" and (match := worded.search(text))]
    return found[0] if found else ""


def word_the_authority(apps: Any, schema_editor: Any) -> None:
    for campaign in apps.get_model("projects", "Campaign").objects.select_related("academie"):
        campaign.texts.get_or_create(act="decision", slot="authority", defaults={"text": _authority(campaign.academie)})


def _authority(academie: Any) -> str:
    head = academie.head or "le recteur"
    return f"{head[:1].upper()}{head[1:]} de l’académie de {academie.name}"


class Migration(migrations.Migration):
    dependencies = [("projects", "0006_taking_over"), ("organisations", "0003_academie_mentions")]

    operations = [migrations.RunPython(fill_from_the_campaigns, word_the_authority)]
