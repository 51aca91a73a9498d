from django.contrib import admin
from django.urls import include, path

from config import health, views

urlpatterns = [
    path("", include("core.urls")),
    path("", include("desk.urls")),
    path("favicon.ico", views.favicon),
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
]
