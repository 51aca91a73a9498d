from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DataConfig(AppConfig):
    name = "data"
    verbose_name = _("Data")

    def ready(self) -> None:
        # An app is imported before there are any models.
        from data.domain import rights

        post_migrate.connect(rights.after_migration, sender=self, dispatch_uid="data.rights")
