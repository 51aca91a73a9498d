"""Who meets a rule by their latest values: how many, some of them, and who fails by one condition only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Any

from django.core.cache import cache
from django.db.models import BooleanField, Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.lookups import Exact
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from customers.models import Customer, Merge
from customers.querysets import CustomerQuerySet
from customers.registry import Type
from customers.rules import Condition, Group, Not, Rule, Saved, to_q
from customers.rules.fields import Field
from customers.rules.lists import EVERYBODY, NOBODY
from customers.rules.ops import Kind
from customers.rules.tree import Node
from customers.rules.words import said

SOME, LAST = 5, 60


@dataclass(frozen=True, slots=True)
class Miss:
    """A customer whom one condition keeps out, with what they have instead."""

    customer: Customer
    why: str


@dataclass(frozen=True, slots=True)
class Fitting:
    """``count`` of the ``of`` customers that one sees meet the rule; ``some`` of them have the most MRR."""

    count: int
    of: int
    some: list[Customer]


def customers_of(user: User) -> QuerySet[Customer]:
    """The customers that the list shows to ``user``."""
    return _with_merged(user).current()


def _with_merged(user: User) -> CustomerQuerySet:
    return Customer.objects.visible_to(user).filter(archived_on=None, standing__isnull=False)


def fitting(rule: Rule, *, user: User, day: date) -> Fitting:
    met = to_q(rule, day)
    some = list(_largest(customers_of(user).filter(met))[:SOME])
    key = f"customers.seen:{user.pk}:{user.role}"
    of = cache.get_or_set(key, lambda: _count(user, EVERYBODY), LAST) or 0
    return Fitting(_count(user, met) if some else 0, of, some)


def _count(user: User, met: Q) -> int:
    """How many of ``customers_of``. Merged customers are few: to count them too and take them away again is less work
    than to look for each of thousands among them."""
    rows = _with_merged(user).filter(met).order_by()
    return rows.count() - rows.filter(pk__in=Merge.objects.open().values("from_customer")).count()


def near(rule: Rule, *, user: User, day: date) -> list[Miss]:
    """The largest customers that miss the rule by one condition, each with the first one that keeps them out."""
    leaves = list(_leaves(rule.root))
    rows = customers_of(user).filter(_near(rule.root, day))
    marked = rows.annotate(**{f"leaf_{n}": _truth(leaf, day) for n, leaf in enumerate(leaves)})
    return [Miss(one, _why(one, rule.root, leaves)) for one in _largest(marked)[:SOME]]


def _largest(rows: QuerySet[Customer]) -> QuerySet[Customer]:
    return rows.select_related("standing", "owner").order_by("-standing__mrr", "pk")


def _leaves(node: Node) -> Iterator[Condition]:
    match node:
        case Condition():
            yield node
        case Not(part) | Saved(_, _, part):
            yield from _leaves(part)
        case Group(_, parts):
            for part in parts:
                yield from _leaves(part)


def _near(node: Node, day: date) -> Q:
    """Not met, but met if one condition in it were the other way round."""
    match node:
        case Not(part):
            return _far(part, day)
        case Saved(_, _, part):
            return _near(part, day)
        case Group(True, parts):
            return reduce(
                and_, (_met(one, day) | _near(one, day) for one in _groups(parts)), _one(parts, day, met=False)
            )
        case Group(_, parts):
            return _unmet(node, day) & _some(_near, parts, day)
        case _:
            return _unmet(node, day)


def _far(node: Node, day: date) -> Q:
    """Met, but not if one condition in it were the other way round."""
    match node:
        case Not(part):
            return _near(part, day)
        case Saved(_, _, part):
            return _far(part, day)
        case Group(True, parts):
            return _met(node, day) & _some(_far, parts, day)
        case Group(_, parts):
            return reduce(
                and_, (_unmet(one, day) | _far(one, day) for one in _groups(parts)), _one(parts, day, met=True)
            )
        case _:
            return _met(node, day)


def _some(how: Any, parts: tuple[Node, ...], day: date) -> Q:
    """For parts that are all met, or all not: that one of them can be turned by one condition; a condition can."""
    if len(_groups(parts)) < len(parts):
        return EVERYBODY
    return reduce(or_, (how(one, day) for one in parts), NOBODY)


def _groups(parts: tuple[Node, ...]) -> list[Node]:
    return [one for one in parts if not isinstance(one, Condition)]


def _one(parts: tuple[Node, ...], day: date, *, met: bool) -> Q:
    """That exactly one of the parts is met, or exactly one is not."""
    if not parts:
        return NOBODY
    counted: list[Any] = [
        Case(When(_met(one, day), then=Value(int(met))), default=Value(int(not met)), output_field=IntegerField())
        for one in parts
    ]
    return Q(Exact(reduce(lambda left, right: left + right, counted), Value(1)))


def _met(node: Node, day: date) -> Q:
    return to_q(Rule(node, {}), day)


def _unmet(node: Node, day: date) -> Q:
    return to_q(Rule(Not(node), {}), day)


def _truth(node: Node, day: date) -> Case:
    return Case(When(_met(node, day), then=Value(True)), default=Value(False), output_field=BooleanField())


def _why(customer: Customer, root: Node, leaves: list[Condition]) -> str:
    truths = [bool(getattr(customer, f"leaf_{n}")) for n in range(len(leaves))]
    for n, leaf in enumerate(leaves):
        turned = [truth != (n == place) for place, truth in enumerate(truths)]
        if _holds(root, iter(turned)):
            return _instead(leaf.field, _value(customer, leaf.field))
    return ""


def _holds(node: Node, truths: Iterator[bool]) -> bool:
    match node:
        case Not(part):
            return not _holds(part, truths)
        case Saved(_, _, part):
            return _holds(part, truths)
        case Group(every, parts):
            found = [_holds(part, truths) for part in parts]
            return all(found) if every else any(found)
        case _:
            return next(truths)


def _instead(field: Field, value: Any) -> str:
    label = capfirst(str(field.label))
    if value is None:
        return _("%(what)s is not known") % {"what": label}
    return _("%(what)s is %(value)s") % {"what": label, "value": said(field, value)}


def _value(customer: Customer, field: Field) -> Any:
    """What the customer has there, typed as a rule types it; None where it is not known."""
    if field.measure:
        found = customer.standing.measured.get(field.name)
    elif field.attribute and field.attribute.own:
        found = customer.attributes.get(field.name)
    else:
        found = getattr(customer, field.name)
    if found is None or found == "":
        return None
    if field.kind == Kind.NUMBER:
        share = field.measure and field.measure.type == Type.SHARE
        return round(float(found), 3 if share else 2)
    if field.kind == Kind.DATE:
        return date.fromisoformat(str(found))
    return found if isinstance(found, bool) else str(found)
