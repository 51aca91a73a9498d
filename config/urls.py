from django.contrib import admin
from django.urls import include, path

from config import health

urlpatterns = [
    path("", include("core.urls")),
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
]
