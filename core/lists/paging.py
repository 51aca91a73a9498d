from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Window
from django_tables2 import Table
from django_tables2.rows import BoundRows

# A page behind all rows of any list, and still a number that the database can skip to.
FARTHEST = 1_000_000


class CappedPaginator(Paginator):
    """Counts up to ``CAP`` rows and no further; past it a page asks only whether one more row follows.

    So a list over a hundred thousand rows costs as much as one over a thousand.
    """

    CAP = 1000

    @cached_property
    def count(self) -> int:
        return min(self._seen, self.CAP)

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than were counted."""
        return self._seen > self.CAP

    @cached_property
    def _seen(self) -> int:
        rows: Any = getattr(getattr(self.object_list, "data", None), "data", self.object_list)
        return int(rows.order_by().values("pk")[: self.CAP + 1].count()) if hasattr(rows, "order_by") else len(rows)

    def page(self, number: Any) -> Page:
        """The page ``number``: the first where it is no number, the last counted where it lies behind all rows."""
        if not self.is_capped:
            return super().page(min(_whole(number), self.num_pages))
        return self._page_past_the_count(_whole(number))

    def _page_past_the_count(self, number: int) -> Page:
        bottom = (number - 1) * self.per_page
        rows = list(self.object_list[bottom : bottom + self.per_page + 1])
        if not rows and number > 1:
            return super().page(self.num_pages)
        page = Page(rows[: self.per_page], number, self)
        self.count = max(self.count, bottom + len(page))
        self.num_pages = max(self.num_pages, number + (len(rows) > self.per_page))
        return page


class FewPaginator(Paginator):
    """For who sees few rows: one narrow statement sorts and counts them all, a second reads those of the page."""

    def __init__(self, table: Table, per_page: int) -> None:
        super().__init__(table.rows, per_page)
        self._table, self._rows = table, table.data.data

    @property
    def is_capped(self) -> bool:
        return False

    def page(self, number: Any) -> Page:
        """The page ``number``: the first where it is no number, the last where it lies behind all rows."""
        number = _whole(number)
        keys = self._keys(number)
        if not keys and number > 1:
            self.count = self._rows.order_by().count()
            return self.page(self.num_pages)
        found = self._rows.order_by().in_bulk(keys)
        rows = [found[key] for key in keys if key in found]
        return Page(BoundRows(data=rows, table=self._table), number, self)

    def _keys(self, number: int) -> list[Any]:
        bottom = (number - 1) * self.per_page
        counted = self._rows.annotate(among=Window(Count("*"))).values_list("pk", "among")
        picked = list(counted[bottom : bottom + self.per_page])
        self.count = picked[0][1] if picked else 0
        return [key for key, _among in picked]


def paginate(table: Table, *, page: Any, per_page: int = 50) -> Table:
    """``table`` with one page of its rows, and without the count that django-tables2 would make of all of them."""
    few = getattr(table, "few", False)
    table.paginator = FewPaginator(table, per_page) if few else CappedPaginator(table.rows, per_page)
    table.page = table.paginator.page(page)
    table.data._length = table.paginator.count
    return table


def _whole(number: Any) -> int:
    return min(max(1, int(number)), FARTHEST) if f"{number}".isdecimal() else 1
