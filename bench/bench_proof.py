"""How much of what could be known the shipped scorecards know: against an oracle who sees the demo's hidden state, on
companies that nobody tuned anything on.
"""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from django.db import transaction

from bench.harness import figures, scratch
from core import clock
from core.models import ExternalId
from data.demo.build import build
from data.demo.spec import Spec
from health.domain.backtest import Asked, Panel, decisions, joined, observe, subject
from health.domain.backtest.asked import last_year
from health.domain.backtest.statistics import Sample, auc
from tools.figures import Figure, at_least, info

CUSTOMERS, MONTHS, TESTED = 2_000, 36, 24
SEEDS: Final = (91, 92, 93)
SHARE: Final = 0.7


@figures.measured("proof")
def proof() -> Iterator[Figure]:
    with scratch("proof"), TemporaryDirectory() as folder:
        for seed in SEEDS:
            with transaction.atomic():
                ours, oracle = tested(seed, Path(folder) / f"{seed}.csv")
                transaction.set_rollback(True)
            yield info(f"proof.{seed}.oracle", oracle, "AUC")
            yield info(f"proof.{seed}.scorecards", ours, "AUC")
            yield at_least(f"proof.{seed}.share", (ours - 0.5) / (oracle - 0.5), "", SHARE)


def tested(seed: int, truth: Path) -> tuple[float, float]:
    """The AUC of all scorecards together and that of the oracle, over the same customers on the same days."""
    today = clock.today()
    build(spec=Spec(CUSTOMERS, MONTHS, seed, today), truth_file=truth, scores=False)
    start, end = last_year(today, months=TESTED)
    asked = Asked(subjects=("all",), start=start, end=end, today=today)
    scorecards = [subject("all")]
    seen = [observe(asked, scorecards, day) for day in asked.days]
    panel = joined(asked, seen, decisions(asked.outcome, since=start, today=today))
    chances = _chances(panel, truth)
    both = ~np.isnan(panel.score[:, 0]) & ~np.isnan(chances)
    known = Sample(panel.customer[both], panel.day[both], -chances[both], panel.lost[both])
    return auc(panel.sample(0, both)), auc(known)


def _chances(panel: Panel, truth: Path) -> np.ndarray:
    """The oracle's chance to leave beside each observation; NaN for customers of told stories."""
    ids = dict(ExternalId.objects.filter(noun="customer").values_list("value", "object_id"))
    with truth.open() as lines:
        rows = csv.DictReader(lines)
        known = {(ids[row["customer_id"]], date.fromisoformat(row["day"])): float(row["chance_90"]) for row in rows}
    days = [date(1970, 1, 1) + timedelta(days=int(day)) for day in panel.on]
    customers = panel.ids[panel.customer].tolist()
    return np.array([known.get(pair, np.nan) for pair in zip(customers, days, strict=True)])
