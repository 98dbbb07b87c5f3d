"""What the tests of settled dossiers share: payments confirmed, amounts and sentences as they are read."""

from decimal import Decimal

from subsidies.models import Payment
from subsidies.services import taking_over as services


def confirm(valideur):
    for payment in Payment.objects.under_way():
        services.confirm_past_payment(payment_id=payment.pk, actor=valideur)


def plain(sentence):
    return str(sentence).replace("\u202f", " ").replace("\u00a0", " ")


def money(*amounts):
    return tuple(Decimal(one) for one in amounts)
