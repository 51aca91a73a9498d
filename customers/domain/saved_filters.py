from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from customers.models import SavedFilter
from customers.rules import parse


@transaction.atomic
def save(*, name: str, rule: Any, author: User, team: Team | None = None) -> SavedFilter:
    """Keep a rule under a name, for its author or for a whole team.

    Raises RuleError for a rule that can't be read or speaks of what its author may not see, ValidationError for an
    empty name or one that is taken.
    """
    if not name.strip():
        raise ValidationError({"name": _("Give the filter a name.")})
    parse(rule, user=author)
    try:
        with transaction.atomic():
            return SavedFilter.objects.create(name=name.strip(), rule=rule, author=author, team=team)
    except IntegrityError as error:
        raise ValidationError({"name": _("There is a filter “%(name)s” already.") % {"name": name}}) from error


def delete(*, saved: SavedFilter) -> None:
    saved.delete()
