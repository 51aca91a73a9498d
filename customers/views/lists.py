"""The page of a declared list, and its files."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.access import who
from accounts.domain.users import keep_columns
from accounts.models import User
from core import clock, formatting
from core.files import FORMATS, download
from core.lists.bars import bar_of
from core.lists.declared import ListOf, declared
from core.lists.filters import ListFilter
from core.lists.paging import paginate
from core.lists.table import ListTable

View = Callable[[HttpRequest], HttpResponse]


def listed(noun: ListOf) -> View:
    """The view of a list: searched, narrowed, sorted, a page at a time, or all of it as a file. Its address holds
    what is looked at."""

    @require_safe
    def view(request: HttpRequest) -> HttpResponse:
        filters = noun.filters(request.GET, noun.rows(who(request)), user=who(request), today=clock.today())
        bar = bar_of(noun.key) if who(request).may_write else None
        table = table_of(noun, filters, request.GET, who(request), ticks=bar is not None)
        if (format := request.GET.get("format", "")) in FORMATS:
            return download(table.sheet(), f"{noun.key}-{clock.today()}", format)
        context = page_of(noun, filters, table, request)
        if bar:
            context |= {"bar": bar.template, **bar.context(who(request))}
        response = render(request, _template(request), context)
        response.headers["HX-Push-Url"] = address(noun, request)
        return response

    return view


def table_of(noun: ListOf, filters: ListFilter, asked: QueryDict, user: User, *, ticks: bool = False) -> ListTable:
    """The table of all rows that are left, with the columns of the address, else those that ``user`` keeps."""
    chosen = noun.table.chosen(asked.getlist("columns"), user.columns.get(noun.key, []))
    return noun.table(
        filters.qs,
        ticks=ticks,
        exclude=noun.table.hidden(chosen),
        order_by=asked.get("sort") or noun.sort or None,
        **noun.options(),
    )


def page_of(noun: ListOf, filters: ListFilter, table: ListTable, request: HttpRequest) -> dict[str, Any]:
    paginate(table, page=request.GET.get("page", 1))
    paginator: Any = table.paginator
    filters.count(f"lists.{noun.key}:{scope(who(request))}", many=paginator.is_capped)
    shown = [column.name for column in table.columns]
    return {
        "title": noun.label,
        "note": noun.note,
        "noun": noun,
        "tabs": declared(),
        "filters": filters,
        "table": table,
        "query": without(request.GET, "page", "format").urlencode(),
        "plain": without(request.GET, "columns").urlencode(),
        "columns_asked": request.GET.getlist("columns"),
        "columns": noun.table.choices(shown),
        "counted": noun.counted(paginator.count) % {"count": formatting.plain(paginator.count)},
    }


def scope(user: User) -> str:
    """Whose eyes something is counted with."""
    return "all" if user.sees_everything else f"{user.role}:{user.pk}"


@require_POST
def columns(request: HttpRequest, key: str) -> HttpResponse:
    """Keep the columns of a list for whoever asks, and show it by them."""
    noun = next((one for one in declared() if one.key == key), None)
    if noun is None:
        raise Http404
    known = [name for name in request.POST.getlist("columns") if name in noun.table.base_columns]
    keep_columns(user=who(request), key=key, columns=known)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if safe and back.startswith("/") else noun.href)


def address(noun: ListOf, request: HttpRequest) -> str:
    """The list's address without what it would show anyway."""
    kept = without(request.GET, "format")
    own = who(request).columns.get(noun.key, [])
    if noun.table.chosen(kept.getlist("columns")) == noun.table.chosen(own):
        kept.pop("columns", None)
    for name in [name for name, value in kept.items() if not value]:
        del kept[name]
    return f"{noun.href}{'?' if kept else ''}{kept.urlencode()}"


def without(query: QueryDict, *names: str) -> QueryDict:
    kept = query.copy()
    for name in names:
        kept.pop(name, None)
    return kept


def _template(request: HttpRequest) -> str:
    htmx: Any = getattr(request, "htmx", None)
    return "customers/lists/_list.html" if htmx and htmx.target == "list" else "customers/lists/page.html"
