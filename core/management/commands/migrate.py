from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from core import upgrading


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            upgrading.check_is_whole(connections[options["database"]])
        except upgrading.StoppedHalfWay as error:
            raise CommandError(f"{error}") from error
        super().handle(*args, **options)
