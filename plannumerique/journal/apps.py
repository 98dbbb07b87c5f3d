from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "plannumerique.journal"
    verbose_name = "Journal"
