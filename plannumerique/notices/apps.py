from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "plannumerique.notices"
    verbose_name = "Courriels"
