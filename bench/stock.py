"""The project's addresses and, beside them, the admin that Django makes of customers without being told anything;
``narrowing/`` is the same admin, told what it may be searched and filtered by."""

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.urls import path

from config.urls import urlpatterns as ours
from customers.models import Customer


class Narrowing(admin.ModelAdmin[Customer]):
    search_fields = ["name", "domain"]
    list_filter = ["industry", "standing__band"]


site, narrowing = AdminSite("stock"), AdminSite("narrowing")
site.register(Customer, admin.ModelAdmin)
narrowing.register(Customer, Narrowing)
urlpatterns = [path("stock/", site.urls), path("narrowing/", narrowing.urls), *ours]
