import json
from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core import arguments, clock
from customers.registry import OUTCOMES
from health.domain.backtest import Asked, Refused, Step, backtest
from health.queries.export import external_ids
from health.queries.period import usual
from health.queries.proof import verdict

WIDTH = 30


class Command(BaseCommand):
    help = "Test a scorecard, a measure or another tool's score against what really became of customers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--scorecard",
            default="all",
            metavar="NAME",
            help="all, the name of a scorecard, NAME@2 for a version, measure:KEY, or foreign:NAME",
        )
        parser.add_argument("--against", action="append", default=[], metavar="NAME", help="a second one, side by side")
        parser.add_argument("--from", dest="start", type=arguments.day, metavar="D", help="the first day to replay")
        parser.add_argument("--to", dest="end", type=arguments.day, metavar="D", help="the day to end before")
        parser.add_argument("--step", choices=[f"{step}" for step in Step], default="month")
        parser.add_argument("--horizon", type=int, default=90, metavar="DAYS")
        parser.add_argument("--outcome", choices=sorted(OUTCOMES), default="customer_churn")
        parser.add_argument("--json", action="store_true", help="print the whole answer as JSON")

    def handle(self, *, json: bool, **options: Any) -> None:
        try:
            answer = backtest(_asked(options), self._progress)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(_json(answer) if json else _text(answer))

    def _progress(self, done: int, of: int) -> None:
        if self.stderr.isatty():
            filled = "█" * (done * WIDTH // of)
            self.stderr.write(f"\r\033[K{filled:░<{WIDTH}} {done} / {of}", ending="\n" if done == of else "")


def _asked(options: dict[str, Any]) -> Asked:
    today = clock.today()
    first, last = usual(today, horizon=options["horizon"])
    end: date = options["end"] or last
    start: date = options["start"] or min(first, end - timedelta(days=1))
    return Asked(
        subjects=tuple(dict.fromkeys([options["scorecard"], *options["against"]])),
        start=start,
        end=end,
        today=today,
        step=Step(options["step"]),
        horizon=options["horizon"],
        outcome=options["outcome"],
    )


def _json(answer: dict[str, Any]) -> str:
    """With customers by their external ids, as files name them."""
    lists = [part[name] for part in answer["subjects"] for name in ("green_churns", "red_renewals")]
    rows = [row for one in lists for row in one["customers"]]
    named = external_ids([row["customer"] for row in rows])
    for row in rows:
        row["customer"] = named[row["customer"]]
    for part in answer["subjects"]:
        part["words"] = verdict(part["auc"])
    return json.dumps(answer, indent=1)


def _text(answer: dict[str, Any]) -> str:
    lines = [
        _("%(customers)s customers on %(days)s days, %(lost)s lost; horizon %(horizon)s days")
        % {
            "customers": answer["customers"],
            "days": len(answer["days"]),
            "lost": answer["lost_customers"],
            "horizon": answer["horizon"],
        }
    ]
    for part in answer["subjects"]:
        lines += ["", part["label"], f"  {verdict(part['auc'])}"]
        lines += [f"  {_band(one)}" for one in part["bands"]]
    return "\n".join(lines)


def _band(band: dict[str, Any]) -> str:
    rate = band["rate"]["value"]
    return f"{band['band']:10} {band['lost']:>6} / {band['observations']:<8} {'–' if rate is None else f'{rate:.2%}'}"
