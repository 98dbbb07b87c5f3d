from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "plannumerique.messages"
    label = "conversation"  # Django's own flash messages are called « messages » already
    verbose_name = "Messages"
