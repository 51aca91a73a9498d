"""The lists of the money pages to take away: the names of the columns, then a row for each line of the list."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from customers.models import Customer
from subscriptions.models import Cost
from subscriptions.queries.attention import Group
from subscriptions.queries.calendar import Due
from subscriptions.queries.collections import Case, Unpaid
from subscriptions.queries.committed import Scheduled
from subscriptions.queries.saved import Kept
from subscriptions.queries.shown import Shown

Rows = Iterable[Sequence[Any]]


def of_renewals(rows: Iterable[Due], shown: Shown) -> Rows:
    """MRR in the currency of the contract, and in the reporting currency at the last known rate."""
    own, ours = _("%(what)s of the contract"), _("%(what)s in %(currency)s")
    said = {"what": shown.word, "currency": shown.currency}
    yield [
        _("Customer"),
        _("State"),
        _("Term ends"),
        _("Last day of notice"),
        _("Renews by itself"),
        _("Owner"),
        own % said,
        _("Currency"),
        ours % said,
    ]
    for row in rows:
        due = row.renewal
        by_itself = {None: _("not known"), True: _("yes"), False: _("no")}[due.auto_renews]
        terms = [due.term_ends_on, due.notice_on, by_itself, row.customer.owner]
        yield [row.customer.name, row.label, *terms, shown.amount(due.mrr), due.currency, shown.amount(row.mrr)]


def of_agreed(rows: Iterable[tuple[Customer, Scheduled]], shown: Shown) -> Rows:
    yield [_("Customer"), _("Day"), _("Movement"), f"{shown.word}, {shown.currency}"]
    for customer, row in rows:
        yield [customer.name, row.day, row.label, shown.amount(row.amount)]


def of_saves(rows: Iterable[Kept], shown: Shown) -> Rows:
    yield [
        _("Customer"),
        _("Today"),
        _("From"),
        _("Instead of leaving"),
        _("Their reason"),
        _("Ours"),
        _("Before"),
        _("After"),
        _("Currency"),
    ]
    for row in rows:
        save = row.save
        today = _("pays") if row.stays else _("does not pay")
        words = [save.get_kind_display(), save.reason, save.our_reason]
        money = [shown.amount(save.before), shown.amount(save.after), save.currency]
        yield [save.customer.name, today, save.day, *words, *money]


def of_costs(rows: Iterable[Cost]) -> Rows:
    yield [_("Month"), _("For"), _("Amount"), _("Currency"), _("Known on")]
    for row in rows:
        yield [row.day, row.get_kind_display(), row.amount, row.currency, row.known_on]


def of_unpaid(rows: Iterable[Unpaid]) -> Rows:
    yield [
        _("Customer"),
        _("Owner"),
        _("State"),
        _("Issued"),
        _("Due"),
        _("Days late"),
        _("Attempts"),
        _("Amount"),
        _("Currency"),
    ]
    for row in rows:
        days = [row.issued_on, row.due_on, max(row.days, 0), row.failed_attempts]
        yield [row.customer.name, row.customer.owner, row.label, *days, row.amount, row.currency]


def of_cases(rows: Iterable[Case], shown: Shown) -> Rows:
    yield [_("Customer"), _("What became of it"), _("Due"), _("Amount"), shown.word, _("Currency")]
    for row in rows:
        yield [row.customer.name, row.label, row.due_on, row.amount, shown.amount(row.mrr), row.currency]


def of_troubles(groups: Iterable[Group]) -> Rows:
    yield [_("What is wrong"), _("Customer"), _("Day"), _("Plan"), _("Amount"), _("Currency")]
    for group in groups:
        for row in group.rows:
            name = row.customer.name if row.customer else _("All")
            yield [group.kind.label, name, row.day, row.plan, row.amount, row.currency]
