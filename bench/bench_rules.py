"""The builder of rules among 100,000 customers: how many fit, while somebody types, and who just doesn't."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db import connection
from django.test import Client

from accounts.models import User
from bench.harness import bring_into_memory, figures, kept, waited
from core import clock
from customers.models.measured import places
from customers.queries.fitting import fitting, near
from customers.registry import MEASURES, Type
from customers.rules import parse
from tools.figures import Figure

CUSTOMERS = """
    INSERT INTO customers_customer (uid, name, domain, industry, country, stage, language, attributes, created_on,
                                    known_on, time_zone, version)
    SELECT gen_random_uuid(), 'Customer ' || n, '', (ARRAY['Logistics', 'Retail', 'Mining', 'Health'])[1 + n %% 4],
           'US', 'live', 'en', '{}', '2024-01-01', '2024-01-01', '', 1
    FROM generate_series(1, 100000) n
"""
STANDINGS = """
    INSERT INTO customers_standing
        (customer_id, as_of, mrr, score, band, mrr_at_risk, renewal_on, open_work_items, measured)
    SELECT id, current_date, (id * 7919) %% 9000, (id * 104729) %% 100, 'good', 0,
           current_date + (id %% 400)::int, 0, {measured}
    FROM customers_customer
"""
RULES: dict[str, Any] = {
    "columns": {
        "all": [{"key": "measure.score", "op": "<", "value": 40}, {"key": "measure.mrr", "op": ">", "value": 99}]
    },
    "values": {"all": [{"key": "measure.days_since_touch", "op": ">", "value": 50}]},
    "mixed": {
        "all": [
            {"key": "attribute.industry", "op": "in", "value": ["Logistics", "Retail"]},
            {"any": [
                {"key": "measure.score", "op": "<", "value": 40},
                {"key": "measure.usage_change_28", "op": "<", "value": -0.2},
            ]},
            {"key": "measure.renewal_on", "op": "within_next_days", "value": 90},
        ]
    },
}  # fmt: skip


@figures.measured("rules")
def rules() -> Iterator[Figure]:
    with kept("rules_100k", build):
        bring_into_memory()
        user = User.objects.get()
        for name, data in RULES.items():
            rule, day = parse(data), clock.today()
            yield waited(f"rules.count.{name}", partial(fitting, rule, user=user, day=day), 0.1)
            yield waited(f"rules.near.{name}", partial(near, rule, user=user, day=day), 0.5)
        yield waited("rules.count.page", partial(_post, _client(user)), 0.15)


def build() -> None:
    User.objects.create_superuser("ada@example.com", name="Ada")
    numbers = [one.key for one in MEASURES.values() if one.type not in (Type.DATE, Type.CHOICE, Type.YES_NO)]
    at = {place: key for key, place in places(MEASURES).items()}
    each = [f"(id * {71 + n}) %% 100" if at.get(n) in numbers else "NULL" for n in range(1, max(at) + 1)]
    with connection.cursor() as cursor:
        cursor.execute(CUSTOMERS, [])
        cursor.execute(STANDINGS.format(measured=f"ARRAY[{', '.join(each)}]"), [])
        cursor.execute("ANALYZE customers_customer, customers_standing")


def _client(user: User) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def _post(client: Client) -> None:
    typed = {"rule::word": "all", "rule::count": "1", "rule:0:key": "measure.days_since_touch"}
    typed |= {"rule:0:was": "measure.days_since_touch", "rule:0:op": ">", "rule:0:value": "50"}
    if client.post("/rules/count/?name=rule", typed).status_code != 200:
        raise RuntimeError
