from zoneinfo import available_timezones

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.facts import Fact
from core.models import Company


@transaction.atomic
def change(*, name: str, time_zone: str) -> Company:
    """Name the company and set the zone that decides every day. Raises what ``check`` raises."""
    check(time_zone=time_zone)
    company = Company.current()
    company.name, company.time_zone = name, time_zone
    company.save()
    return company


def check(*, time_zone: str) -> None:
    """Raises ValidationError by field: for a zone that isn't one, and for another zone once there are facts, since
    every day of them was decided by the old one.
    """
    if time_zone not in available_timezones():
        raise ValidationError({"time_zone": _("There is no time zone “%(zone)s”.") % {"zone": time_zone}})
    if time_zone != Company.current().time_zone and has_facts():
        raise ValidationError(
            {"time_zone": _("The time zone is fixed: the days of all that was recorded so far were decided by it.")}
        )


def has_facts() -> bool:
    """Whether anything dated was ever recorded."""
    tables = (model for model in apps.get_models() if issubclass(model, Fact))
    return any(model._default_manager.exists() for model in tables)
