from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.management.base import BaseCommand

from accounts.models import User
from data.demo.staff import DOMAIN, PASSWORD


class Command(BaseCommand):
    help = "Print how to sign in to the demo: e-mail, password, role; one of each role, or all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="everyone, not one of each role")

    def handle(self, *args: Any, **options: Any) -> None:
        seen: set[str] = set()
        for user in User.objects.filter(email__endswith=f"@{DOMAIN}", is_active=True).order_by("id"):
            if (options["all"] or user.role not in seen) and check_password(PASSWORD, user.password):
                seen.add(user.role)
                self.stdout.write(f"{user.email:28} {PASSWORD:16} {user.get_role_display()}")
