"""The demo company: made by a worker, and removed with all that hangs on it, as long as nothing else is there."""

from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Role, Team, User
from core import clock, jobs
from core.models import Company, ExternalId
from customers.models import Customer
from data.demo import catalogue
from data.demo.build import NotEmpty, build
from data.demo.spec import DEFAULT_SEED, Spec
from data.demo.staff import DOMAIN, TEAMS
from data.domain.imports.progress import Told
from data.domain.imports.steps import TooLate
from data.models import Import, LoadRun
from usage.models import Feature, RawEvent

JOB: Final = "data.demo"
SOURCE: Final = "demo"
CUSTOMERS, MONTHS = 400, 24

OURS: Final = (
    "churn core customers data health playbooks subscriptions surveys usage".split()  # noqa: SIM905
)
# What stands in an empty installation, too, and what is of our own people.
KEPT: Final = frozenset(
    {
        "churn_benchmark",
        "churn_benchmarkband",
        "churn_churnreason",
        "core_company",
        "core_eventcursor",
        "core_job",
        "core_sentform",
        "core_slot",
        "core_source",
        "customers_measureplace",
        "data_erasure",
        "data_retention",
        "health_scorecard",
        "health_scorecardversion",
        "health_signalrule",
        "playbooks_playbook",
        "playbooks_playbookversion",
        "playbooks_queuerule",
        "usage_feature",
    }
)


class CannotRemove(Exception):
    """The demo stays. The message says why, and what to do."""


@transaction.atomic
def ask_for(*, by: User) -> Import:
    """Have a worker make the demo company. Raises TooLate where there are customers, or it is being made."""
    if Customer.objects.exists() or Import.objects.filter(source=SOURCE, state=Import.State.IMPORTING).exists():
        raise TooLate(_("There are customers already: the demo is only made in an empty installation."))
    one = Import.objects.create(by=by, source=SOURCE, state=Import.State.IMPORTING)
    jobs.enqueue(kind=JOB, key=f"{one.uid}", payload={"import": one.pk})
    return one


def make(*, pk: int) -> None:
    """Make it, all or nothing, unless that was done."""
    one = Import.objects.filter(pk=pk, state=Import.State.IMPORTING).first()
    if one is None:
        return
    try:
        with Told(one, total=0) as told:
            build(
                spec=Spec(CUSTOMERS, MONTHS, DEFAULT_SEED, clock.today()), progress=lambda phase: told.step(phase, "")
            )
    except NotEmpty as error:
        Import.objects.filter(pk=pk).update(state=Import.State.FAILED, problem=f"{error}", progress={})
        return
    Import.objects.filter(pk=pk).update(state=Import.State.DONE, progress={}, report={"files": []})


def is_here() -> bool:
    """Whether the customers of the demo are, and nothing beside them came in."""
    if not ExternalId.objects.filter(source__key=SOURCE, noun="customer").exists():
        return False
    named = ExternalId.objects.filter(source__key=SOURCE, noun="customer").values("object_id")
    others = Customer.objects.exclude(pk__in=named).exists()
    loaded = LoadRun.objects.exists() or RawEvent.objects.exists()
    return not (others or loaded)


@transaction.atomic
def remove(*, by: User) -> None:
    """Empty the installation of the demo; users, teams and keys that are not the demo's stay. Raises CannotRemove."""
    if not is_here():
        raise CannotRemove(_("There is more here than the demo: it is not removed, so that nothing of yours is lost."))
    if by.email.endswith(f"@{DOMAIN}"):
        raise CannotRemove(_("You are signed in as one of the demo's people. Make an administrator of your own first."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        if not cursor.fetchone()[0]:
            raise CannotRemove(_("This database's role may not take facts away. Begin with an empty database instead."))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing may be pending on what is emptied
        # Facts refuse to be taken away; here, none of them is true.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"TRUNCATE {', '.join(_emptied())}")
        cursor.execute("SET LOCAL session_replication_role = origin")
    _tidy()


def _emptied() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace AND split_part(relname, '_', 1) = ANY(%s) ORDER BY 1",
            [OURS],
        )
        return [f'"{name}"' for (name,) in cursor.fetchall() if name not in KEPT]


def _tidy() -> None:
    """What the demo added to what is kept."""
    Feature.objects.exclude(key="").delete()
    keys = [SOURCE, *(key for key, _label in catalogue.FEEDS)]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM core_source s WHERE s.key = ANY(%s)"
            " AND NOT EXISTS (SELECT FROM accounts_key k WHERE k.source_id = s.id)",
            [keys],
        )
    Company.objects.filter(name=catalogue.COMPANY).delete()
    User.objects.filter(email__endswith=f"@{DOMAIN}").delete()
    Team.objects.filter(name__in=TEAMS, users=None).delete()


def has_own_administrator() -> bool:
    people = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    return people.exclude(email__endswith=f"@{DOMAIN}").exists()
