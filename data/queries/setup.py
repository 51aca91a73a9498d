"""What there is to do from an empty installation to a working queue, and what of it is done."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Role, Team, User
from core.models import Company
from customers.models import Customer
from data.domain.setup import demo
from data.models import Import
from health.models import ScorecardVersion
from playbooks.models import WorkItem
from usage.models import Feature, FeedDay


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. ``says`` is how it stands."""

    key: str
    title: str
    says: str
    done: bool
    href: str = ""
    button: str = ""


def steps() -> list[Step]:
    """In the order in which they are best done."""
    customers = Customer.objects.filter(archived_on=None)
    count, ownerless = customers.count(), customers.filter(owner=None).count()
    return [_company(), _people(), _data(count), _owners(count, ownerless), _features(), _scorecard(), _queue()]


def _company() -> Step:
    company = Company.objects.filter(pk=1).first()
    says = f"{company}, {company.time_zone}" if company else _("Name, time zone and currency of the reports.")
    return Step("company", _("Your company"), says, company is not None)


def _people() -> Step:
    people, teams = User.objects.filter(is_active=True).count(), Team.objects.count()
    told = ngettext("%(count)s person", "%(count)s people", people) % {"count": people}
    told += " · " + ngettext("%(count)s team", "%(count)s teams", teams) % {"count": teams}
    csms = User.objects.filter(is_active=True, role=Role.CSM).exists()
    return Step("people", _("Team and people"), told, bool(teams and csms))


def _data(count: int) -> Step:
    says = (
        ngettext("%(count)s customer", "%(count)s customers", count) % {"count": f"{count:,}"}
        if count
        else _("Export customers and subscriptions from your CRM or billing; usage and tickets, if you have them.")
    )
    return Step("data", _("First data"), says, count > 0, reverse("data:imports"), _("Bring in files"))


def _owners(count: int, ownerless: int) -> Step:
    says = (
        ngettext("%(count)s customer has no owner.", "%(count)s customers have no owner.", ownerless)
        % {"count": f"{ownerless:,}"}
        if ownerless
        else _("What nobody owns is seen by leads and administrators only.")
    )
    href = reverse("desk:customers") + "?owner=nobody"
    return Step("owners", _("Owners"), says, bool(count and not ownerless), href, _("Give them to people"))


def _features() -> Step:
    known = Feature.objects.exclude(key="")
    marked = known.filter(kind__in=[Feature.Kind.CORE, Feature.Kind.STICKY]).count()
    if not FeedDay.objects.exists():
        says = _("No use has come in yet: by file, or from your product.")
    else:
        says = _("%(marked)s of %(all)s features are marked core or sticky.") % {"marked": marked, "all": known.count()}
    return Step(
        "features", _("Core and sticky features"), says, marked > 0, reverse("usage:events"), _("Mark features")
    )


def _scorecard() -> Step:
    own = ScorecardVersion.objects.filter(published_by__isnull=False).exists()
    says = _("You have published your own.") if own else _("One to start with is in force: make it yours.")
    return Step("scorecard", _("Scorecard"), says, own, reverse("health:scorecards"), _("Look at it"))


def _queue() -> Step:
    count = WorkItem.objects.filter(state=WorkItem.State.OPEN).count()
    says = (
        ngettext("%(count)s task is open, ranked.", "%(count)s tasks are open, ranked.", count)
        % {"count": f"{count:,}"}
        if count
        else _("Empty. Begin with a first talk with everyone who pays and with whom none is on record.")
    )
    return Step(
        "queue", _("A working queue"), says, count > 0, reverse("desk:queue") if count else "", _("Open the queue")
    )


def demo_state() -> dict[str, Any]:
    """Whether the demo can be made or removed now, or is being made."""
    here = demo.is_here()
    making = Import.objects.filter(source=demo.SOURCE, state=Import.State.IMPORTING).first()
    return {
        "here": here,
        "making": making,
        "possible": not (here or making or Customer.objects.exists()),
        "own_administrator": demo.has_own_administrator(),
    }
