"""Tables as files to take away."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

FORMULAS: Final = ("=", "+", "@", "\t", "\r")
FORMATS: Final = ("csv", "xlsx")
SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Rows = Iterable[Sequence[Any]]


def download(rows: Rows, name: str, format: str = "csv") -> HttpResponse:
    """Rows as a file, CSV or XLSX. What a spreadsheet would take for a formula is marked as text. Nothing for None."""
    kind = SHEET if format == "xlsx" else "text/csv; charset=utf-8"
    response = HttpResponse(content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}.{format}"'
    if format == "xlsx":
        response.write(_workbook(rows))
    else:
        csv.writer(response).writerows(map(plain_row, rows))
    return response


def plain_row(row: Sequence[Any]) -> list[str]:
    """A row as it goes into a CSV file: what a spreadsheet would take for a formula is marked as text."""
    return [_safe(_text(cell)) for cell in row]


def _workbook(rows: Rows) -> bytes:
    """One sheet, its first row bold and kept in sight; numbers and days stay what they are."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.column_dimensions["A"].width = 28
    for number, row in enumerate(rows):
        sheet.append([_bold(sheet, cell) if number == 0 else _typed(cell) for cell in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _bold(sheet: Any, value: Any) -> Any:
    cell = WriteOnlyCell(sheet, value=_safe(_text(value)))
    cell.font = Font(bold=True)
    return cell


def _typed(value: Any) -> Any:
    return value if isinstance(value, int | float | Decimal | date) or value is None else _safe(_text(value))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return _exact(value) if isinstance(value, Decimal) else f"{value}"


def _exact(value: Decimal) -> str:
    """All that is not zero of it: what is kept to a millionth reads like any other amount."""
    whole, _point, rest = f"{value:f}".partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}" if len(rest) > 2 else f"{value:f}"


def _safe(cell: str) -> str:
    is_number = cell.replace(".", "", 1).removeprefix("-").isdigit()
    return f"'{cell}" if cell.startswith((*FORMULAS, "-")) and not is_number else cell
