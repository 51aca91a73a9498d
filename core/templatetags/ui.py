"""The filters and tags of every template (a builtin: no ``{% load %}`` needed)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import template
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.utils.safestring import SafeString

from core import formatting, marks
from core.addresses import NOBODY
from core.browsers import browser
from core.ids import uuid7
from core.markup import markup
from core.navigation import Link, Navigation, navigation

register = template.Library()

register.filter("money", formatting.money)
register.filter("amount", formatting.amount)
register.filter("number", formatting.number)
register.filter("percent", formatting.percent)
register.filter("signed", formatting.signed)
register.filter("day", formatting.day)
register.filter("initials", formatting.initials)
register.filter("browser", browser)
register.simple_tag(formatting.money, name="money")
register.simple_tag(marks.icon, name="icon")
register.simple_tag(marks.band, name="band")

SHEET = "sheet-body"


@register.filter
def layout(request: HttpRequest) -> str:
    """The template that a page which may open in the side sheet extends: ``{% extends request|layout %}``."""
    htmx = getattr(request, "htmx", None)
    return "core/sheet.html" if htmx and htmx.target == SHEET else "core/page.html"


@register.simple_tag
def once() -> SafeString:
    """The token that lets a form be acted on once: see ``core.domain.forms``."""
    return markup('<input type="hidden" name="once" value="{}">', uuid7())


@register.simple_tag
def sheet_link(href: str) -> SafeString:
    """The attributes of a link that opens ``href`` in the side sheet, and as a page where there is no script."""
    return markup('href="{}" hx-get="{}" hx-target="#{}" hx-swap="innerHTML"', href, href, SHEET)


@register.filter
def opens(shown: Any, href: str) -> SafeString:
    """``shown`` as a figure that opens ``href`` in the side sheet: what ``<c-opens>`` is once, for many."""
    return markup('<a class="opens" {}>{}</a>', sheet_link(href), shown)


@register.simple_tag(takes_context=True, name="navigation")
def navigation_tag(context: Context) -> Navigation:
    request = context.get("request")
    if request is None:
        return Navigation()
    return navigation(getattr(request, "user", None), request.path)


@register.simple_tag(takes_context=True)
def drawn_once(context: Context, template: str) -> SafeString:
    """A part that differs from row to row by its ``uid`` alone: drawn once, each row takes it ``for_uid``."""
    engine: Any = context.template.engine  # type: ignore[union-attr]
    with context.push(uid=NOBODY):
        part: SafeString = engine.get_template(template).render(context)
    return part


@register.filter
def for_uid(part: str, uid: UUID) -> SafeString:
    return SafeString(part.replace(NOBODY, f"{uid}"))


@register.filter
def rail(links: Iterable[Link]) -> SafeString:
    """The links of the rail. Every page has ten of them."""
    return SafeString("".join(_rail_link(link) for link in links))


def _rail_link(link: Link) -> SafeString:
    return markup(
        '<a class="rail-link" href="{}" title="{}"{}>{}<span class="rail-label">{}</span></a>',
        link.href,
        link.label,
        SafeString(' aria-current="page"' if link.current else ""),
        marks.icon(link.icon, "mini", 18),
        link.label,
    )


@register.simple_tag(takes_context=True)
def chosen(context: Context, cookie: str, allowed: str) -> str:
    """What a person chose for the look (``theme``, ``rail``): the cookie's value if it is among ``allowed``."""
    request: Any = context.get("request")
    value = request.COOKIES.get(cookie, "") if request is not None else ""
    return value if value in allowed.split() else ""


@register.filter
def page_range(page: Any) -> list[int | str]:
    """The numbers of a pager, with an ellipsis where some are left out."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.simple_tag(takes_context=True)
def page_link(context: Context, field: str, number: int) -> str:
    """This address with another page number; everything else that says something in it stays."""
    query = _said(context["request"].GET)
    query[field] = str(number)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sort_link(context: Context, field: str, order: str, page: str) -> str:
    """This address in another order, at its first page."""
    query = _said(context["request"].GET)
    query.pop(page, None)
    query[field] = order
    return f"?{query.urlencode()}"


def _said(asked: QueryDict) -> QueryDict:
    """A query without the fields that were left empty."""
    query = asked.copy()
    for name in [name for name, values in query.lists() if not any(values)]:
        del query[name]
    return query
