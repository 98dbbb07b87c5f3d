import datetime as dt

from celery import shared_task

from plannumerique.notices.delivery import deliver


@shared_task(ignore_result=True)
def send_mail(mail_id: int, at: str) -> None:
    """Safe to repeat: a mail that has left is not sent again. `at`, the portal's instant, is written as its departure."""
    deliver(mail_id, at=dt.datetime.fromisoformat(at))
