"""The use of the whole book by weeks, counted once a night and kept by team: a pass over all usage is nothing for a
request. Whole weeks, the newest ending where the day begins.

As of that time nothing changes any more: what comes in later is known later. Two things are the exception, and have it
counted again: a load of history, which is known on its own days, and a customer who passes to another team.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Q

from core.clock import AsOf
from customers.models import Customer
from customers.registry import Scope
from usage.domain import features
from usage.measures.window import SEEN, window_days
from usage.models import Kept, TeamUse

WEEKS = 12
WEEK = 7
MONTH = 4  # weeks: 28 days


@transaction.atomic
def keep(*, day: date) -> None:
    """Count the use by all customers as of ``day``, and keep it in place of what was kept."""
    kept, _made = Kept.objects.select_for_update().get_or_create(what=Kept.What.USE, defaults={"day": day})
    TeamUse.objects.all().delete()
    _count(Scope.of(AsOf.at(day)))
    kept.day = day
    kept.save(update_fields=["day"])


@transaction.atomic
def keep_again(*, teams: Sequence[int | None]) -> None:
    """Count again, as of the day that is kept, the use by the customers that these teams (None: no team) have now."""
    kept = Kept.objects.select_for_update().filter(what=Kept.What.USE).first()
    if kept is None:
        return
    TeamUse.objects.filter(of_teams(teams)).delete()
    customers = Customer.objects.filter(of_teams(teams)).values_list("pk", flat=True)
    _count(Scope.of(AsOf.at(kept.day), list(customers)))


def of_teams(teams: Sequence[int | None]) -> Q:
    """What is of one of these teams; None among them: also what is of no team."""
    found = Q(team__in=[one for one in teams if one])
    return found | Q(team=None) if None in teams else found


def _count(scope: Scope) -> None:
    over_all = features.ids([""])[""]
    seen = scope.sql(SEEN, table="f").text
    sql = scope.sql(COUNT.replace("{seen}", seen), table="u")
    since = {"first": scope.day - timedelta(days=WEEK * WEEKS)}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute(sql.text, sql.params | window_days(scope) | since | {"over_all": over_all})


RECENT, BEFORE = (1 << MONTH) - 1, ((1 << MONTH) - 1) << MONTH
AGO = f"(%(day)s - 1 - u.day) / {WEEK}"
BY_WEEK = ", ".join(f"count(*) FILTER (WHERE weeks >> {week} & 1 = 1)" for week in range(WEEKS - 1, -1, -1))
# A bit for each week in which a customer used a feature; 0 is the newest. One pass is right for all but those of whom a
# row takes back what another gave: of them each week is summed up first. Of whom the feed is silent, nobody can tell
# whether they lapsed: they are left out.
COUNT = f"""
WITH rough AS MATERIALIZED (
    SELECT {{customer}} AS customer, u.feature_id, bit_or(1 << {AGO}) FILTER (WHERE u.events > 0) AS weeks,
           sum(u.events) FILTER (WHERE {AGO} < {MONTH}) AS events, bool_or(u.events < 0) AS corrected
    FROM usage_usageday u {{canonical}} WHERE {{visible}} AND {{scope}} AND u.day >= %(first)s GROUP BY 1, 2
), exact AS (
    SELECT customer, feature_id, bit_or(1 << week) FILTER (WHERE events > 0) AS weeks,
           sum(events) FILTER (WHERE week < {MONTH}) AS events
    FROM (
        SELECT {{customer}} AS customer, u.feature_id, {AGO} AS week, sum(u.events) AS events
        FROM usage_usageday u {{canonical}}
        JOIN (SELECT customer, feature_id FROM rough WHERE corrected) r
             ON r.customer = {{customer}} AND r.feature_id = u.feature_id
        WHERE {{visible}} AND {{scope}} AND u.day >= %(first)s GROUP BY 1, 2, 3
    ) w GROUP BY 1, 2
), alive AS (
    SELECT DISTINCT {{customer}} AS customer FROM ({{seen}}) u {{canonical}} WHERE u.alive
), used AS (
    SELECT customer, feature_id, weeks, events, 0 AS connected FROM rough WHERE NOT corrected AND weeks <> 0
    UNION ALL SELECT customer, feature_id, weeks, events, 0 FROM exact WHERE weeks <> 0
    UNION ALL SELECT customer, %(over_all)s, 0, 0, 1 FROM alive
)
INSERT INTO usage_teamuse (team_id, feature_id, weeks, month, month_before, week_lapsed, month_lapsed, events,
                           connected)
SELECT k.team_id, feature_id, ARRAY[{BY_WEEK}], count(*) FILTER (WHERE weeks & {RECENT} <> 0),
       count(*) FILTER (WHERE weeks & {BEFORE} <> 0), count(*) FILTER (WHERE weeks & 3 = 2),
       count(*) FILTER (WHERE weeks & {BEFORE} <> 0 AND weeks & {RECENT} = 0),
       COALESCE(sum(events), 0)::bigint, sum(connected)
FROM used JOIN alive USING (customer) JOIN customers_customer k ON k.id = used.customer GROUP BY 1, 2
"""
