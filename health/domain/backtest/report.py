"""The answer of a back-test as plain values, ready to be stored: numbers, days as ISO text, customers by id.

What is undefined is None. Shares are 0..1. Names are put in where it is shown, for who may see them.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from customers.registry import OUTCOMES
from health.domain.backtest.asked import Asked
from health.domain.backtest.named import green_churns, red_renewals
from health.domain.backtest.panel import FIFTHS, Panel, touched
from health.domain.backtest.statistics import (
    Interval,
    Sample,
    auc,
    auc_of_draws,
    chance_of_luck,
    draws,
    gains,
    interval,
    lowest_tenth,
    rates_of_draws,
)
from health.domain.backtest.subjects import BANDS, GOOD, RISK, UNKNOWN, Subject

FEWEST_LOST = 10  # customers; with fewer nothing is said of a score


def report(asked: Asked, subjects: Sequence[Subject], panel: Panel) -> dict[str, Any]:
    """The whole answer: one part a subject and, for the second on, how it differs from the first on the same rows."""
    drawn = draws(len(panel.ids))
    parts = [_part(panel, place, one, drawn) for place, one in enumerate(subjects)]
    return {
        "start": f"{asked.start}",
        "end": f"{asked.end}",
        "step": f"{asked.step}",
        "horizon": asked.horizon,
        "outcome": {"key": asked.outcome, "label": str(OUTCOMES[asked.outcome].label)},
        "known_on": f"{asked.today}",
        "days": [f"{day}" for day in panel.days],
        "open_days": asked.open_days,
        "observations": len(panel.on),
        "customers": len(panel.ids),
        "lost_customers": _count(panel.customer[panel.lost]),
        "subjects": parts,
        "differences": [_difference(panel, place, drawn) for place in range(1, len(subjects))],
    }


def separation(panel: Panel, place: int, drawn: np.ndarray) -> dict[str, Any]:
    """How well one subject separates: AUC with its interval, and what that says in one word."""
    return _separation(panel.sample(place), drawn)


def _part(panel: Panel, place: int, subject: Subject, drawn: np.ndarray) -> dict[str, Any]:
    sample = panel.sample(place)
    whole = _separation(sample, drawn)
    whole["luck"] = _plain(chance_of_luck(sample))
    return {
        "key": subject.key,
        "label": subject.label,
        "auc": whole,
        "auc_deciding": _separation(panel.sample(place, panel.deciding), drawn),
        "bands": _bands(panel, place, drawn),
        "lift": _lift(sample, drawn),
        "gains": [list(point) for point in gains(sample)],
        "by_day": _by_day(panel, place),
        "lead": _lead(panel, place),
        "red": _red(panel, place, drawn),
        "green_churns": green_churns(panel, place),
        "red_renewals": red_renewals(panel, place),
    }


def _separation(sample: Sample, drawn: np.ndarray) -> dict[str, Any]:
    found = interval(auc(sample), auc_of_draws(sample, drawn)) if len(sample.lost) else Interval(*[np.nan] * 3)
    lost = _count(sample.customer[sample.lost])
    return _spread(found) | {
        "observations": len(sample.lost),
        "customers": _count(sample.customer),
        "lost": int(sample.lost.sum()),
        "lost_customers": lost,
        "verdict": _verdict(found, lost) if len(sample.lost) else "unscored",
    }


def _verdict(found: Interval, lost: int) -> str:
    """too_few, chance, better or worse (it points the wrong way); "unscored" where nobody had a score."""
    if lost < FEWEST_LOST or np.isnan(found.low):
        return "too_few"
    if found.low <= 0.5 <= found.high:
        return "chance"
    return "better" if found.low > 0.5 else "worse"


def _bands(panel: Panel, place: int, drawn: np.ndarray) -> list[dict[str, Any]]:
    """The classes, the worst first: how many of each were lost within the horizon. Not enough data comes last."""
    codes = panel.band[:, place]
    order = [*range(10, 10 + FIFTHS)] if (codes >= 10).any() else [RISK, 1, GOOD]
    return [_band(panel, codes == code, code, drawn) for code in [*order, UNKNOWN]]


def _band(panel: Panel, rows: np.ndarray, code: int, drawn: np.ndarray) -> dict[str, Any]:
    lost, count = panel.lost[rows], int(rows.sum())
    of_draws = rates_of_draws(panel.customer[rows], lost.astype(float), np.ones(count), drawn)
    rate = float(lost.mean()) if count else np.nan
    return {
        "band": BANDS[code] if code < len(BANDS) else f"fifth_{code - 9}",
        "observations": count,
        "customers": _count(panel.customer[rows]),
        "lost": int(lost.sum()),
        "lost_customers": _count(panel.customer[rows][lost]),
        "mrr": round(float(panel.mrr[rows].sum()), 2),
        "mrr_lost": round(float(panel.mrr[rows][lost].sum()), 2),
        "rate": _spread(interval(rate, of_draws)),
    }


def _lift(sample: Sample, drawn: np.ndarray) -> dict[str, Any]:
    """How many times as often as all together the tenth with the lowest scores was lost, and its share of the lost."""
    if not sample.lost.any():
        return _spread(Interval(*[np.nan] * 3)) | {"found": None}
    weight, hit = lowest_tenth(sample), sample.lost.astype(float)
    low = rates_of_draws(sample.customer, hit, weight, drawn)
    base = rates_of_draws(sample.customer, hit, np.ones(len(hit)), drawn)
    ratio = np.divide(low, base, out=np.full(len(low), np.nan), where=base > 0)
    value = (weight * hit).sum() / weight.sum() / hit.mean()
    return _spread(interval(float(value), ratio)) | {"found": _plain((weight * hit).sum() / hit.sum())}


def _by_day(panel: Panel, place: int) -> list[dict[str, Any]]:
    sample, found = panel.sample(place), []
    for number, day in enumerate(panel.days):
        here = sample.where(sample.day == number)
        known = {"day": f"{day}", "customers": len(here.lost), "lost": int(here.lost.sum())}
        found.append(known | {"auc": _plain(auc(here)) if len(here.lost) else None})
    return found


def _lead(panel: Panel, place: int) -> dict[str, Any]:
    """How long before a customer decided the score had turned red, and stayed so up to the last day seen before."""
    band = panel.band[:, place]
    worst = RISK if not (band >= 10).any() else 10
    leads = [_lead_of(panel, rows, band[rows] == worst) for rows in _losses(panel)]
    red = np.array([lead for lead in leads if lead is not None])
    return {
        "lost": len(leads),
        "red": len(red),
        "median": _plain(np.median(red)) if len(red) else None,
        "at_least": {f"{days}": int((red >= days).sum()) for days in (1, 30, 60, 90, 180)},
    }


def _losses(panel: Panel) -> list[np.ndarray]:
    """For each decision to leave that was foretold or missed: the observations of that customer before it, in order."""
    counted = np.unique(panel.decision[panel.lost])
    order = np.lexsort((panel.on, panel.decision))
    starts = np.searchsorted(panel.decision[order], counted)
    ends = np.searchsorted(panel.decision[order], counted, side="right")
    return [order[start:end] for start, end in zip(starts, ends, strict=True)]


def _lead_of(panel: Panel, rows: np.ndarray, red: np.ndarray) -> int | None:
    if not red[-1]:
        return None
    since = len(red) - int(np.argmin(red[::-1])) if not red.all() else 0
    return int(panel.decisions.decided[panel.decision[rows[0]]] - panel.on[rows[since]])


def _red(panel: Panel, place: int, drawn: np.ndarray) -> dict[str, Any]:
    """Red customers by whether anybody spoke with them: where work saves them, the score looks worse than it is."""
    rows = np.flatnonzero(panel.band[:, place] == RISK)
    worked = touched(panel, rows)
    split = {}
    for name, part in (("worked", rows[worked]), ("not_worked", rows[~worked])):
        lost = panel.lost[part]
        of_draws = rates_of_draws(panel.customer[part], lost.astype(float), np.ones(len(part)), drawn)
        rate = interval(float(lost.mean()) if len(part) else np.nan, of_draws)
        split[name] = {"observations": len(part), "lost": int(lost.sum()), "rate": _spread(rate)}
    return split


def _difference(panel: Panel, place: int, drawn: np.ndarray) -> dict[str, Any]:
    """By how much the AUC is higher than that of the first subject, over what both scored, in the same draws."""
    both = ~np.isnan(panel.score[:, 0]) & ~np.isnan(panel.score[:, place])
    one, other = panel.sample(0, both), panel.sample(place, both)
    if not len(one.lost):
        return {**_spread(Interval(*[np.nan] * 3)), "observations": 0}
    by_draw = auc_of_draws(other, drawn) - auc_of_draws(one, drawn)
    return _spread(interval(auc(other) - auc(one), by_draw)) | {"observations": len(one.lost)}


def _spread(found: Interval) -> dict[str, Any]:
    return {"value": _plain(found.value), "low": _plain(found.low), "high": _plain(found.high)}


def _plain(value: Any) -> float | None:
    return None if value is None or np.isnan(value) else round(float(value), 6)


def _count(customers: np.ndarray) -> int:
    return len(np.unique(customers))
