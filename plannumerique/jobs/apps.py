from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "plannumerique.jobs"
    verbose_name = "Traitements par lots"
