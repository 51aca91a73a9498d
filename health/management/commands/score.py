import json
from argparse import ArgumentParser
from collections import Counter
from datetime import date
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from core import arguments, clock
from health.domain import chances, scoring
from health.domain.result import Result
from health.queries.export import in_order


class Command(BaseCommand):
    help = "Score all customers as of today, or as of a past day by what was known then."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", type=arguments.day, metavar="D", help="a past day; today, unless given")
        parser.add_argument("--json", action="store_true", help="print every score as JSON")

    def handle(self, *, as_of: date | None, json: bool, **options: Any) -> None:
        result = scored(as_of)
        told = summary(result)
        self.stdout.write(_json(told | {"scores": scores(result)}) if json else _text(told))


def scored(as_of: date | None) -> Result:
    today = clock.today()
    if as_of and as_of > today:
        raise CommandError(f"{as_of} has not begun: scores are as of today or a day before")
    if as_of and as_of < today:
        chances.keep(as_of)
        return scoring.backfill(as_of)
    return scoring.run(today)


def summary(result: Result) -> dict[str, Any]:
    versions = [
        {
            "scorecard": part.used.version.scorecard.key,
            "version": part.used.version.number,
            "before_first": part.used.early,
            "customers": len(part.rows),
        }
        for part in result.parts
    ]
    bands = Counter(result.band[result.scored].tolist())
    return {
        "as_of": f"{result.frame.at.day}",
        "customers": int(result.scored.sum()),
        "bands": {band: bands[band] for band in ("good", "watch", "risk", "unknown")},
        "scorecards": versions,
    }


def scores(result: Result) -> list[dict[str, Any]]:
    return [
        {
            "customer_id": customer,
            "score": None if np.isnan(result.score[place]) else float(result.score[place]),
            "band": result.band[place],
            "coverage": float(result.coverage[place]),
        }
        for customer, place in in_order(result, np.flatnonzero(result.scored))
    ]


def _json(told: dict[str, Any]) -> str:
    return json.dumps(told, indent=1)


def _text(told: dict[str, Any]) -> str:
    lines = [f"As of {told['as_of']}: {told['customers']} customers scored"]
    lines += [f"  {band:8} {count:>8}" for band, count in told["bands"].items()]
    for one in told["scorecards"]:
        early = ", before its first version" if one["before_first"] else ""
        lines.append(f"  by {one['scorecard']} v{one['version']}{early}: {one['customers']}")
    return "\n".join(lines)
