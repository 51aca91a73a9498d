from django.db.models import Model
from django.http import HttpRequest

from core.seen import SeenAdmin


class SingleRowAdmin(SeenAdmin):
    """The one row of a table: added while there is none, changed afterwards, never deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only its own pages ask the database: the menu of every other page would, too."""
        asked = request.resolver_match.url_name if request.resolver_match else ""
        own = (asked or "").startswith(f"{self.opts.app_label}_{self.opts.model_name}_")
        return own and super().has_add_permission(request) and not self.model.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
