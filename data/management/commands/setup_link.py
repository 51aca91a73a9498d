from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse
from django.utils.translation import gettext as _

from data.domain.setup import first


class Command(BaseCommand):
    help = "Print the address where the first administrator begins; nothing once there is a user."

    def handle(self, *args: Any, **options: Any) -> None:
        if first.is_open():
            self.stdout.write(str(_("Nobody can sign in yet. The first administrator begins here:")))
            self.stdout.write(settings.SITE_URL + reverse("data:setup-begin", args=[first.token()]))
