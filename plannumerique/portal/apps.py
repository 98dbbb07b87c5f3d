from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "plannumerique.portal"
    verbose_name = "Portail"
