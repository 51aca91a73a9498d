from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import django_tables2 as tables
import pytest
from django.test import RequestFactory
from django.utils.html import strip_tags

from core.tables import (
    BandColumn,
    DayColumn,
    MoneyColumn,
    NumberColumn,
    PercentColumn,
    PersonColumn,
    SignedColumn,
    Table,
)
from core.templatetags.ui import opens


class Columns(Table):
    rank = {"share": 2, "owner": 3}

    name = tables.Column()
    users = NumberColumn(digits=1)
    share = PercentColumn()
    change = SignedColumn()
    mrr = MoneyColumn(currency="USD")
    billed = MoneyColumn(currency_of="currency", digits=2)
    band = BandColumn(text="score")
    owner = PersonColumn()
    renewal = DayColumn()


ROW = SimpleNamespace(
    name="<b>Kestrel</b>",
    users=1234.5,
    share=Decimal("0.5"),
    change=-3,
    mrr=Decimal("4800"),
    billed=Decimal("12.5"),
    currency="EUR",
    band="risk",
    score=Decimal("34.4"),
    owner="Ana Ruiz",
    renewal=date(2020, 1, 31),
)
BARE = SimpleNamespace(**dict.fromkeys(vars(ROW)))


def drawn(rows, address="/?q=kes&sort=name", **paging):
    table = Columns(rows)
    if paging:
        table.paginate(**paging)
    return table.as_html(RequestFactory().get(address))


def cells(row):
    return [strip_tags(str(cell)) for cell in Columns([row]).rows[0].cells]


def test_each_kind_of_value_is_written_in_its_way():
    assert cells(ROW)[1:] == [
        "1,234.5",
        "50.0\u202f%",
        "−3",
        "$4,800",
        "€12.50",
        "Risk: 34",
        "ARAna Ruiz",
        "31 Jan 2020",
    ]


def test_what_is_missing_is_a_dash():
    assert cells(BARE) == ["–"] * 9


def test_text_is_escaped():
    assert "<b>" not in drawn([ROW])
    assert "<b>" not in opens("<b>", "/x/")


def test_numbers_stand_right_and_ranks_leave_where_it_is_narrow():
    html = drawn([ROW])
    assert html.count('class="num"') + html.count("num ") + html.count(" num") >= 10
    assert html.count("col-2") == 2
    assert html.count("col-3") == 2


def test_heads_sort_and_keep_the_rest_of_the_address():
    html = drawn([ROW])
    assert "q=kes" in html
    assert "sort=users" in html


def test_pages_keep_the_rest_of_the_address():
    html = drawn([ROW] * 60, per_page=25, page=2)
    assert "26–50 of 60" in strip_tags(html).replace("\n", " ")
    assert 'href="?q=kes&amp;sort=name&amp;page=3"' in html


def test_addresses_leave_out_what_says_nothing():
    html = drawn([ROW] * 60, "/?q=&band=risk&page=2", per_page=25, page=2)
    assert 'href="?band=risk&amp;sort=users"' in html, "in another order it begins at the first page"
    assert 'href="?band=risk&amp;page=3"' in html


def test_an_empty_list_says_what_would_be_here():
    assert "Nothing here" in drawn([])


@pytest.mark.parametrize("value", ["risk", "nonsense"])
def test_a_band_without_a_score_shows_its_name(value):
    row = SimpleNamespace(**{**vars(ROW), "band": value, "score": None})
    assert cells(row)[6] in {"Risk", "Not enough data"}
