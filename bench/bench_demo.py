"""The synthetic company at full size, from nothing to a ledger that stands."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection

from bench.harness import figures, scaled, scratch, seconds
from core import clock
from data.demo.build import build
from data.demo.made import Made
from data.demo.spec import RECENT_DAYS, Spec
from tools.figures import Figure, at_least, info

CUSTOMERS, MONTHS = 100_000, 36
MADE_IN = 300  # seconds, on two cores
RECENT_ROWS = 19_000_000


@figures.measured("make_demo")
def make_demo() -> Iterator[Figure]:
    with scratch("demo"):
        made: list[Made] = []
        spec = Spec(CUSTOMERS, MONTHS, 1, clock.today())
        taken = seconds(lambda: made.append(build(spec=spec, scores=False)))
        for phase, part in made[0].seconds.items():
            yield info(f"make_demo.{phase}", part, "s")
        yield info("make_demo.usage_rows", made[0].usage, "rows")
        yield at_least("make_demo.recent_usage_rows", _recent(), "rows", RECENT_ROWS)
        yield scaled("make_demo.seconds", taken, MADE_IN)


def _recent() -> int:
    since = clock.today() - timedelta(days=RECENT_DAYS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM usage_usageday WHERE day >= %s", [since])
        return int(cursor.fetchone()[0])
