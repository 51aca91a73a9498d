"""All customers in portions, where one answer of the database can't hold what is read of them."""

from typing import Final

from subscriptions.domain import stage

# All versions are some 200 bytes each; every one of their columns comes in one piece.
PORTION: Final = 500_000_000
SIZE: Final = "SELECT pg_relation_size('subscriptions_subscriptionversion') / %(size)s + 1"
TOPS: Final = """
SELECT max(customer_id) FROM (
    SELECT customer_id, sum(rows) OVER (ORDER BY customer_id) * %(count)s / (sum(rows) OVER () + 1) AS portion FROM (
        SELECT customer_id, count(*) AS rows FROM subscriptions_subscriptionversion GROUP BY 1) counted
) t GROUP BY floor(portion) ORDER BY 1
"""


def conditions() -> list[str]:
    """Conditions on the customers of a table that cut all into what one answer of the database can hold: 1 GB."""
    ((count,),) = stage.fetch(SIZE, {"size": PORTION})
    if count == 1:
        return ["TRUE"]
    tops = [top for (top,) in stage.fetch(TOPS, {"count": count})]
    ends = zip([None, *tops[:-1]], [*tops[:-1], None], strict=True)
    return [_between(low, top) for low, top in ends]


def _between(low: int | None, top: int | None) -> str:
    """Above ``low`` up to ``top``; None is without a bound."""
    bounds = [f"{{0}}.customer_id {sign} {bound}" for sign, bound in ((">", low), ("<=", top)) if bound is not None]
    return " AND ".join(bounds) or "TRUE"
