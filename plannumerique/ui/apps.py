from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "plannumerique.ui"
    verbose_name = "Interface"
