"""A filter and a column bear one word in every list: the kept views follow."""

from django.db import migrations
from django.http import QueryDict

# For each list: the parameters that changed their name, and the columns by which it was sorted (« tri »).
_STATE = {"state": "etat"}
PARAMETERS = {
    "projects:applications": _STATE,
    "subsidies:subsidies": {**_STATE, "held": "suspendues"},
    "subsidies:orders": _STATE,
    "subsidies:payments": {**_STATE, "kind": "nature"},
    "subsidies:grants": _STATE,
}
COLUMNS = {"conventions:conventions": {"montant": "maximum"}, "subsidies:orders": {"montant": "ttc"}}


def renamed(listing, query, *, parameters, columns):
    old, new = QueryDict(query), QueryDict(mutable=True)
    for name, values in old.lists():
        for value in values:
            bare = value.removeprefix("-")
            if name == "tri" and bare in columns.get(listing, {}):
                value = value.replace(bare, columns[listing][bare])
            new.appendlist(parameters.get(listing, {}).get(name, name), value)
    return new.urlencode()


def forward(apps, schema_editor):
    rename(apps, PARAMETERS, COLUMNS)


def backward(apps, schema_editor):
    rename(apps, {key: inverted(names) for key, names in PARAMETERS.items()}, {key: inverted(names) for key, names in COLUMNS.items()})


def inverted(names):
    return {new: old for old, new in names.items()}


def rename(apps, parameters, columns):
    for view in apps.get_model("portal", "SavedView").objects.filter(listing__in={*parameters, *columns}):
        query = renamed(view.listing, view.query, parameters=parameters, columns=columns)
        if query != view.query:
            view.query = query
            view.save(update_fields=["query"])


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_saved_views")]

    operations = [migrations.RunPython(forward, backward)]
