"""Weights fitted to what became of the company's own customers, tested on later days than they were fitted on.

Logistic regression: the chance to be lost is σ(b − Σ weight × points), no weight below 0, with the ridge that
scikit-learn takes by default (C = 1). What is missing counts as the mean of what was measured. Curves, bands and caps
stay as they are. A day is fitted on only if its horizon was over when the first day of the test began.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from customers.registry import Frame
from health.domain.backtest.asked import Asked, Refused
from health.domain.backtest.panel import Panel
from health.domain.backtest.report import FEWEST_LOST, report
from health.domain.backtest.subjects import CODES, Cards, Judged, Subject, met, version
from health.domain.calculate import nominal, of_points, rounded
from health.domain.definition import Definition, Item
from health.domain.parse import parse_published

KIND: Final = "weights:"
TESTED: Final = 3  # the last third of the days is for the test
LEAST: Final = 0.005  # of all weight; what weighs less is left out, or kept at that where a cap needs it


@dataclass(frozen=True)
class Points:
    """What one measure of a scorecard gives, over the customers that the scorecard is for."""

    card: Cards
    item: Item

    @property
    def key(self) -> str:
        return f"points:{self.item.key}"

    @property
    def label(self) -> str:
        return self.item.key

    @property
    def measures(self) -> Sequence[str]:
        return self.card.measures

    @property
    def attributes(self) -> Sequence[str]:
        return self.card.attributes

    def judge(self, frame: Frame) -> Judged:
        values = frame.columns.get(self.item.key, np.full(len(frame), np.nan))
        points = self.item.curve.points(rounded(values))
        return Judged(points, np.full(len(frame), -1), met(self.card.definitions[0].applies, frame))


def subjects(asked: Asked) -> list[Subject]:
    """The scorecard, and each of its measures. Raises Refused where there are too few days to fit and to test on."""
    if not any(_fitted_days(asked)):
        raise Refused(_("Take a longer period: weights are fitted on days that were over before the test begins."))
    card = _card(asked)
    return [card, *(Points(card, item) for item in card.definitions[0].items)]


def suggestion(asked: Asked, panel: Panel) -> dict[str, Any]:
    """The scorecard as it is beside the one with fitted weights, on the last third of the days; under ``weights`` the
    new definition and each measure's share of all weight, now and fitted. No ``weights`` where too few were lost.
    """
    card, first = _card(asked), _first_tested(asked)
    later = panel.since(first)
    rows = np.isin(panel.day, np.flatnonzero(_fitted_days(asked)))
    lost = np.unique(panel.customer[rows & panel.lost])
    if len(lost) < FEWEST_LOST:
        return report(asked, [card], later.only([0]))
    keys = card.definitions[0].keys
    fitted = dict(zip(keys, fit(panel.score[rows, 1:], panel.lost[rows]), strict=True))
    if not sum(fitted.values()):
        return report(asked, [card], later.only([0]))
    definition = with_weights(version(card.key).definition, fitted)
    other = Cards(
        f"{KIND}{card.key}", _("%(card)s, fitted weights") % {"card": card.label}, [parse_published(definition)]
    )
    compared = later.only([0]).beside(*_scores(other.definitions[0], keys, later))
    weights = {
        "scorecard": card.key.partition("@")[0],
        "definition": definition,
        "rows": _rows(card.definitions[0], other.definitions[0]),
        "fitted_from": f"{panel.days[0]}",
        "fitted_to": f"{asked.days[int(np.flatnonzero(_fitted_days(asked))[-1])]}",
        "lost_customers": len(lost),
    }
    return report(asked, [card, other], compared) | {"weights": weights}


def fit(points: np.ndarray, lost: np.ndarray) -> np.ndarray:
    """The weight of each column of points (0 to 100, NaN where missing), none below 0: the best of its kind there is,
    since the problem is convex.
    """
    from scipy.optimize import minimize  # a second of every start, for what an analyst asks for now and then
    from scipy.special import expit

    with np.errstate(invalid="ignore"):
        mean = np.nan_to_num(np.nansum(points, axis=0) / np.maximum((~np.isnan(points)).sum(axis=0), 1))
    good = np.nan_to_num((points - mean) / 100)
    sign = np.where(lost, 1.0, -1.0)

    def loss(asked: np.ndarray) -> tuple[float, np.ndarray]:
        base, weights = asked[0], asked[1:]
        margin = sign * (base - good @ weights)
        wrong = -sign * expit(-margin)
        slope = np.concatenate([[wrong.sum()], -(good.T @ wrong) + weights])
        return float(np.logaddexp(0, -margin).sum() + weights @ weights / 2), slope

    bounds = [(None, None), *[(0, None)] * good.shape[1]]
    found = minimize(loss, np.zeros(good.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x[1:])


def with_weights(definition: Mapping[str, Any], fitted: Mapping[str, float]) -> dict[str, Any]:
    """A definition with these weights of its measures: each group weighs what its measures weigh together, of 100."""
    changed = deepcopy(dict(definition))
    capped = {cap["measure"] for cap in changed.get("caps", [])}
    share = {key: weight / sum(fitted.values()) for key, weight in fitted.items()}
    share = {key: max(one, LEAST) for key, one in share.items() if one >= LEAST or key in capped}
    for group in changed["groups"]:
        group["measures"] = [one for one in group["measures"] if one["key"] in share]
        total = sum(share[one["key"]] for one in group["measures"])
        group["weight"] = round(100 * total, 1)
        for one in group["measures"]:
            one["weight"] = round(100 * share[one["key"]] / total, 1)
    changed["groups"] = [group for group in changed["groups"] if group["measures"]]
    return changed


def _card(asked: Asked) -> Cards:
    found = version(asked.subjects[0].removeprefix(KIND))
    return Cards(f"{found.scorecard.key}@{found.number}", str(found), [parse_published(found.definition)])


def _first_tested(asked: Asked) -> int:
    return len(asked.days) - max(len(asked.days) // TESTED, 1)


def _fitted_days(asked: Asked) -> list[bool]:
    begins = asked.days[_first_tested(asked)]
    return [day + timedelta(days=asked.horizon) <= begins for day in asked.days]


def _scores(definition: Definition, keys: Sequence[str], panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    columns = [1 + list(keys).index(key) for key in definition.keys]
    found = of_points(definition, panel.score[:, columns])
    return found.score, np.array([CODES[name] for name in found.band], dtype=np.int8)


def _rows(before: Definition, after: Definition) -> list[dict[str, Any]]:
    fitted = dict(zip(after.keys, nominal(after).tolist(), strict=True))
    return [
        {"key": key, "now": now, "fitted": fitted.get(key, 0.0)}
        for key, now in zip(before.keys, nominal(before).tolist(), strict=True)
    ]
