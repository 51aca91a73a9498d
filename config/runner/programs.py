"""The programs that make up the running product, as command lines."""

import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config import assets
from config.embedded.broker import Broker


@dataclass(frozen=True)
class Program:
    name: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop: signal.Signals = signal.SIGTERM
    orphaned: signal.Signals = signal.SIGTERM


def broker(embedded: Broker, program: Path) -> Program:
    return Program("broker", embedded.command(program))


def web(*, host: str, port: int, debug: bool) -> Program:
    options = {"--bind": f"{host}:{port}", "--worker-class": "gthread", "--workers": "2", "--threads": "10"}
    limits = {"--graceful-timeout": "2", "--timeout": "120", "--log-level": "warning"}
    flags = ["--no-control-socket", "--reload" if debug else "--preload"]
    pairs = [part for pair in {**options, **limits}.items() for part in pair]
    return Program("web", [sys.executable, "-m", "gunicorn", "config.wsgi", *pairs, *flags], stop=signal.SIGQUIT)


def worker() -> Program:
    options = ["--concurrency", "2", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    # Cold shutdown: an interrupted job is found again in the database, so nobody need wait for it.
    # Its way of stopping can wait for a broker that died with the runner, so an orphan is not asked.
    command = [*_celery(), "worker", *options]
    return Program("worker", command, {"REMAP_SIGTERM": "SIGQUIT"}, orphaned=signal.SIGKILL)


def beat() -> Program:
    return Program("beat", [*_celery(), "beat", "--loglevel", "WARNING", "--pidfile", ""])


def mailbox(*, host: str, port: int) -> Program:
    """Takes in mail by SMTP for the addresses of this installation."""
    command = [sys.executable, "manage.py", "receive_mail", "--host", host, "--port", f"{port}"]
    return Program("mailbox", command, {"PYTHONUNBUFFERED": "1"}, stop=signal.SIGINT)


def css() -> Program:
    """Rebuilds the stylesheet while templates are edited."""
    return Program("css", assets.command("--watch=always"))


def _celery() -> list[str]:
    return [sys.executable, "-m", "celery", "--app", "config", "--quiet"]
