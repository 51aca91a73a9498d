"""An import in the browser: upload, mapping, check, import, report, undo. Each page shows where it stands."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import administrators_only, who
from core import clock
from data.domain.imports import steps, store
from data.domain.imports.steps import TooLate
from data.domain.imports.store import CannotRead
from data.domain.mapping.model import MappingError
from data.forms import UploadForm, posted
from data.models import Import, ImportFile
from data.queries import imports as queries
from data.toml import as_toml

SHOWN = 50
State = Import.State


@require_safe
@administrators_only
def overview(request: HttpRequest) -> HttpResponse:
    """The imports there were, and the place where the next one begins."""
    context = {
        "title": _("Imports"),
        "note": _("Files of any tool: say once what their columns mean, look at every problem, then load."),
        "form": UploadForm(initial={"source": "files"}),
        "imports": queries.recent(),
    }
    return render(request, "data/imports.html", context)


@require_POST
@administrators_only
def upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(one) for errors in form.errors.values() for one in errors))
        return redirect("data:imports")
    try:
        made = steps.upload(files=form.cleaned_data["files"], source=form.cleaned_data["source"], by=who(request))
    except CannotRead as error:
        messages.error(request, f"{error}")
        return redirect("data:imports")
    return redirect("data:import", made.uid)


@require_safe
@administrators_only
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Where one import stands. While a worker is at it, the page asks again by itself."""
    one = get_object_or_404(Import, uid=uid)
    context: dict[str, Any] = {"title": _("Import"), "one": one, "told": queries.told(one)}
    if one.working:
        template = "data/import/_working.html" if request.headers.get("HX-Request") else "data/import/working.html"
        return render(request, template, context)
    if request.headers.get("HX-Request"):
        # What was waited for is there: the whole page is another one.
        return HttpResponse(headers={"HX-Refresh": "true"})
    if one.state == State.MAPPING:
        return render(request, "data/import/mapping.html", context | queries.mapping_of(one, clock.now()))
    if one.state == State.CHECKED:
        return render(request, "data/import/checked.html", context | queries.checked(one, SHOWN))
    with transaction.atomic():
        context |= queries.over(one)
    return render(request, "data/import/over.html", context)


def _one(view: Callable[[HttpRequest, Import], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """An administrator's view of one import: whatever is against it is said on the import's page."""

    @wraps(view)
    def step(request: HttpRequest, uid: UUID) -> HttpResponseBase:
        one = get_object_or_404(Import, uid=uid)
        try:
            return view(request, one)
        except (TooLate, MappingError) as error:
            messages.error(request, f"{error}")
            return redirect("data:import", one.uid)

    return administrators_only(step)


def _step(act: Callable[[HttpRequest, Import], None]) -> Callable[..., HttpResponseBase]:
    """One step of an import, after which its page says where it stands."""

    def step(request: HttpRequest, one: Import) -> HttpResponseBase:
        act(request, one)
        return redirect("data:import", one.uid)

    return require_POST(_one(wraps(act)(step)))


@_step
def change_mapping(request: HttpRequest, one: Import) -> None:
    """Keep the mapping; with ``act=check``, have every row checked by it."""
    tables, texts = posted(one, request.POST)
    steps.set_mapping(of=one, tables=tables, texts=texts)
    if request.POST.get("act") == "check" and one.state == State.MAPPING:
        steps.check(of=one)


@_step
def check(_request: HttpRequest, one: Import) -> None:
    steps.check(of=one)


@_step
def start(request: HttpRequest, one: Import) -> None:
    if request.POST.get("act") == "back":
        steps.set_mapping(of=one, tables=one.mapping["tables"], texts={})
    else:
        steps.start(of=one, skip_bad=request.POST.get("act") == "skip")


@require_http_methods(["GET", "HEAD", "POST"])
@_one
def undo(request: HttpRequest, one: Import) -> HttpResponse:
    """What an undo would take back, and leave alone; posted, it is done."""
    if request.method == "POST":
        steps.undo(of=one)
    if request.method == "POST" or one.state != State.DONE:
        return redirect("data:import", one.uid)
    with transaction.atomic():
        context = {"title": _("Take an import back"), "one": one, **queries.before_undo(one, clock.now())}
    return render(request, "data/import/undo.html", context | {"told": queries.told(one)})


@require_POST
@_one
def discard(request: HttpRequest, one: Import) -> HttpResponse:
    steps.discard(of=one)
    messages.success(request, _("The files are thrown away. Nothing was loaded."))
    return redirect("data:imports")


@require_safe
@_one
def as_file(request: HttpRequest, one: Import) -> HttpResponse:
    """The mapping as a file for ``manage.py load --mapping``."""
    answer = HttpResponse(as_toml(queries.mapping_file(one)), content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{one.source}.toml"'
    return answer


@require_safe
@administrators_only
def problems(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Everything that is wrong with the files, by row and column."""
    file = get_object_or_404(ImportFile, of__uid=uid, kind=ImportFile.Kind.PROBLEMS)

    def pieces() -> Iterator[bytes]:
        yield from store.content(file)

    answer = StreamingHttpResponse(pieces(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="problems.csv"'
    return answer
