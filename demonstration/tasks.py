from celery import shared_task

from demonstration import journey


@shared_task(ignore_result=True)
def play_asked_stops() -> None:
    """Play the demonstration as far as visitors have asked."""
    journey.play_asked_stops()
