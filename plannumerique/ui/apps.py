from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "plannumerique.ui"
    verbose_name = "Interface"

    def ready(self) -> None:
        from plannumerique import checks  # noqa: F401  # registers them
