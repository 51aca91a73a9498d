from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        post_migrate.connect(_give_places, sender=self)


def _give_places(**_about: Any) -> None:
    # An app is imported before there are any models.
    from customers.models.measured import places
    from customers.registry import MEASURES

    places(MEASURES)
