from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django_tables2 import Table

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
        return int(rows.order_by()[: self.CAP + 1].count()) if hasattr(rows, "order_by") else len(rows)

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


def paginate(table: Table, *, page: Any, per_page: int = 50) -> Table:
    """``table`` with one page of its rows, and without the count that django-tables2 would make of all of them."""
    table.paginator = CappedPaginator(table.rows, per_page)
    table.data._length = table.paginator.count
    table.page = table.paginator.page(page)
    table.data._length = table.paginator.count
    return table


def _whole(number: Any) -> int:
    return min(max(1, int(number)), FARTHEST) if f"{number}".isdecimal() else 1
