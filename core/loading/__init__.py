"""How rows from outside become facts: what an app declares in its ``loads.py``, and ``data`` runs.

A noun says which columns it has, what its rows refer to and how they are written. Everything is set-based: rows wait
in a temporary table, checks and writes are a few statements each, whatever the number of rows.
"""

from core.loading.batch import Batch, Withdrawal, Written
from core.loading.columns import (
    COUNTRY,
    CURRENCY,
    DATE,
    EMAIL,
    INSTANT,
    INTEGER,
    LANGUAGE,
    MONTH,
    NUMBER,
    TEXT,
    YES_NO,
    ZONE,
    Column,
    Type,
)
from core.loading.noun import Added, Changes, Noun

__all__ = [
    "COUNTRY",
    "CURRENCY",
    "DATE",
    "EMAIL",
    "INSTANT",
    "INTEGER",
    "LANGUAGE",
    "MONTH",
    "NUMBER",
    "TEXT",
    "YES_NO",
    "ZONE",
    "Added",
    "Batch",
    "Changes",
    "Column",
    "Noun",
    "Type",
    "Withdrawal",
    "Written",
]
