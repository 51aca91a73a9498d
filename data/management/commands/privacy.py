from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from core.ids import as_uid
from customers.models import Contact
from data.domain.privacy import erasing, export


class Command(BaseCommand):
    help = "Hand out or erase what is kept of a contact; erase again whoever came back with a restore."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        out = actions.add_parser("export", help="write all that is kept of a contact")
        out.add_argument("contact", help="the contact's uid, or their e-mail")
        out.add_argument("file", type=Path, help="a .json or a .zip")
        away = actions.add_parser("erase", help="take a contact out everywhere; it can't be undone")
        away.add_argument("contact", help="the contact's uid, or their e-mail: then everybody with it")
        away.add_argument("--yes", action="store_true", help="do it; without, it is only said whom it would be")
        actions.add_parser("replay", help="erase again who is on the list and is back")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        if options["action"] == "replay":
            self.stdout.write(f"{erasing.replay(at=at)} contacts were back, and are erased again.")
            return
        found = _found(options["contact"])
        if options["action"] == "export":
            self._export(found, options["file"])
            return
        for contact in found:
            if options["yes"]:
                counts = erasing.erase(contact=contact, by=None, at=at).counts
                self.stdout.write(f"{contact.uid} is erased: {', '.join(f'{n} {t}' for t, n in counts.items())}.")
            else:
                self.stdout.write(f"{contact.uid}, {contact} at {contact.customer}. Erase with --yes.")

    def _export(self, found: list[Contact], file: Path) -> None:
        if len(found) > 1:
            raise CommandError(f"{len(found)} contacts have that e-mail. Name one by its uid.")
        made = export.as_zip(found[0]) if file.suffix == ".zip" else export.as_json(found[0]).encode()
        file.touch(mode=0o600)
        file.write_bytes(made)
        self.stdout.write(f"All that is kept of {found[0]} is in {file}.")


def _found(named: str) -> list[Contact]:
    uid = as_uid(named)
    which = {"uid": uid} if uid else {"email__iexact": named}
    found = list(Contact.objects.filter(**which).select_related("customer"))
    if not found:
        raise CommandError(f"There is no contact {named}.")
    return found
