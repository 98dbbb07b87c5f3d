from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demonstration import accounts
from plannumerique import clock


class Command(BaseCommand):
    help = "Imprime un compte de la démonstration par rôle ; la page de connexion les ouvre tous d’un clic, sans mot de passe."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.PORTAL_DEMO:
            raise CommandError("Ces comptes n’existent que dans une démonstration (PORTAL_DEMO=1).")
        found = [(group.label, group.accounts[0]) for group in accounts.accounts_by_role(on=clock.today())]
        if not found:
            raise CommandError("Aucun compte de démonstration : jouez d’abord « manage.py play_demo ».")
        widest = max(len(account.user.email) for _, account in found)
        self.stdout.write("Un compte par rôle, sans mot de passe (page de connexion, « Entrer dans la démonstration ») :")
        for label, account in found:
            self.stdout.write(f"  {account.user.email:{widest}}  {label}, {account.place}")
