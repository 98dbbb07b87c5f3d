from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "plannumerique.organisations"
    verbose_name = "Organisations"
