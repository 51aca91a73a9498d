"""The very first person: whoever holds the link that the installation prints, while there is nobody yet."""

from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.domain import users
from accounts.models import Role, User
from data.domain.setup import company


class NotOpen(Exception):
    """There are people already, or the link is not ours."""


def token() -> str:
    """What stands in the link. It opens nothing once there is a user."""
    return salted_hmac("data.setup.first", settings.SECRET_KEY, algorithm="sha256").hexdigest()[:40]


def is_open() -> bool:
    return not User.objects.exists()


@transaction.atomic
def begin(*, given: str, email: str, name: str, password: str, at: datetime, **about: str) -> User:
    """Make the first administrator, and say whose installation this is: ``company_name``, ``time_zone``, ``currency``.

    Raises NotOpen, and ValidationError by field.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('first user'))")
    if not is_open() or not constant_time_compare(given, token()):
        raise NotOpen
    made = users.create(email=email, name=name, role=Role.ADMINISTRATOR, password=password, at=at)
    company.settle(name=about["company_name"], time_zone=about["time_zone"], currency=about["currency"])
    return made
