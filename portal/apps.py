from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Portail"

    def ready(self) -> None:
        # The acts read the models, which are there only now.
        from portal import jobs

        jobs.declare_all()
