from django.urls import path

from core import views

app_name = "core"

urlpatterns = [
    path("styleguide/", views.styleguide, name="styleguide"),
    path("styleguide/figure/", views.styleguide_figure, name="styleguide-figure"),
    path("search/", views.search, name="search"),
    path("appearance/", views.appearance, name="appearance"),
]
