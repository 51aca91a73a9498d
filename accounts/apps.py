from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from core import secrets


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        # An app is imported before there are any models.
        from accounts.domain import factors
        from accounts.domain.audit import triggers

        post_migrate.connect(triggers.after_migration, sender=self, dispatch_uid="accounts.audit")
        secrets.rotates(factors.renew)
