"""What is done to the runs that are ticked in their list."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import who
from core import clock
from desk.bulk_forms import uids_of
from desk.guards import writes
from desk.views.bulk import answer, undo_address
from playbooks.domain import bulk_runs
from playbooks.domain.done import Done
from playbooks.models import Run

ACTS = {"pause": bulk_runs.pause, "resume": bulk_runs.resume}


@writes
def act(request: HttpRequest) -> HttpResponse:
    """Pause, let go on, or stop: which says the button."""
    what, chosen = request.POST.get("act", ""), _ticked(request)
    if not chosen or what not in (*ACTS, "stop"):
        messages.error(request, _("Tick the runs that are meant."))
    elif what == "stop":
        _stop(request, chosen)
    else:
        _tell(request, what, ACTS[what](runs=chosen, by=who(request), at=clock.now()))
    return answer(request)


def _stop(request: HttpRequest, chosen: list[int]) -> None:
    count = bulk_runs.stop(runs=chosen, by=who(request), at=clock.now())
    told = [ngettext("%(count)s run is stopped.", "%(count)s runs are stopped.", count) % {"count": count}]
    (messages.success if count else messages.error)(request, " ".join([*told, *_left(len(chosen) - count)]))


def _tell(request: HttpRequest, what: str, done: Done) -> None:
    words = {
        "pause": ngettext("%(count)s run is paused.", "%(count)s runs are paused.", done.count),
        "resume": ngettext("%(count)s run goes on.", "%(count)s runs go on.", done.count),
    }
    told = " ".join([words[what] % {"count": done.count}, *_left(done.left)])
    tell = messages.success if done.count else messages.error
    tell(request, told, extra_tags=undo_address(request, done) if done.count else "")


def _left(count: int) -> list[str]:
    words = ngettext("%(count)s stays as it is.", "%(count)s stay as they are.", count)
    return [words % {"count": count}] if count else []


def _ticked(request: HttpRequest) -> list[int]:
    seen = Run.objects.visible_to(who(request)).filter(uid__in=uids_of(request.POST.getlist("runs")))
    return list(seen.values_list("pk", flat=True))
