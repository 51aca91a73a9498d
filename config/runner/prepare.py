"""What is done once the database answers and before anybody is let in."""

from io import StringIO

from django.apps import apps
from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from config.runner.preflight import CannotStart
from config.runner.say import Voice, say
from core import upgrading


def prepare(*, demo: bool) -> str:
    """Migrate, and fill an empty installation with the demo company. Returns the demo's sign-ins, if there are any.

    Raises CannotStart for a database that this version can't bring further.
    """
    connections.settings["default"]["OPTIONS"].pop("pool", None)  # one connection is enough here
    changed = _migrate()
    changed |= demo and _load_demo()
    sign_ins = _sign_ins()
    if changed and settings.DATABASE_IS_EMBEDDED:
        _write_down()
    connections.close_all()
    return sign_ins


def _migrate() -> bool:
    try:
        upgrading.check_is_whole(connection)
    except upgrading.StoppedHalfWay as error:
        raise CannotStart(f"{error}") from error
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        say(f"Preparing the database: {len(plan)} migrations …")
        call_command("migrate", verbosity=0, interactive=False)
    return bool(plan)


def _load_demo() -> bool:
    if "make_demo" not in get_commands() or apps.get_model("customers", "Customer").objects.exists():
        return False
    say("Loading the demo company …")
    call_command("make_demo", stdout=Voice())
    return True


def _write_down() -> None:
    """Have the embedded server write all of it to its files now, else the first Ctrl-C waits for that."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


def _sign_ins() -> str:
    if "demo_signins" not in get_commands():
        return ""
    words = StringIO()
    call_command("demo_signins", stdout=words)
    call_command("setup_link", stdout=words)
    return words.getvalue().rstrip()
