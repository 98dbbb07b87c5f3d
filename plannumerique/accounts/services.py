"""Opening an account and letting its owner choose a password: always by a link sent to her address, never by a third person."""

import logging

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from plannumerique.accounts.models import User
from plannumerique.lib.text import typeset

logger = logging.getLogger(__name__)

_SUBJECT = "Objet : "


def create_account(*, email: str, first_name: str, last_name: str, phone: str = "") -> User:
    """An account without a password: nobody enters it before its owner has followed an invitation."""
    return User.objects.create_user(email, None, first_name=first_name, last_name=last_name, phone=phone)


def invitation_link(user: User) -> str:
    """The address at which the person chooses her first password; it dies once used, or after PASSWORD_RESET_TIMEOUT."""
    return _link("accounts:invitation", user)


def send_invitation(user: User) -> bool:
    return _send("accounts/email/invitation.txt", user, link=invitation_link(user))


def send_password_reset(user: User) -> bool:
    """To a person who never chose a password, the invitation again: hers has usually expired."""
    if not user.has_usable_password():
        return send_invitation(user)
    return _send("accounts/email/password_reset.txt", user, link=_link("accounts:password_reset_confirm", user))


def _link(name: str, user: User) -> str:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return settings.PORTAL_URL + reverse(name, args=[uid, default_token_generator.make_token(user)])


def _send(template: str, user: User, *, link: str) -> bool:
    """False when the mail could not leave. The caller must not show it to a visitor: it would tell which accounts exist."""
    context = {"user": user, "link": link, "SITE_CONFIG": settings.SITE_CONFIG, "days": settings.PASSWORD_RESET_TIMEOUT // 86400}
    subject, _, body = render_to_string(template, context).strip().partition("\n")
    subject, body = typeset(subject.removeprefix(_SUBJECT)), typeset(body.strip("\n"))
    message = EmailMultiAlternatives(subject, body + "\n", to=[user.email])
    # The same words twice: what the text says line by line, the HTML says by paragraphs.
    words = {**context, "subject": subject, "sentences": body.split("\n\n")}
    message.attach_alternative(render_to_string("accounts/email/account.html", words), "text/html")
    try:
        message.send()
    except OSError:  # SMTPException is one
        logger.exception("The account mail %s could not be sent to user %s", template, user.pk)
        return False
    return True
