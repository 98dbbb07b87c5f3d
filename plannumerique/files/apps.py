from importlib import import_module

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "plannumerique.files"
    verbose_name = "Pièces et documents"

    def ready(self) -> None:
        import_module("plannumerique.files.checks")
