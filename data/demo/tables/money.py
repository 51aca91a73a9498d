"""The rows of money that is agreed: rates, plans, subscriptions and their versions."""

import numpy as np

from data.demo import catalogue as cat
from data.demo.fates import KEYS
from data.demo.rows import picked
from data.demo.spec import dates
from data.demo.tables.book import Book
from data.demo.tables.copying import Columns, copy, reserve
from subscriptions.domain import rulesets
from subscriptions.models import FxRate, Plan, Subscription, SubscriptionVersion

# What one unit is worth in euros, before it wanders.
WORTH = {"EUR": 1.0, "USD": 0.92, "GBP": 1.17}


def rates(book: Book) -> None:
    """A rate every week from before the first version on, for each currency but the reporting one.

    For the ends that are known and lie ahead there are planning rates: the latest one, held.
    """
    reporting = rulesets.current().settings["reporting_currency"]
    spec, rng = book.world.spec, book.world.spec.rng("rates")
    days = np.arange(int(book.world.pop.since.min()) // 7 * 7 - 7, int(book.world.fates.ends.max()) + 7, 7)
    steps = {one: rng.normal(0, 0.004, len(days)) * (days < spec.end) for one in sorted({*WORTH} - {"EUR"})}
    walks = {one: np.exp(np.cumsum(step)) for one, step in steps.items()}
    known = dates(np.minimum(days, spec.end - 1))
    worth = {one: base * walks.get(one, 1.0) * np.ones(len(days)) for one, base in WORTH.items()}
    base = worth.get(reporting, np.ones(len(days)))
    for currency, value in worth.items():
        if currency != reporting:
            rate = np.rint(value / base * 1e6).astype(np.int64) * 100
            copy(FxRate, {"day": dates(days), "known_on": known, "currency": currency, "rate": rate})


def write(book: Book) -> np.ndarray:
    """Subscriptions, and every version as it was known from its start and, of those that ended, from then on.

    Returns the keys of the subscriptions.
    """
    lines = book.world.lines
    subs = reserve(Subscription, len(lines.customer))
    customers = book.customers[lines.customer]
    copy(Subscription, {"id": subs, "uid": book.uids("subscriptions", len(subs)), "customer_id": customers})
    book.external("subscription", "sub_", subs, 5)
    agreed = _agreed(book, subs)
    copy(SubscriptionVersion, {**agreed, "known_on": agreed["starts_on"]})
    ends = _ends(book)
    over = ends["known_on"] < np.datetime64(book.world.spec.today)
    copy(SubscriptionVersion, {name: values[over] for name, values in {**agreed, **ends}.items()})
    return subs


def _agreed(book: Book, subs: np.ndarray) -> Columns:
    pop, deals = book.world.pop, book.world.deals
    who = deals.customer
    plans = np.array([Plan.objects.get_or_create(name=name)[0].pk for name in cat.PLANS])
    return {
        "subscription_id": subs[deals.sub],
        "customer_id": book.customers[who],
        "number": deals.number,
        "plan_id": plans[deals.plan],
        "interval": picked(cat.INTERVALS, deals.interval),
        "quantity": deals.seats * 1000,
        "amount": deals.cents * 100,
        "currency": picked(cat.CURRENCIES, pop.currency[who]),
        "mrr": deals.mrr,
        "starts_on": dates(deals.starts),
        "trial_ends_on": dates(_trials(book)),
        "term_ends_on": dates(deals.term_ends),
        "auto_renews": pop.auto_renews[who],
        "notice_days": np.where(pop.with_term[who], pop.notice_days[who], 0),
        "uplift": np.ma.masked_array(np.rint(pop.uplift[who] * 10_000).astype(np.int64), ~pop.with_term[who]),
    }


def _ends(book: Book) -> Columns:
    """When each version ended, and when that was known: by a notice, else on the day itself (never: no day)."""
    deals, fates = book.world.deals, book.world.fates
    who = deals.customer
    left = deals.last & (deals.until >= 0)
    noticed = left & ~fates.involuntary[who]
    known = np.where(noticed, np.maximum(fates.told_on[who], deals.starts), deals.until)
    return {
        "known_on": dates(known),
        "ends_on": dates(deals.until),
        "cancelled_on": dates(np.where(noticed, fates.told_on[who], -1)),
        "churn_kind": picked(("", "voluntary", "involuntary"), np.select([noticed, left], [1, 2], 0)),
        "reason": picked([*KEYS, ""], np.where(left, fates.reason[who], len(KEYS))),
    }


def _trials(book: Book) -> np.ndarray:
    """Small customers who joined lately began with two weeks of trial, every second of them."""
    spec, pop, deals = book.world.spec, book.world.pop, book.world.deals
    who = deals.customer
    tried = (pop.term_months[who] == 1) & (pop.since[who] >= spec.start) & (who % 2 == 0) & ~pop.told[who]
    return np.where(tried & (deals.number == 1) & (deals.starts == pop.since[who]), deals.starts + 14, -1)
