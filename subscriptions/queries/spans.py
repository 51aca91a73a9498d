"""What the versions come to under a ruleset: from when to when each pays how much.

The ledger, and reports that sum MRR from the versions, read this and nothing else of a version's dates and amounts.
``subscriptions.domain.ledger_plain`` says the same in plain Python.
"""

from collections.abc import Mapping
from typing import Any, Final

from subscriptions.domain.mrr import mrr_sql

LIST: Final = mrr_sql(amount="(v.amount + v.discount)", interval="v.interval")
AGREED: Final = mrr_sql(amount="v.amount", interval="v.interval")

SILENT: Final = "v.auto_renews IS FALSE AND v.term_ends_on IS NOT NULL AND v.ends_on IS NULL AND v.cancelled_on IS NULL"

PART: Final = """
SELECT v.id, v.customer_id, v.subscription_id, v.number * 2 + {part} AS number, {known} AS known_on, v.plan_id,
       v.quantity, {mrr} AS mrr, {discount} AS discount, v.currency, v.churn_kind, {begins} AS begins, {ends} AS ends
FROM subscriptions_subscriptionversion v
WHERE {where}"""

LIMITED: Final = """(v.subscription_id, v.number) IN (
    SELECT l.subscription_id, l.number FROM subscriptions_subscriptionversion l WHERE l.discount_ends_on IS NOT NULL)"""


def spans(rules: Mapping[str, Any], *, where: str = "TRUE") -> str:
    """A SELECT over the versions ``v`` that are ``where``, under the settings ``rules``. Its rows:

    ``id``, ``customer_id``, ``subscription_id``, ``number`` (of a part of a version), ``known_on``, ``plan_id``,
    ``quantity``, ``mrr`` and ``discount`` (what the list price is more; both a month, in ``currency``),
    ``churn_kind``, ``begins``, ``ends`` (exclusive; NULL is open).

    As of the versions, of each (subscription, number) the row known last, then with the highest id, counts. One with
    ``ends`` not after ``begins`` says that there is nothing; one without MRR is free or paused.
    """
    silent = f"GREATEST(v.term_ends_on + {int(rules['term_without_a_word_days'])}, v.starts_on)"
    # Nobody knows before that no word will come: until then it is open.
    open_now = f"CASE WHEN {SILENT} THEN CASE WHEN v.known_on >= {silent} THEN {silent} END ELSE {_end(rules)} END"
    unheard = f"""({where}) AND {SILENT} AND v.known_on < {silent} AND NOT EXISTS (
        SELECT FROM subscriptions_subscriptionversion w
        WHERE (w.subscription_id, w.number) = (v.subscription_id, v.number)
          AND (w.known_on, w.id) > (v.known_on, v.id) AND w.known_on <= {silent})"""
    return " UNION ALL ".join(
        part
        for known, end, condition in (("v.known_on", open_now, f"({where})"), (silent, silent, unheard))
        for part in _parts(rules, known, end, condition)
    )


def _parts(rules: Mapping[str, Any], known: str, end: str, where: str) -> tuple[str, str]:
    """A version, up to the end of its discount, if that has one; and what follows, at the list price."""
    begins, mrr = "GREATEST(v.starts_on, v.trial_ends_on)", _mrr(rules)
    later = f"GREATEST({begins}, v.discount_ends_on)"
    # LEAST skips NULL: an open version of a limited discount is cut there.
    until = f"CASE WHEN v.discount_ends_on IS NULL THEN {end} ELSE LEAST({end}, {later}) END"
    after = f"CASE WHEN v.discount_ends_on IS NULL THEN {later} ELSE {end} END"
    dearer = f"CASE WHEN v.discount_ends_on IS NULL OR v.paused OR v.metered THEN {mrr} ELSE {LIST} END"
    if rules["paid_to_free"] == "churn":
        until, after = (f"CASE WHEN v.mrr = 0 AND NOT v.paused THEN {begins} ELSE {one} END" for one in (until, after))
    first = {"part": 0, "mrr": mrr, "discount": _discount(rules), "begins": begins, "ends": until, "where": where}
    rest = {
        "part": 1,
        "mrr": dearer,
        "discount": "0",
        "begins": later,
        "ends": after,
        "where": f"{where} AND {LIMITED}",
    }
    return PART.format(known=known, **first), PART.format(known=known, **rest)


def _end(rules: Mapping[str, Any]) -> str:
    said = {
        "end_of_paid_time": "v.ends_on",
        "when_asked": "CASE WHEN v.cancelled_on IS NULL THEN v.ends_on"
        " ELSE LEAST(v.ends_on, GREATEST(v.cancelled_on, v.starts_on)) END",
        "billing_ends": "CASE WHEN v.ends_on IS NULL THEN NULL ELSE GREATEST(v.ends_on, v.cancelled_on) END",
    }[rules["churn_counts"]]
    unpaid = f"GREATEST(v.past_due_on + {int(rules['past_due_days'])}, v.starts_on)"
    return f"CASE WHEN v.past_due_on IS NULL THEN {said} ELSE {unpaid} END"


def _mrr(rules: Mapping[str, Any]) -> str:
    cases = []
    if rules["paused"] == "keeps_mrr":
        cases.append(f"WHEN v.paused THEN {AGREED}")
    else:
        cases.append("WHEN v.paused THEN 0")
    if rules["metered"] == "left_out":
        cases.append("WHEN v.metered THEN 0")
    if rules["metered"] == "trailing_mean":
        cases.append("WHEN v.metered THEN COALESCE(v.metered_mean, v.mrr)")
    cases += [f"WHEN {condition} THEN {LIST}" for condition in _left_out(rules)]
    return f"CASE {' '.join(cases)} ELSE v.mrr END"


def _discount(rules: Mapping[str, Any]) -> str:
    without = ["v.discount = 0", "v.paused", "v.metered", *_left_out(rules)]
    return f"CASE WHEN {' OR '.join(without)} THEN 0 ELSE {LIST} - v.mrr END"


def _left_out(rules: Mapping[str, Any]) -> list[str]:
    """Conditions on versions whose discount does not count."""
    found = []
    if rules["endless_discounts"] == "ignored":
        found.append("(v.discount > 0 AND v.discount_ends_on IS NULL AND NOT v.metered)")
    if rules["limited_discounts"] == "ignored":
        found.append("(v.discount > 0 AND v.discount_ends_on IS NOT NULL AND NOT v.metered)")
    return found
