from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from core.ids import uuid7
from core.owner import is_ours
from core.prepared import prepared
from core.remembering import remembered
from subscriptions.domain import stage
from subscriptions.domain.checks import currencies
from subscriptions.domain.settings import BY_KEY, DEFAULTS
from subscriptions.models import Ruleset


@remembered
def current() -> Ruleset:
    """The ruleset whose ledger the reports read. Before the first write of money there is none: then that of the
    defaults, not stored, without a ledger.
    """
    return in_force() or Ruleset(settings=dict(DEFAULTS))


def in_force() -> Ruleset | None:
    """The stored ruleset that the reports read; None before there is one."""
    return next(iter(_in_force()), None)


@prepared
def _in_force() -> QuerySet[Ruleset]:
    return Ruleset.objects.filter(in_force=True)


def rules(ruleset: Ruleset) -> Mapping[str, Any]:
    """Its settings, with the defaults of those that came after it."""
    return {**DEFAULTS, **ruleset.settings}


def for_first_load() -> Ruleset:
    """The ruleset in force. Before there is any: one in the currency that most staged versions have and no exchange
    rate is of, or, where every currency has rates, that of the defaults.
    """
    if there := in_force():
        return there
    rows = stage.fetch(
        """
        SELECT currency FROM staged_versions s WHERE currency = ANY(%(known)s)
          AND NOT EXISTS (SELECT FROM subscriptions_fxrate r WHERE r.currency = s.currency)
        GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
        """,
        {"known": list(currencies())},
    )
    return establish(reporting_currency=rows[0][0]) if rows else establish()


def stored() -> Ruleset:
    """The ruleset in force, for writers: before there is any, that of the defaults is made."""
    return in_force() or establish()


@transaction.atomic
def establish(**settings: Any) -> Ruleset:
    """Freeze the defaults with ``settings`` over them as a ruleset, with an empty ledger, and put it in force.

    An unknown setting raises KeyError, a value that it does not take ValueError.
    """
    known(settings)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('subscriptions ruleset'))")
    if (there := in_force()) and not settings:
        return there
    Ruleset.objects.filter(in_force=True).update(in_force=False)
    return make({**DEFAULTS, **settings}, in_force=True)


def make(settings: Mapping[str, Any], **fields: Any) -> Ruleset:
    """A ruleset of these settings with an empty ledger; ``fields`` are its others. Call it in a transaction."""
    made = Ruleset.objects.create(key=f"ruleset {uuid7()}", settings=dict(settings), **fields)
    _partition(made)
    return made


def known(settings: Mapping[str, Any]) -> None:
    """Raises KeyError for a setting that there is not, ValueError for a value that it does not take."""
    if unknown := settings.keys() - DEFAULTS.keys():
        raise KeyError(f"no such setting: {', '.join(sorted(unknown))}")
    for key, value in settings.items():
        if key in BY_KEY and not BY_KEY[key].accepts(value):
            raise ValueError(f"{key} does not take {value}")


def _partition(ruleset: Ruleset) -> None:
    name = f"subscriptions_mrrmovement_{ruleset.pk:d}"
    with connection.cursor() as cursor:
        if not is_ours("subscriptions_mrrmovement"):
            cursor.execute("SELECT subscriptions_partition(%s)", [ruleset.pk])
            return
        cursor.execute(f"CREATE TABLE {name} PARTITION OF subscriptions_mrrmovement FOR VALUES IN ({ruleset.pk:d})")
        # A statement's trigger on the whole does not guard its parts.
        cursor.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION core_append_only()"
        )
