from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from config import health, metrics, views

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.index_title = _("Settings")

urlpatterns = [
    path("", include("core.urls")),
    path("", include("desk.urls")),
    path("", include("customers.urls")),
    path("", include("churn.urls")),
    path("", include("subscriptions.urls")),
    path("", include("usage.urls")),
    path("", include("data.urls")),
    path("", include("health.urls")),
    path("", include("surveys.urls")),
    path("", include("playbooks.urls")),
    path("favicon.ico", views.favicon),
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("api/v1/", include("config.api")),
    path("audit/", include("accounts.audit.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("accounts.urls")),
]

handler400 = views.bad_request
handler404 = views.not_found
handler500 = views.server_error
