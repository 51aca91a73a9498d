"""The one checker of subscription versions: CSV, API, web hooks and pages all go through it."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Final, NamedTuple

from babel.core import get_global
from babel.numbers import list_currencies
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import clock
from core.faults import Fault
from subscriptions.domain import stage
from subscriptions.models import ChurnKind, Interval

Rows = Sequence[tuple[Any, ...]]


class Rule(NamedTuple):
    field: str
    key: str
    broken: str
    message: str | Promise


RULES: Final = (
    Rule("subscription_id", "required", "s.subscription_id IS NULL", _("There is no such subscription.")),
    Rule(
        "interval",
        "choice",
        "NOT COALESCE(s.interval = ANY(%(intervals)s), false)",
        _("Must be one of week, month, quarter, half_year, year."),
    ),
    Rule("quantity", "not_negative", "NOT COALESCE(s.quantity >= 0, false)", _("Must be 0 or more.")),
    Rule("quantity", "decimals", "s.quantity <> round(s.quantity, 3)", _("Has more than 3 decimals.")),
    Rule("quantity", "too_large", "s.quantity >= 1e11", _("Is too large.")),
    Rule("amount", "not_negative", "NOT COALESCE(s.amount >= 0, false)", _("Must be 0 or more.")),
    Rule("amount", "decimals", "s.amount <> round(s.amount, 4)", _("Has more than 4 decimals.")),
    Rule("amount", "too_large", "s.amount >= 1e11", _("Is too large.")),
    Rule(
        "currency",
        "currency",
        "NOT COALESCE(s.currency = ANY(%(currencies)s), false)",
        _("Is not a currency (ISO 4217, such as USD)."),
    ),
    Rule("discount", "not_negative", "s.discount < 0", _("Must be 0 or more.")),
    Rule("discount", "decimals", "s.discount <> round(s.discount, 4)", _("Has more than 4 decimals.")),
    Rule("discount", "too_large", "s.discount >= 1e11", _("Is too large.")),
    Rule("discount_ends_on", "order", "s.discount_ends_on < s.starts_on", _("Is before the start.")),
    Rule(
        "discount_ends_on",
        "discount",
        "s.discount_ends_on IS NOT NULL AND COALESCE(s.discount, 0) = 0",
        _("Needs a discount that ends."),
    ),
    Rule("starts_on", "required", "s.starts_on IS NULL", _("Must be given.")),
    Rule("ends_on", "order", "s.ends_on < s.starts_on", _("Is before the start.")),
    Rule("trial_ends_on", "order", "s.trial_ends_on < s.starts_on", _("Is before the start.")),
    Rule("term_ends_on", "order", "s.term_ends_on < s.starts_on", _("Is before the start.")),
    Rule(
        "churn_kind",
        "choice",
        "COALESCE(s.churn_kind, '') <> '' AND NOT s.churn_kind = ANY(%(churn_kinds)s)",
        _("Must be voluntary or involuntary."),
    ),
    Rule("notice_days", "range", "NOT s.notice_days BETWEEN 0 AND 3650", _("Must be between 0 and 3650.")),
    Rule("uplift", "range", "NOT abs(s.uplift) < 100", _("Must be a share, such as 0.05.")),
    Rule("reason", "length", "length(s.reason) > 60", _("Is longer than 60 characters.")),
)

OVERLAPS: Final = """
WITH planned AS (
    SELECT s.row, s.subscription_id, s.number, s.starts_on, COALESCE(s.ends_on, 'infinity') AS ends_on
    FROM staged_versions s
    UNION ALL
    SELECT NULL, v.subscription_id, v.number, v.starts_on, COALESCE(v.ends_on, 'infinity')
    FROM staged_latest v
    WHERE NOT EXISTS (SELECT FROM staged_versions s
                      WHERE (s.subscription_id, s.number) = (v.subscription_id, v.number))
), beside AS (
    SELECT p.*, lag(p.row) OVER w AS other_row, lag(p.starts_on) OVER w AS other_start,
           max(p.ends_on) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
    FROM planned p
    WHERE p.ends_on > p.starts_on
    WINDOW w AS (PARTITION BY p.subscription_id ORDER BY p.starts_on, p.number)
)
SELECT COALESCE(row, other_row), CASE WHEN row IS NULL THEN starts_on ELSE other_start END
FROM beside WHERE busy_until > starts_on AND COALESCE(row, other_row) IS NOT NULL
ORDER BY 1
"""

TWICE: Final = """
SELECT row FROM (
    SELECT row, row_number() OVER (PARTITION BY subscription_id, number ORDER BY row) AS place
    FROM staged_versions WHERE subscription_id IS NOT NULL
) s WHERE place > 1 ORDER BY row
"""

# A rate is needed on each day on which the version moves MRR; until such a day comes, that of today will do.
RATES: Final = """
SELECT s.row, d.field, d.day, s.currency
FROM staged_versions s,
LATERAL (VALUES ('starts_on', GREATEST(s.starts_on, s.trial_ends_on)), ('ends_on', s.ends_on)) d(field, day)
WHERE s.currency <> %(reporting)s AND s.amount > 0 AND d.day IS NOT NULL
  AND (s.ends_on IS NULL OR s.ends_on > GREATEST(s.starts_on, s.trial_ends_on))
  AND NOT EXISTS (SELECT FROM subscriptions_fxrate r, LATERAL (
                      SELECT CASE WHEN %(monthly)s THEN date_trunc('month', d.day)::date ELSE d.day END AS day) o
                  WHERE r.currency = s.currency AND r.day <= o.day AND r.day > LEAST(o.day, %(today)s) - %(rate_days)s)
