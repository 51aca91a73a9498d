from typing import Any

from django.apps import apps
from django.db import models


class LoadRunQuerySet(models.QuerySet[Any]):
    def standing(self) -> "LoadRunQuerySet":
        """Without the loads of imports that were taken back."""
        imports = apps.get_model("data", "Import").objects.filter(state="undone", loaded_at__isnull=False)
        gone = imports.filter(source=models.OuterRef("source__key"), loaded_at=models.OuterRef("at"))
        return self.filter(~models.Exists(gone))
