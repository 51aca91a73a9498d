"""What is done once the database answers and before anybody is let in."""

from io import StringIO

from django.apps import apps
from django.core.management import call_command, get_commands
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from config.runner.say import Voice, say


def prepare(*, demo: bool) -> str:
    """Migrate, and fill an empty installation with the demo company. Returns the demo's sign-ins, if there are any."""
    _migrate()
    if demo:
        _load_demo()
    sign_ins = _sign_ins()
    connections.close_all()
    return sign_ins


def _migrate() -> None:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        say(f"Preparing the database: {len(plan)} migrations …")
        call_command("migrate", verbosity=0, interactive=False)


def _load_demo() -> None:
    if "make_demo" in get_commands() and not apps.get_model("customers", "Customer").objects.exists():
        say("Loading the demo company …")
        call_command("make_demo", stdout=Voice())


def _sign_ins() -> str:
    if "demo_signins" not in get_commands():
        return ""
    words = StringIO()
    call_command("demo_signins", stdout=words)
    return words.getvalue().rstrip()
