"""A company that is nothing but money: customers, subscriptions with terms of a year and versions of them, as a load
of history writes them, and the ledger of it. Made by the database, so that a million versions take a minute."""

from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Final

from django.db import connection

from churn.queries.retention import shift
from core import clock
from subscriptions.domain import ledger, rulesets, versions
from subscriptions.domain.versions import Version
from subscriptions.models import SubscriptionVersion

CUSTOMERS: Final = 100_000
VERSIONS: Final = 10  # of each customer, in two subscriptions
MONTHS: Final = 36

WRITTEN: Final = """
SELECT setseed(0.42);
INSERT INTO customers_customer (id, uid, name, domain, industry, country, stage, language, time_zone, created_on,
                                known_on, attributes, version)
SELECT n, gen_random_uuid(), 'Customer ' || n, '', (ARRAY['Retail', 'Health', 'Logistics', 'Software', ''])[1 + n %% 5],
       (ARRAY['US', 'DE', 'GB', 'UA'])[1 + n %% 4], '', 'en', '', %(first)s, %(first)s, '{}', 1
FROM generate_series(1, %(customers)s) n;
INSERT INTO customers_attributechange (customer_id, key, value, day, known_on)
SELECT id, 'industry', to_jsonb(industry), created_on, known_on FROM customers_customer WHERE industry <> '';
INSERT INTO subscriptions_plan (uid, name) VALUES (gen_random_uuid(), 'Team'), (gen_random_uuid(), 'Business');
INSERT INTO subscriptions_subscription (id, uid, customer_id)
SELECT n, gen_random_uuid(), (n + 1) / 2 FROM generate_series(1, 2 * %(customers)s) n;
CREATE TEMP TABLE made AS
SELECT s.id AS subscription_id, s.customer_id, number,
       %(first)s + (s.customer_id %% 240 + (number - 1) * (80 + s.id %% 90) + (s.id * number) %% 17)::int AS starts_on,
       1 + (s.id + number * number) %% 20 AS units,
       20 + (s.customer_id * 7 + number * 11) %% 80 AS price,
       (number = 5 OR s.id %% 3 = 0 AND number = 4) AND s.id %% 5 < 2 AS leaves
FROM subscriptions_subscription s, generate_series(1, 5) number;
CREATE TEMP TABLE ended AS
SELECT m.*, min(starts_on) OVER (PARTITION BY subscription_id) AS first_on,
       COALESCE(lead(starts_on) OVER (PARTITION BY subscription_id ORDER BY number),
                CASE WHEN leaves THEN starts_on + 60 END) AS ends_on FROM made m;
INSERT INTO subscriptions_subscriptionversion
    (subscription_id, customer_id, number, known_on, plan_id, interval, quantity, amount, currency, mrr, starts_on,
     ends_on, cancelled_on, churn_kind, reason, term_ends_on, auto_renews, notice_days)
SELECT e.subscription_id, e.customer_id, e.number, CASE WHEN ended THEN e.ends_on ELSE e.starts_on END,
       (SELECT min(id) FROM subscriptions_plan) + e.number / 4, 'month', e.units, e.units * e.price, 'USD',
       e.units * e.price, e.starts_on, CASE WHEN ended THEN e.ends_on END, CASE WHEN ended THEN e.ends_on END, '', '',
       e.first_on + 365 * ((e.starts_on - e.first_on) / 365 + 1), CASE WHEN e.subscription_id %% 3 > 0 THEN true END,
       30 * (e.subscription_id %% 4)::int
FROM ended e, (VALUES (false), (true)) v(ended)
WHERE e.starts_on < %(today)s AND (NOT ended OR e.ends_on <= %(today)s)
ORDER BY e.customer_id, e.subscription_id, e.number, ended;
"""


def first_day() -> date:
    return shift(clock.today().replace(day=1), -MONTHS)


def build(customers: int) -> None:
    """So many customers with ten versions each over 36 months, and their ledger."""
    rulesets.establish()
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN, {"first": first_day(), "today": clock.today(), "customers": customers})
    ledger.refresh()


def changes(first: int, many: int) -> Iterator[Version]:
    """Of so many customers, from this one on: their latest version, with another amount than it ever had."""
    amounts, made = count(clock.now().microsecond), []
    for customer in range(first, first + many):
        version = SubscriptionVersion.objects.filter(customer=customer).latest("starts_on", "id")
        made.append(Version(version.subscription_id, version.starts_on, version.amount + next(amounts)))
    return iter(made)


def change(changed: Iterator[Version]) -> None:
    """Versions, ledger and what reports keep of one customer, as it is written when a subscription changes."""
    versions.record(versions=[next(changed)], known_on=clock.today())
