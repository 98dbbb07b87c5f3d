from django.apps import AppConfig
from django.core.checks import register


class FilesConfig(AppConfig):
    name = "plannumerique.files"
    verbose_name = "Pièces et documents"

    def ready(self) -> None:
        # The check reads the models, which are there only now.
        from plannumerique.files.checks import letters_are_laid_out_quickly

        register(letters_are_laid_out_quickly)