ORDER BY 1, 2
"""


def check(settings: Mapping[str, Any]) -> list[Fault]:
    """Every fault of the staged versions, in the order of their rows; at most 1,000 of each rule."""
    params = {
        "intervals": list(Interval.values),
        "currencies": list(currencies()),
        "churn_kinds": list(ChurnKind.values),
        "reporting": settings["reporting_currency"],
        "rate_days": settings["rate_valid_days"],
        "monthly": settings["fx"] == "first_of_month",
        "today": clock.today(),
    }
    wrong, twice, overlapping, without_rate = stage.run(
        _broken("staged_versions", RULES), TWICE, f"{OVERLAPS} LIMIT 1000", f"{RATES} LIMIT 1000", params=params
    )
    faults = _faults(wrong, RULES)
    if not faults:
        faults = [*_twice(twice), *_overlaps(overlapping), *_without_rate(without_rate, params)]
    return sorted(faults, key=lambda fault: fault.row)


@cache
def currencies() -> frozenset[str]:
    """The currencies of ISO 4217, present and past."""
    # XXX stands for no currency and XTS for tests of programs: nobody is billed in either.
    return frozenset(list_currencies()) - {"XXX", "XTS"}


@cache
def tender() -> frozenset[str]:
    """The currencies that somewhere are legal tender today."""
    places = get_global("territory_currencies").values()
    return frozenset(code for place in places for code, _start, end, is_tender in place if is_tender and not end)


@cache
def _as_array(words: frozenset[str]) -> str:
    """Said once: hundreds of codes take longer to write out than all else of a check."""
    return f"{{{','.join(sorted(words))}}}"


def broken(table: str, rules: Sequence[Rule], params: Mapping[str, Any]) -> list[Fault]:
    """The rows of a stage that break a rule, by rule and row; at most 1,000 of each. One pass over the rows."""
    return _faults(stage.fetch(_broken(table, rules), params), rules)


def _broken(table: str, rules: Sequence[Rule]) -> str:
    cases = ", ".join(f"({place}, {rule.broken})" for place, rule in enumerate(rules))
    return f"""
    SELECT rule, row FROM (
        SELECT r.rule, s.row, row_number() OVER (PARTITION BY r.rule ORDER BY s.row) AS place
        FROM {table} s, LATERAL (VALUES {cases}) r(rule, broken) WHERE r.broken
    ) f WHERE place <= 1000 ORDER BY 1, 2
    """


def _faults(rows: Rows, rules: Sequence[Rule]) -> list[Fault]:
    return [Fault(row, rules[rule].field, rules[rule].key, rules[rule].message) for rule, row in rows]


def _twice(rows: Rows) -> list[Fault]:
    return [Fault(row, "number", "twice", _("The version is there twice.")) for (row,) in rows]


def _overlaps(rows: Rows) -> list[Fault]:
    return [Fault(row, "starts_on", "overlap", _overlap_message(other)) for row, other in rows]


def _overlap_message(other: date) -> str:
    return _("Overlaps the version of the same subscription that starts on %(day)s.") % {"day": other}


def _without_rate(rows: Rows, params: Mapping[str, Any]) -> list[Fault]:
    message = _("There is no exchange rate of %(currency)s on %(day)s or in the %(days)s days before.")
    return [
        Fault(row, field, "rate", message % {"currency": currency, "day": day, "days": params["rate_days"]})
        for row, field, day, currency in rows
    ]
