import uuid

from django.db import transaction

from plannumerique.files.models import StoredFile
from plannumerique.files.services import attach
from plannumerique.journal.models import Thread
from plannumerique.messages import services as messages
from plannumerique.messages.enums import Audience
from plannumerique.messages.models import Message
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.models import School
from portal.conversation.notices import tell
from projects.models import Dossier


def post(
    *,
    dossier: Dossier,
    audience: Audience,
    text: str,
    sending: uuid.UUID,
    actor: Actor,
    school: School | None = None,
    attachment: StoredFile | None = None,
) -> Message:
    """Write a message with its file, and the mails that tell of it. The same form sent twice gives back the first message.

    `sending` comes with the form. The key is made of it and of what the form holds: whoever goes back to a page already sent and
    writes something else on it sends something else.
    """
    content = "\n".join([audience, str(school.pk) if school else "", attachment.sha256 if attachment else "", text])
    key = uuid.uuid5(sending, content)
    with transaction.atomic():
        Thread.objects.select_for_update().get(pk=dossier.thread_id)
        earlier = messages.sent_with(key, thread=dossier.thread, actor=actor)
        if earlier is not None:
            return earlier
        with messages.writing(
            thread=dossier.thread, audience=audience, school=school, text=text, key=key, actor=actor
        ) as message:
            if attachment is not None:
                message.attachment = attach(attachment, actor=actor)
        tell(message, dossier, actor=actor)
    return message
