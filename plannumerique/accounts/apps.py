from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "plannumerique.accounts"
    verbose_name = "Comptes"
