"""Invented rows and forms for the style guide. None of them is in the database."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django import forms
from django.utils.translation import gettext_lazy as _

from core.tables import BandColumn, DayColumn, MoneyColumn, PersonColumn, SignedColumn, Table


@dataclass(frozen=True)
class Row:
    name: str
    band: str
    score: int | None
    change: int | None
    mrr: Decimal
    currency: str
    renewal: date | None
    owner: str
    industry: str


BOOK = [
    ("Northwind Freight", "risk", 34, -14, "4800", "USD", 23, "Sam Oduya", "Logistics"),
    ("Brightpath Dental", "risk", 41, -6, "1150", "USD", 58, "Sam Oduya", "Health care"),
    ("Kestrel Analytics", "watch", 62, 3, "9300", "EUR", 140, "Ana Ruiz", "Software"),
    ("Lumen & Vale", "good", 88, 1, "12400", "GBP", 212, "Mei Tanaka", "Retail"),
    ("Halden Shipyards", "unknown", None, None, "720", "USD", None, "Ana Ruiz", "Manufacturing"),
    ("Orchard Street Credit Union", "good", 79, 0, "3650", "USD", 96, "Mei Tanaka", "Banking"),
]


def rows(today: date) -> list[Row]:
    return [
        Row(
            name,
            band,
            score,
            change,
            Decimal(mrr),
            currency,
            today + timedelta(days=days) if days else None,
            owner,
            industry,
        )
        for name, band, score, change, mrr, currency, days, owner, industry in BOOK
    ]


class SampleTable(Table):
    rank = {"change": 2, "owner": 2, "industry": 3, "renewal": 2, "actions": 2}

    name = tables.Column(verbose_name=_("Customer"), attrs={"td": {"class": "lead"}}, linkify=lambda: "#table")
    band = BandColumn(verbose_name=_("Health"), text="score")
    change = SignedColumn(verbose_name=_("30 days"))
    mrr = MoneyColumn(verbose_name=_("MRR"), currency_of="currency")
    renewal = DayColumn(verbose_name=_("Renewal"))
    owner = PersonColumn(verbose_name=_("Owner"))
    industry = tables.Column(verbose_name=_("Industry"))
    actions = tables.TemplateColumn(
        template_name="core/styleguide/row_actions.html",
        verbose_name="",
        orderable=False,
        attrs={"td": {"class": "shrink"}},
    )


class SampleForm(forms.Form):
    name = forms.CharField(label=_("Name"), help_text=_("As the customer writes it."))
    kind = forms.ChoiceField(label=_("Kind"), choices=[("call", _("Call")), ("mail", _("Mail"))])
    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    two_way = forms.BooleanField(label=_("They answered"), required=False)
    mood = forms.ChoiceField(
        label=_("How it went"),
        widget=forms.RadioSelect,
        choices=[("well", _("Well")), ("so", _("So-so")), ("badly", _("Badly"))],
    )


def _table(today: date, per_page: int) -> SampleTable:
    table = SampleTable(rows(today), order_by="name")
    table.paginate(per_page=per_page)
    return table


def context(today: date) -> dict[str, Any]:
    return {
        "table": _table(today, per_page=5),
        "empty_table": SampleTable([], prefix="empty-", empty_text=_("No customer matches this filter")),
        "form": SampleForm({"name": "", "kind": "call", "on": "soon"}),
        "today": today,
        "earlier": today - timedelta(days=200),
        "soon": today + timedelta(days=23),
    }
