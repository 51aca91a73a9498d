"""A score's failures, customer by customer: who was green and left, who was red and stayed."""

from datetime import timedelta
from typing import Any

import numpy as np

from health.domain.backtest.panel import EPOCH, Panel, touched
from health.domain.backtest.subjects import GOOD, RISK

MOST = 200


def green_churns(panel: Panel, place: int) -> dict[str, Any]:
    """Who was good on the last day seen before they decided to leave: ``count``, and the largest by MRR."""
    band = panel.band[:, place]
    good = GOOD if not (band >= 10).any() else 14
    last = _last_before(panel)
    rows = last[band[last] == good]
    return {
        "count": len(rows),
        "of": len(last),
        "customers": [_churn(panel, row, place) for row in _largest(panel, rows)],
    }


def red_renewals(panel: Panel, place: int) -> dict[str, Any]:
    """Who was red and stayed through the horizon: ``count``, and the largest by MRR, each once, when last so."""
    band = panel.band[:, place]
    red = RISK if not (band >= 10).any() else 10
    rows = np.flatnonzero((band == red) & ~panel.lost)
    last = _latest_of_each(panel, rows)
    # Who left later, all the same, was red too early rather than wrong.
    stayed = last[panel.decision[last] < 0]
    chosen = _largest(panel, stayed)
    worked = touched(panel, chosen)
    found = [_renewal(panel, row, place, bool(one)) for row, one in zip(chosen, worked, strict=True)]
    return {"count": len(stayed), "of": len(last), "customers": found}


def _last_before(panel: Panel) -> np.ndarray:
    """For each loss within the horizon, the last observation before it."""
    rows = np.flatnonzero(panel.lost)
    order = rows[np.lexsort((panel.on[rows], panel.decision[rows]))]
    is_last = np.append(panel.decision[order][1:] != panel.decision[order][:-1], True)
    return order[is_last] if len(order) else order


def _latest_of_each(panel: Panel, rows: np.ndarray) -> np.ndarray:
    if not len(rows):
        return rows
    order = rows[np.lexsort((panel.on[rows], panel.customer[rows]))]
    return order[np.append(panel.customer[order][1:] != panel.customer[order][:-1], True)]


def _largest(panel: Panel, rows: np.ndarray) -> np.ndarray:
    return rows[np.argsort(-panel.mrr[rows], kind="stable")][:MOST]


def _churn(panel: Panel, row: int, place: int) -> dict[str, Any]:
    decision = panel.decision[row]
    gone = panel.decisions.gone[decision]
    return _row(panel, row, place) | {"decided": _day(panel.decisions.decided[decision]), "gone": _day(gone)}


def _renewal(panel: Panel, row: int, place: int, worked: bool) -> dict[str, Any]:
    days = panel.renewal[row]
    renewal = None if np.isnan(days) else _day(panel.on[row] + int(days))
    return _row(panel, row, place) | {"renewal": renewal, "worked": worked}


def _row(panel: Panel, row: int, place: int) -> dict[str, Any]:
    score = panel.score[row, place]
    return {
        "customer": int(panel.ids[panel.customer[row]]),
        "day": _day(panel.on[row]),
        "score": None if np.isnan(score) else round(float(score), 2),
        "mrr": round(float(panel.mrr[row]), 2),
    }


def _day(day: int) -> str:
    return f"{EPOCH + timedelta(days=int(day))}"
