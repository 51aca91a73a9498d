"""The project's addresses and, beside them, the admin that Django makes of customers without being told anything."""

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.urls import path

from config.urls import urlpatterns as ours
from customers.models import Customer

site = AdminSite("stock")
site.register(Customer, admin.ModelAdmin)
urlpatterns = [path("stock/", site.urls), *ours]
