import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from churn.queries.retention import Asked, Line, Period, periods, report, tomorrow
from churn.queries.retention.dimensions import DIMENSIONS, is_dimension
from churn.queries.retention.told import told
from core import arguments
from customers.queries.attributes import PREFIX, NotReplayable, fields
from customers.queries.saved_filters import named
from customers.rules import Rule, RuleError, parse
from subscriptions.domain.missing_rate import MissingRate

STEPS = "month, quarter, year or a number of days like 14d"


class Command(BaseCommand):
    help = "Print a report. Retention: one line a period, of customers, MRR and rates. End dates are exclusive."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=["retention"])
        parser.add_argument("--start", required=True, help="first day")
        parser.add_argument("--end", required=True, help="day after the last")
        parser.add_argument("--period", default="month", help=STEPS)
        parser.add_argument(
            "--by",
            default="",
            metavar="ATTRIBUTE",
            help="one line for each value of an attribute, or of plan, tenure, contract, size or band",
        )
        parser.add_argument("--by-today", action="store_true", help="attributes by today's value, not by that of then")
        parser.add_argument("--filter", default="", metavar="NAME", help="only the customers of a saved filter")
        parser.add_argument("--known-on", default="", help="by what was known at the end of that day")
        parser.add_argument("--json", action="store_true", help="as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted, asked = _periods(options), _asked(options)
        try:
            lines = report(wanted, asked)
        except NotReplayable as error:
            raise CommandError(f"--by, --filter: {error} Add --by-today.") from error
        except MissingRate as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_json(lines, asked) if options["json"] else _text(lines, asked))


def _periods(options: dict[str, Any]) -> list[Period]:
    start, end = _day(options, "start"), _day(options, "end")
    if end <= start:
        raise CommandError(f"--end: {end} does not come after --start {start}.")
    try:
        return periods(start, end, options["period"])
    except ValueError as error:
        raise CommandError(f"--period: {error}. Take {STEPS}.") from error


def _asked(options: dict[str, Any]) -> Asked:
    return Asked(
        known_on=_day(options, "known_on") + timedelta(days=1) if options["known_on"] else tomorrow(),
        by=_attribute(options["by"]),
        rule=_rule(options["filter"]),
        by_today=options["by_today"],
    )


def _day(options: dict[str, Any], name: str) -> date:
    try:
        return arguments.day(options[name])
    except ArgumentTypeError as error:
        raise CommandError(f"--{name.replace('_', '-')}: {error}.") from error


def _attribute(key: str) -> str:
    if key and not is_dimension(key) and not fields([key.removeprefix(PREFIX)]):
        known = ", ".join([*DIMENSIONS, *sorted(fields())])
        raise CommandError(f"--by: there is no attribute {key!r}. There are: {known}.")
    return key


def _rule(name: str) -> Rule | None:
    if not name:
        return None
    try:
        return parse(named(name).rule)
    except LookupError as error:
        raise CommandError(f"--filter: {error}") from error
    except RuleError as error:
        raise CommandError(f"--filter: {name!r} cannot be read: {error}") from error


def _json(lines: Sequence[Line], asked: Asked) -> str:
    return json.dumps([told(line, asked) for line in lines], indent=2)


def _text(lines: Sequence[Line], asked: Asked) -> str:
    rows = [_head(asked), *(_row(line, asked) for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    left = 2 if asked.by else 1
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _head(asked: Asked) -> list[str]:
    customers = ["customers", "new", "back", "left", "end"]
    mrr = ["MRR", "new", "expansion", "contraction", "churn", "reactivation", "FX", "end"]
    rates = ["churn", "GRR", "NRR", "quick"]
    return ["period", *([asked.by] if asked.by else []), *customers, *mrr, *rates]


def _row(line: Line, asked: Asked) -> list[str]:
    counts, mrr = line.customers, line.mrr
    amounts = (mrr.start, mrr.new, mrr.expansion, mrr.contraction, mrr.churn, mrr.reactivation, mrr.fx, mrr.end)
    return [
        f"{line.period.start} – {line.period.end}{'*' if line.provisional else ''}",
        *([line.group or "–"] if asked.by else []),
        *(str(n) for n in (counts.start, counts.new, counts.reactivated, counts.churned, counts.end)),
        *(f"{value / 1_000_000:,.0f}" for value in amounts),
        *(_percent(rate) for rate in (line.rates.customer_churn, line.rates.grr, line.rates.nrr)),
        "–" if line.rates.quick_ratio is None else f"{line.rates.quick_ratio:.1f}",
    ]


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{rate * 100:.1f} %"
