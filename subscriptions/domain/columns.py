"""Small tools for rows that stand as columns, one array each."""

import numpy as np

Columns = dict[str, np.ndarray]


def take(columns: Columns, place: np.ndarray) -> Columns:
    return {name: column[place] for name, column in columns.items()}


def joined(*several: Columns) -> Columns:
    return {name: np.concatenate([columns[name] for columns in several]) for name in several[0]}


def firsts(*keys: np.ndarray) -> np.ndarray:
    """Where a new group begins in rows sorted by these keys: a mask."""
    mask = np.ones(len(keys[0]), dtype=bool)
    if len(mask):
        mask[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return mask


def reduced(ufunc: np.ufunc, values: np.ndarray, begin: np.ndarray) -> np.ndarray:
    """One value for each group of rows that begin at ``begin``: the sum, the maximum, …"""
    return ufunc.reduceat(values, begin) if len(begin) else values[:0]


def counting(times: np.ndarray) -> np.ndarray:
    """0, 1, … up to, not including, each number, one after another."""
    return np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
