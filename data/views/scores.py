"""What is loaded through a page rather than as a folder."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import administrators_only
from core import clock
from data.domain.load.report import Report
from data.domain.load.run import Order, load
from data.management.words import lines_of

MOST_BYTES = 50 * 2**20
PRINTED = 8


@require_POST
@administrators_only
def upload_scores(request: HttpRequest) -> HttpResponse:
    """Take in another tool's scores.csv, as history: each score was known on its own day."""
    given: Any = request.FILES.get("file")
    if not given:
        messages.error(request, _("Choose a file first."))
    elif given.size > MOST_BYTES:
        messages.error(request, _("The file is larger than 50 MB. Load it as a folder instead."))
    else:
        _tell(request, _load(given, request.POST.get("source", ""), skip_bad="skip" in request.POST))
    return redirect("health:old-score")


def _load(given: UploadedFile, source: str, *, skip_bad: bool) -> Report:
    with TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "scores.csv").open("wb") as file:
            for chunk in given.chunks():
                file.write(chunk)
        order = Order(folder=folder, source=source or "files", history=True, skip_bad=skip_bad)
        return load(order=order, at=clock.now())


def _tell(request: HttpRequest, report: Report) -> None:
    said = " ".join(line for line in lines_of(report, printed=PRINTED) if line)
    (messages.error if report.refused else messages.success)(request, said)
