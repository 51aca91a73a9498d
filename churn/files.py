import csv
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

FORMULAS = ("=", "+", "@", "\t", "\r")


def download(rows: Iterable[Sequence[Any]], name: str) -> HttpResponse:
    """Rows as a CSV file. What a spreadsheet would take for a formula is marked as text."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerows([_safe(f"{cell}") for cell in row] for row in rows)
    return response


def _safe(cell: str) -> str:
    is_number = cell.replace(".", "", 1).removeprefix("-").isdigit()
    return f"'{cell}" if cell.startswith((*FORMULAS, "-")) and not is_number else cell
