from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from health.domain.definition import Definition

DECIMALS = 6  # values are rounded before they are scored, so that a stored value gives its score again


@dataclass(frozen=True, slots=True)
class Calculated:
    """Customers × measures of one definition: n × m matrices, and vectors of n.

    ``points`` has NaN where there is no value; ``weights`` are effective: those of a customer's measured ones sum
    to 1. ``uncapped`` is Σ weight × points before caps. ``score`` is NaN and ``band`` "unknown" where less than the
    minimum was measured.
    """

    points: np.ndarray
    weights: np.ndarray
    coverage: np.ndarray
    uncapped: np.ndarray
    score: np.ndarray
    band: np.ndarray


def calculate(definition: Definition, columns: Mapping[str, np.ndarray]) -> Calculated:
    """Score customers by one definition, from its measures' values by key.

    Effective weight = group weight × measure weight ÷ Σ in its group. The weight of a missing measure spreads inside
    its group, that of a group without any among the other groups. Coverage = Σ effective weight measured. Caps last.
    """
    return of_points(
        definition, np.column_stack([item.curve.points(rounded(columns[item.key])) for item in definition.items])
    )


def of_points(definition: Definition, points: np.ndarray) -> Calculated:
    """The same from the points of its measures: customers × measures, NaN where there is no value."""
    measured = ~np.isnan(points)
    coverage = np.round(measured @ nominal(definition), DECIMALS)
    weights = _spread(definition, measured)
    uncapped = np.einsum("ij,ij->i", weights, np.nan_to_num(points))
    score = np.round(_capped(definition, points, uncapped), 2)
    score[(coverage < definition.minimum_coverage) | (coverage == 0)] = np.nan
    return Calculated(points, weights, np.round(coverage, 4), uncapped, score, definition.bands.of(score))


def rounded(values: np.ndarray) -> np.ndarray:
    return np.round(values, DECIMALS) if values.dtype.kind == "f" else values


def nominal(definition: Definition) -> np.ndarray:
    """The effective weights when everything is measured; they sum to 1."""
    weights = [
        group.weight * item.weight / sum(other.weight for other in group.items)
        for group in definition.groups
        for item in group.items
    ]
    return np.array(weights) / sum(group.weight for group in definition.groups)


def _spread(definition: Definition, measured: np.ndarray) -> np.ndarray:
    blocks = []
    start = 0
    for group in definition.groups:
        given = np.array([item.weight for item in group.items], dtype=float)
        here = measured[:, start : start + len(given)] * given
        total = here.sum(axis=1, keepdims=True)
        blocks.append(group.weight * np.divide(here, total, out=np.zeros_like(here), where=total > 0))
        start += len(given)
    weights = np.hstack(blocks)
    total = weights.sum(axis=1, keepdims=True)
    return np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


def _capped(definition: Definition, points: np.ndarray, scores: np.ndarray) -> np.ndarray:
    place = {key: n for n, key in enumerate(definition.keys)}
    for cap in definition.caps:
        # A comparison with NaN is false: what is missing caps nothing.
        scores = np.where(points[:, place[cap.key]] <= cap.when, np.minimum(scores, cap.score), scores)
    return scores
