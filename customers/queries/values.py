"""What values an attribute of text has among the customers that somebody sees: what a form offers to choose from."""

from django.core.cache import cache
from django.db.models import F
from django.db.models.fields.json import KT

from accounts.models import User
from customers.models import Customer
from customers.queries.attributes import Field, Kind

MOST, LAST = 60, 300


def values_of(field: Field, user: User | None) -> list[str]:
    """The values, sorted; none where there are more than 60: then one types. Minutes old at most."""
    if field.kind != Kind.TEXT or field.key in ("name", "domain"):
        return []
    scope = "all" if user is None or user.sees_everything else f"{user.role}:{_teams(user)}"
    return cache.get_or_set(f"customers.values:{field.key}:{scope}", lambda: _values(field, user), LAST) or []


def _teams(user: User) -> str:
    return ",".join(str(pk) for pk in sorted(user.teams.values_list("pk", flat=True)))


def _values(field: Field, user: User | None) -> list[str]:
    rows = Customer.objects.all() if user is None else Customer.objects.visible_to(user)
    source = KT(f"attributes__{field.key}") if field.own else F(field.key)
    named = rows.current().order_by().annotate(said=source).values_list("said", flat=True)
    found = [str(one) for one in named.distinct()[: MOST + 2] if one]
    return sorted(found, key=str.lower) if len(found) <= MOST else []
